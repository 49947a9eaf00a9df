package html

import (
	"slices"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// findingView is what a rule found.
type findingView struct {
	badge
	result.Finding
	Where string
}

// Badge lets a template see the verdict.
func (f *findingView) Badge() badge { return f.badge }

// findingsOf lists what rules found, the worst first.
func findingsOf(d *result.Domain) []findingView {
	var all []findingView
	for i := range d.Findings {
		f := &d.Findings[i]
		b := badgeOf(f.Severity.Verdict())
		b.Word = report.SeverityWord(f.Severity)
		v := findingView{badge: b, Finding: *f, Where: f.Subject.String()}
		v.Evidence, v.Finding.Advice = cut(f.Evidence), cut(f.Advice)
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b findingView) int { return a.Severity.Rank() - b.Severity.Rank() })
	return all
}
