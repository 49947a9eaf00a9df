package html

import (
	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// badge is a verdict as the page shows it: a sign, a word, and the name of a
// colour. None of them stands alone.
type badge struct {
	Name string // of the verdict, as in JSON
	Sign string
	Word string
}

func badgeOf(v result.Verdict) badge {
	return badge{Name: v.String(), Sign: sign(v), Word: report.Word(v)}
}

func sign(v result.Verdict) string {
	switch v {
	case result.Pass:
		return "✓"
	case result.Fail:
		return "✗"
	case result.Inconclusive:
		return "?"
	case result.Warn:
		return "!"
	case result.Skip:
		return "–"
	}
	return "·"
}

// order are the verdicts from the one to be looked at first.
func order() []result.Verdict {
	return []result.Verdict{result.Fail, result.Inconclusive, result.Warn, result.NotRun, result.Skip, result.Pass}
}

// counted returns how often a verdict was counted.
func counted(c *result.Counts, v result.Verdict) int {
	switch v {
	case result.Pass:
		return c.Pass
	case result.Warn:
		return c.Warn
	case result.Fail:
		return c.Fail
	case result.Inconclusive:
		return c.Inconclusive
	case result.Skip:
		return c.Skip
	}
	return c.NotRun
}

// participle is what became of something, as it stands behind a number.
func participle(v result.Verdict) string {
	switch v {
	case result.Pass:
		return "passed"
	case result.Warn:
		return "with a warning"
	case result.Fail:
		return "failed"
	case result.Inconclusive:
		return "inconclusive"
	case result.Skip:
		return "skipped"
	}
	return "not run"
}
