package nagios

import (
	"strconv"
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// maxSummary bounds the text of the first line, which is what a notification
// to a telephone shows.
const maxSummary = 200

// output is everything a plugin prints.
func (t *tally) output(end *result.End, limits Thresholds) []byte {
	b := []byte(cut("MXPROBE "+stateWord(end.Exit)+" - "+t.summary(end, limits), maxSummary))
	b = append(b, " | "...)
	b = t.appendPerfdata(b, end, limits)
	b = append(b, '\n')
	return t.details.appendTo(b, maxOutput, t.list())
}

// list reports whether the run is one over several domains.
func (t *tally) list() bool { return t.domains.total() > 1 }

// summary says why the state is what it is. The state is decided elsewhere,
// so what fits it best comes first; and it is never left without a reason.
func (t *tally) summary(end *result.End, limits Thresholds) string {
	slow := t.slow(end.Millis.Duration(), limits)
	changed := t.about(t.change)
	notes := text(strings.Join(end.Notes, ", "))
	var reasons []string
	switch end.Exit {
	case OK:
		reasons = []string{t.clause(passed), t.clause(skipped)}
	case Warning:
		reasons = []string{t.clause(temporary), slow, t.clause(spared), t.clause(unneeded), t.clause(warned), changed}
	case Critical:
		reasons = []string{t.clause(failed), slow, changed, t.clause(skipped)}
	default:
		reasons = []string{t.clause(ours), t.clause(notRun), t.clause(temporary), notes, t.clause(skipped)}
	}
	for k := range kinds {
		reasons = append(reasons, t.clause(k))
	}
	for _, r := range append(reasons, notes) {
		if r != "" {
			return r
		}
	}
	return "no domain was looked at"
}

// clause says how many are of a kind and names the first of them, nothing
// where there are none.
func (t *tally) clause(k kind) string {
	n := t.many(k)
	first := t.causes[k]
	switch {
	case first == (cause{}) && (n == "" || k < warned): // another kind that reads alike
		return ""
	case n == "": // one of its dialogues is, while it is something worse
		return t.about(first)
	case k == passed || first == (cause{}):
		return t.subject() + n
	case t.list():
		return n + ": " + t.about(first)
	}
	return t.subject() + n + ": " + first.text
}

// about is a cause with its domain.
func (t *tally) about(c cause) string {
	if c == (cause{}) {
		return ""
	}
	return c.domain + ": " + c.text
}

// subject is the domain of the run, if it is about only one.
func (t *tally) subject() string {
	if t.list() || t.first == "" {
		return ""
	}
	return t.first + ": "
}

// many says how many of how many are of a kind, and how many of the others
// did not pass either: domains in a list, else addresses and hosts without
// one. It is empty where none is of the kind.
func (t *tally) many(k kind) string {
	all := t.domains
	var of []string
	if t.list() {
		if k == spared || k == unneeded {
			k = warned // which is what their domains are
		}
		if n := all.of(k); n > 0 {
			of = append(of, strconv.Itoa(n)+" of "+report.Count(all.total(), "domain", "domains"))
		}
	} else {
		all = t.addresses.plus(&t.deadHosts)
		all = all.plus(&t.findings)
		if n := t.addresses.of(k); n > 0 {
			of = append(of, strconv.Itoa(n)+" of "+report.Count(t.addresses.total(), "address", "addresses"))
		}
		if n := t.deadHosts.of(k); n > 0 {
			of = append(of, report.Count(n, "host", "hosts")+" without an address")
		}
		if n := t.findings.of(k); n > 0 {
			of = append(of, report.Count(n, "finding", "findings"))
		}
	}
	if len(of) == 0 {
		return ""
	}
	return strings.Join(of, " and ") + " " + k.participle() + all.beside(k)
}

// beside counts those that are of another kind and did not pass.
func (c *counts) beside(k kind) string {
	s := ""
	for _, other := range []kind{failed, temporary, notRun, warned, skipped} {
		if n := c.of(other); n > 0 && other.participle() != k.participle() {
			s += ", " + strconv.Itoa(n) + " " + other.participle()
		}
	}
	return s
}

// slow says that the run took longer than a limit, nothing if it did not.
func (t *tally) slow(took time.Duration, limits Thresholds) string {
	limit := limits.Critical
	if limit <= 0 || took <= limit {
		limit = limits.Warning
	}
	if limit <= 0 || took <= limit {
		return ""
	}
	return t.subject() + "the run took " + report.Duration(took) + ", more than " + limit.String() // as it was set
}
