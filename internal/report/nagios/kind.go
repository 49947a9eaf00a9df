package nagios

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// kind is what a finding amounts to in monitoring.
type kind uint8

// The kinds, the worst first.
const (
	failed    kind = iota
	ours           // inconclusive, and the fault is on this side
	temporary      // inconclusive, because the answer was temporary
	notRun         // not begun, although it should have been
	warned         // passed with a warning, or failed and need not pass
	passed
	skipped
	kinds // how many there are
)

// kindOf says what an entry amounts to.
func kindOf(e *report.Entry) kind {
	switch e.Kind() {
	case report.Failed:
		return failed
	case report.Excused:
		return warned
	case report.Skipped:
		return skipped
	case report.Unknown:
		return unsureKind(e.Status(), e.Reason())
	}
	return verdictKind(e.Status(), e.Reason())
}

// verdictKind says what the verdict of a domain amounts to.
func verdictKind(v result.Verdict, reason result.Reason) kind {
	switch v {
	case result.Pass:
		return passed
	case result.Warn:
		return warned
	case result.Skip:
		return skipped
	case result.Fail:
		return failed
	}
	return unsureKind(v, reason)
}

func unsureKind(v result.Verdict, reason result.Reason) kind {
	switch {
	case v == result.NotRun:
		return notRun
	case reason.Ours():
		return ours
	}
	return temporary
}

// counts counts by kind.
type counts [kinds]int

func (c *counts) total() int {
	n := 0
	for _, k := range c {
		n += k
	}
	return n
}

func (c *counts) plus(other *counts) counts {
	sum := *c
	for k, n := range other {
		sum[k] += n
	}
	return sum
}

// of is how many are of a kind as a reader sees it, who asks how many are
// inconclusive before asking whose fault it is.
func (c *counts) of(k kind) int {
	if k == ours || k == temporary {
		return c[ours] + c[temporary]
	}
	return c[k]
}

// participle is what became of those of a kind.
func (k kind) participle() string {
	switch k {
	case failed:
		return "failed"
	case ours, temporary:
		return "inconclusive"
	case notRun:
		return "not run"
	case warned:
		return "with a warning"
	case skipped:
		return "skipped"
	}
	return "passed"
}
