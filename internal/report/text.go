package report

import (
	"io"
	"slices"

	"mxprobe/probe/result"
)

const (
	// maxPages is how many domains of a list that did not pass are shown in
	// full unless more is asked for; of others there is a line.
	maxPages = 10
	// maxLines is how many domains are named again at the end of a long list.
	maxLines = 40
	// maxRows is how many rows a table at the end of one has.
	maxRows = 10
)

// Text writes domain by domain as they come: a headline, a row for each
// check of each address, and below a row that did not pass what went wrong.
// One goroutine at a time may use it.
type Text struct {
	out      sink
	opt      Options
	page     page
	overview *Overview
	// audited counts the domains that were checked as a whole: of these, the
	// findings count, and there are as many as rules.
	audited audited
	// pages counts the domains of a list that did not pass and were shown in
	// full.
	pages int
	// told is true if a quiet report has something in it, untold if it left
	// something out that is known.
	told, untold bool
}

// NewText returns a writer of text to w.
func NewText(w io.Writer, o Options) *Text {
	return &Text{out: sink{w: w}, opt: o, page: newPage(o), overview: NewOverview(maxLines)}
}

// Domain writes what was found of one domain. After an error of the writer
// below, every call returns that error and writes nothing.
func (t *Text) Domain(d *result.Domain) error {
	t.overview.Add(d)
	if d.Audited() {
		t.audited.add(d)
	}
	well := d.Status == result.Pass || d.Status == result.Skip
	switch {
	case well && t.opt.Verbose < 0 && len(d.Changes) == 0:
		return t.out.err
	case t.opt.Verbose < 0 && t.opt.Known != nil && t.opt.Known(d):
		t.untold = true
		return t.out.err
	case well && t.opt.List && t.opt.Verbose == 0, well && t.opt.Verbose < 0:
		t.told = true
		t.page.oneLine(d)
		t.page.disagreements(d, t.opt.Verbose)
		t.page.changes(d.Changes, t.opt.Verbose)
	case t.opt.List && t.opt.Verbose == 0 && t.pages == maxPages:
		t.told = true
		t.page.sentence(Line{d.Status, Sentence(d)})
		t.page.disagreements(d, t.opt.Verbose)
		t.page.changes(d.Changes, t.opt.Verbose)
	case d.Audited():
		t.told = true
		t.pages++
		t.page.blank()
		t.checked(d)
		t.page.blank()
	case len(d.Hosts) == 0:
		t.told = true
		t.pages++
		t.page.blank()
		t.withoutHosts(d)
		t.page.blank()
	default:
		t.told = true
		t.pages++
		t.page.blank()
		t.withHosts(d)
		t.page.blank()
	}
	return t.flush()
}

// oneLine writes all there is to say of a domain that is well, one of many.
func (p *page) oneLine(d *result.Domain) {
	line := p.verdict(d.Status, 0) + gap + Title(d) + ": " + Facts(d)
	dialogues := 0
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			dialogues += len(d.Hosts[i].Addresses[j].Checks)
		}
	}
	if dialogues > 0 {
		line += ", " + Count(dialogues, "dialogue", "dialogues")
	}
	if d.Millis > 0 {
		line += gap + Duration(d.Millis.Duration())
	}
	if some, _ := Matters(d.Differences); len(some) > 0 {
		n := len(some)
		line += gap + Count(n, "difference", "differences") + " between its hosts"
	}
	p.line(line)
}

// withoutHosts writes a domain that nobody can be asked about.
func (t *Text) withoutHosts(d *result.Domain) {
	p := &t.page
	p.headline(d)
	w := newDetail(t, d)
	w.hint(d.Hint)
	if d.Sender != nil {
		if d.Hint != "" {
			p.blank()
		}
		p.text("", "", SendersView(d))
		p.blank()
	}
	if d.Status >= result.Inconclusive {
		w.again()
	}
	p.changes(d.Changes, t.opt.Verbose)
}

func (t *Text) withHosts(d *result.Domain) {
	p := &t.page
	p.headline(d)
	p.blank()
	all := rows(d)
	if t.opt.Verbose <= 0 {
		all = folded(all)
	}
	widths := measure(all, p.width)
	w := newDetail(t, d)
	p.vantages(d)
	for i := range all {
		told := t.opt.Verbose < 0 || t.opt.Verbose == 0 && len(d.Views) > 0 // elsewhere, of what is well
		if v := all[i].verdict; !told || v != result.Pass && v != result.Skip {
			w.row(&all[i], &widths)
		}
	}
	p.blank()
	p.findings(d, t.opt.Verbose)
	p.blank()
	w.hint(d.Hint)
	p.disagreements(d, t.opt.Verbose)
	p.differences(d, t.opt.Verbose)
	p.changes(d.Changes, t.opt.Verbose)
	p.blank()
	t.verdictOfAll(d, all)
	p.blank()
	p.senders(d)
	if slices.ContainsFunc(all, func(r row) bool { return r.verdict >= result.Inconclusive }) {
		w.again()
	}
}

// verdictOfAll explains a domain's verdict where the rows do not: it is
// milder than the worst of them because not every host has to pass, or
// comes from something that happened to the domain as a whole.
func (t *Text) verdictOfAll(d *result.Domain, rows []row) {
	worst := result.NotRun
	for i := range rows {
		worst = result.Worst(worst, rows[i].verdict)
	}
	for i := range d.Findings {
		worst = result.Worst(worst, d.Findings[i].Severity.Verdict())
	}
	if d.Status == worst {
		return
	}
	why := Because(d.Message, d.Reason)
	if d.Status < worst {
		why = "a host that need not pass did not (" + why + ")"
	}
	t.page.styled(style(d.Status), "", Word(d.Status)+gap, Title(d)+": "+why)
}

func (t *Text) flush() error {
	err := t.out.write(t.page.b)
	t.page.b = t.page.b[:0]
	return err
}
