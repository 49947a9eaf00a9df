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
