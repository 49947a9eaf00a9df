package report

import (
	"fmt"

	"mxprobe/probe/result"
)

// End writes the summary of the run. A quiet report of a run in which all is
// well is empty.
func (t *Text) End(end *result.End) error {
	if t.opt.Verbose < 0 && (end.Status == result.Pass || end.Status == result.Skip) && end.Exit == 0 {
		return t.out.err
	}
	if t.opt.Verbose < 0 && t.untold && !t.told {
		return t.out.err // an earlier run has said it all
	}
	p := &t.page
	p.blank()
	t.writeOverview() // a quiet report has little else
	p.notes("", "", end.Notes)
	indent := ""
	for _, l := range wrap(t.summary(end), p.room(2)) {
		p.line(indent, p.paint(style(end.Status), l))
		indent = "  "
	}
	return t.flush()
}

func (t *Text) summary(end *result.End) string {
	if t.audited != (audited{}) {
		return t.audited.words() + " in " + Duration(end.Millis.Duration())
	}
	c := &t.overview.Entries
	s := t.overview.Words() + " in " + Duration(end.Millis.Duration())
	if end.Exit != 0 && c.Fail+c.Inconclusive == 0 {
		s += fmt.Sprintf(", exit status %d", end.Exit)
	}
	return s
}

// audited counts domains that were checked as a whole. Of those that passed,
// unclear are not known to be sound in all.
type audited struct {
	domains result.Counts
	unclear int
}

func (a *audited) add(d *result.Domain) {
	a.domains.Add(d.Status)
	if d.Status == result.Pass && Severities(d)[result.SeverityInconclusive] > 0 {
		a.unclear++
	}
}

func (a *audited) words() string {
	c := &a.domains
	s := fmt.Sprintf("%s checked: %d sound, %d failed", Count(c.Total(), "domain", "domains"), c.Pass-a.unclear, c.Fail)
	if a.unclear > 0 {
		s += fmt.Sprintf(", %d passed with things not known", a.unclear)
	}
	if c.Warn > 0 {
		s += fmt.Sprintf(", %d with warnings", c.Warn)
	}
	if unknown := c.Inconclusive + c.NotRun + c.Skip; unknown > 0 {
		s += fmt.Sprintf(", %d inconclusive", unknown)
	}
	return s
}

// writeOverview ends a long list: what its domains came to and what they have in
// common, and those that did not pass, a line each.
func (t *Text) writeOverview() {
	p, o := &t.page, t.overview
	if !t.opt.List || t.opt.Verbose < 0 || !o.Long() {
		return
	}
	p.blank()
	p.line("By verdict:")
	for _, v := range Order() {
		if n := o.Domains.Of(v); n > 0 {
			p.line(fmt.Sprintf("%7d  %s", n, Participle(v)))
		}
	}
	for _, table := range o.Tables(maxRows) {
		p.blank()
		p.line(table.Title, ":")
		for i := range table.Rows {
			p.line(tableRow(&table.Rows[i]))
		}
		if table.Others.Total() > 0 {
			p.line(tableRow(&result.Row{Name: "others", Domains: table.Others}))
		}
	}
	p.blank()
	lines, more := o.Worst()
	if len(lines) == 0 {
		return
	}
	p.line(fmt.Sprintf("%d of %d domains did not pass:", len(lines)+more, o.Domains.Total()))
	for _, l := range lines {
		p.sentence(l)
	}
	if more > 0 {
		p.line("  ", fmt.Sprintf("and %d more", more))
	}
	p.blank()
}

// tableRow is a row of a table: how many domains, what they have in common,
// and how many of them did not pass.
func tableRow(r *result.Row) string {
	all := r.Domains.Total()
	line := fmt.Sprintf("%7d  %s", all, r.Name)
	for _, v := range Order() {
		if n := r.Domains.Of(v); n > 0 && n < all && v != result.Pass {
			line += fmt.Sprintf(", %d %s", n, Participle(v))
		}
	}
	return line
}

// sentence writes what became of a domain in a line.
func (p *page) sentence(l Line) {
	p.styled(style(l.Verdict), "", Word(l.Verdict)+gap, l.Sentence)
}
