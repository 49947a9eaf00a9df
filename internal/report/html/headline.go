package html

import (
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// tally is what the headline of a list needs to know.
type tally struct {
	domains result.Counts
	n       int
	only    string              // the sentence of the first domain
	view    string              // a sender's view of it
	names   map[string][]string // the first few of each verdict
	// What no dialogue was played with is not among the run's counts, and
	// counts without it would be false calm.
	deadHosts, deadDomains int
}

// maxNames is how many domains the headline of a list names.
const maxNames = 3

func (t *tally) add(d *result.Domain) {
	t.n++
	t.domains.Add(d.Status)
	if len(d.Hosts) == 0 && !good(d.Status) {
		t.deadDomains++
	}
	for i := range d.Hosts {
		if h := &d.Hosts[i]; len(h.Addresses) == 0 && h.Status >= result.Inconclusive {
			t.deadHosts++
		}
	}
	if t.n == 1 {
		t.only = report.Sentence(d)
		if d.Sender != nil {
			t.view = report.SendersView(d.Sender)
		}
		t.names = map[string][]string{}
	}
	if v := d.Status.String(); len(t.names[v]) < maxNames {
		t.names[v] = append(t.names[v], report.Title(d))
	}
}

// dead counts what no dialogue was played with.
func (t *tally) dead() []countView {
	var all []countView
	if t.deadHosts > 0 {
		all = append(all, countView{badge: badgeOf(result.Fail), N: t.deadHosts, What: report.DeadHosts(t.deadHosts)})
	}
	if t.deadDomains > 0 {
		all = append(all, countView{badge: badgeOf(result.Fail), N: t.deadDomains, What: report.Count(t.deadDomains, "domain", "domains") + " without hosts"})
	}
	return all
}

// headline is the one thing to know of a run.
func (t *tally) headline(end *result.End) string {
	switch {
	case t.n == 0:
		return stopped(end) + "No domain was looked at"
	case t.n == 1:
		return stopped(end) + t.only
	}
	var parts []string
	for _, v := range []result.Verdict{result.Fail, result.Inconclusive, result.NotRun, result.Warn} {
		if n := t.domains.Of(v); n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+report.Participle(v))
		}
	}
	if len(parts) == 0 {
		return stopped(end) + allOf(t.n) + " " + allGood(&t.domains)
	}
	worst := report.Order()[0]
	for _, v := range report.Order() {
		if t.domains.Of(v) > 0 {
			worst = v
			break
		}
	}
	if t.domains.Of(worst) == t.n {
		return stopped(end) + allOf(t.n) + " " + plural(worst) + ": " + t.named(worst)
	}
	return stopped(end) + "Of " + strconv.Itoa(t.n) + " domains " + strings.Join(parts, ", ") + ": " + t.named(worst)
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
	if more := t.domains.Of(v) - len(names); more > 0 {
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
