package nagios

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// tally is what is kept of the domains of a run. Its text is clean and
// bounded.
type tally struct {
	domains   counts
	addresses counts
	deadHosts counts // hosts without an address
	bare      counts // domains without hosts, or worse than all that lies in them
	findings  counts // by rules
	hosts     int
	first     string       // the name of the first domain
	causes    [kinds]cause // the first finding of each kind
	change    cause        // the first change since the baseline, one for the worse before others
	worse     bool         // whether it is one for the worse
	details   details
	series    series
}

// cause is what is said of a finding on the first line.
type cause struct{ domain, text string }

// add takes a domain in.
func (t *tally) add(d *result.Domain) {
	subject := name(report.Title(d))
	k := verdictKind(d.Status, d.Reason)
	if t.domains.total() == 0 {
		t.first = subject
	}
	t.domains[k]++
	t.hosts += len(d.Hosts)
	for e := range report.Entries(d) {
		switch {
		case e.Finding != nil:
			t.findings[kindOf(&e)]++
		case e.Host == nil:
			t.bare[k]++
		}
		if e.Finding == nil && !idle(&e) {
			t.note(kindOf(&e), subject, &e)
		}
	}
	t.addFindings(d, subject)
	if len(d.Hosts) > 0 {
		t.details.about(d, k, subject)
	}
	for i := range d.Changes {
		t.addChange(subject, &d.Changes[i])
	}
	for i := range d.Hosts {
		t.addHost(d, &d.Hosts[i])
	}
}

func (t *tally) addChange(subject string, c *result.Change) {
	if t.change == (cause{}) || c.Regression && !t.worse {
		t.change, t.worse = cause{subject, text(c.Message)}, c.Regression
	}
}

// idle reports whether an entry has nothing to say: it passed, or was left
// out at an address where another dialogue decided.
func idle(e *report.Entry) bool {
	if e.Status() == result.Pass {
		return true
	}
	return e.Check != nil && e.Kind() == report.Skipped && e.Address.Status >= result.Pass
}

// note keeps a finding: for the first line if it is the first of its kind,
// and as a line of its own, but for a regression, whose changes have theirs.
func (t *tally) note(k kind, subject string, e *report.Entry) {
	if t.causes[k] == (cause{}) {
		t.causes[k] = cause{subject, what(e)}
	}
	if e.Reason() != result.Regression {
		t.details.add(k, entryDetail(subject, e))
	}
}

// addFindings keeps what rules found: in one line what has one cause.
func (t *tally) addFindings(d *result.Domain, subject string) {
	for _, g := range report.Groups(d) {
		e := report.Entry{Domain: d, Finding: g.First()}
		if idle(&e) {
			continue
		}
		k, said := kindOf(&e), g.Sentence()
		if t.causes[k] == (cause{}) {
			t.causes[k] = cause{subject, text(said)}
		}
		l := detail{word: report.Word(e.Status()), domain: subject, text: text(said)}
		if g.Advice != "" {
			l.text += " (hint: " + text(g.Advice) + ")"
		}
		t.details.add(k, l)
	}
}

func (t *tally) addHost(d *result.Domain, h *result.Host) {
	if len(h.Addresses) == 0 {
		t.deadHosts[kindOf(&report.Entry{Domain: d, Host: h})]++
	}
	for i := range h.Addresses {
		t.addresses[addressKind(d, h, &h.Addresses[i])]++
	}
	t.series.addHost(d, h)
}

// addressKind is the kind of the worst check of an address. Where several
// are inconclusive, a fault on this side counts before a temporary answer.
func addressKind(d *result.Domain, h *result.Host, a *result.Address) kind {
	k := kindOf(&report.Entry{Domain: d, Host: h, Address: a})
	for i := range a.Checks {
		if e := (report.Entry{Domain: d, Host: h, Address: a, Check: &a.Checks[i]}); e.Status() == a.Status {
			k = min(k, kindOf(&e))
		}
	}
	return k
}
