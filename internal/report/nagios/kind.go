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
	spared         // failed, and need not pass
	unneeded       // inconclusive, and need not pass
	warned         // passed with a warning, or failed and the scenario says that it may
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
		return excusedKind(e.Status())
	case report.Skipped:
		return skipped
	case report.Unknown:
		return unsureKind(e.Status(), e.Reason())
	}
	return verdictKind(e.Status(), e.Reason())
}

// excusedKind keeps the verdict of what need not pass, as every report does.
func excusedKind(v result.Verdict) kind {
	switch v {
	case result.Fail:
		return spared
	case result.Inconclusive:
		return unneeded
	}
	return warned
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
// inconclusive before asking whose fault it is, or whether it matters.
func (c *counts) of(k kind) int {
	switch k {
	case failed, spared:
		return c[failed] + c[spared]
	case ours, temporary, unneeded:
		return c[ours] + c[temporary] + c[unneeded]
	}
	return c[k]
}

// participle is what became of those of a kind.
func (k kind) participle() string {
	switch k {
	case failed, spared:
		return "failed"
	case ours, temporary, unneeded:
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
