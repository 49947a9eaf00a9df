package html

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// tally is what the headline of a list needs to know.
type tally struct {
	*report.Overview
	only  string              // the sentence of the first domain
	view  string              // a sender's view of it
	names map[string][]string // the first few of each verdict
}

func newTally() tally { return tally{Overview: report.NewOverview(0), names: map[string][]string{}} }

// maxNames is how many domains the headline of a list names.
const maxNames = 3

func (t *tally) add(d *result.Domain) {
	t.Overview.Add(d)
	if t.n() == 1 {
		t.only = report.Sentence(d)
		if d.Sender != nil {
			t.view = report.SendersView(d)
		}
	}
	if v := d.Status.String(); len(t.names[v]) < maxNames {
		t.names[v] = append(t.names[v], report.Title(d))
	}
}

func (t *tally) n() int { return t.Domains.Total() }

// headline is the one thing to know of a run.
func (t *tally) headline(end *result.End) string {
	switch {
	case t.n() == 0:
		return stopped(end) + "No domain was looked at"
	case t.n() == 1:
		return stopped(end) + t.only
	}
	var parts []string
	for _, v := range []result.Verdict{result.Fail, result.Inconclusive, result.NotRun, result.Warn} {
		if n := t.Domains.Of(v); n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+report.Participle(v))
		}
	}
	if len(parts) == 0 {
		return stopped(end) + allOf(t.n()) + " " + allGood(&t.Domains)
	}
	worst := report.Order()[0]
	for _, v := range report.Order() {
		if t.Domains.Of(v) > 0 {
			worst = v
			break
		}
	}
	if t.Domains.Of(worst) == t.n() {
		return stopped(end) + allOf(t.n()) + " " + plural(worst) + ": " + t.named(worst)
	}
	return stopped(end) + "Of " + strconv.Itoa(t.n()) + " domains " + strings.Join(parts, ", ") + ": " + t.named(worst)
}

func allOf(n int) string {
	if n == 2 {
		return "Both domains"
	}
	return "All " + strconv.Itoa(n) + " domains"
}

// plural is what became of several domains.
func plural(v result.Verdict) string {
	if v == result.Warn {
		return "passed with warnings"
	}
	return report.Ended(v, 2)
}

func allGood(c *result.Counts) string {
	if c.Skip > 0 {
		return "passed or were skipped"
	}
	return "passed"
}

func (t *tally) named(v result.Verdict) string {
	names := t.names[v.String()]
	if more := t.Domains.Of(v) - len(names); more > 0 {
		return strings.Join(names, ", ") + " and " + report.Count(more, "other", "others")
	}
	return strings.Join(names, ", ")
}

// stopped says first that a run did not come to its end: what is missing
// might be the worst.
func stopped(end *result.End) string {
	if end.Exit == 130 || end.Exit == 143 {
		return "Stopped before the end. "
	}
	return ""
}
