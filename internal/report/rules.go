package report

import (
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// SeverityWord is a severity as a reader sees it: the word of its verdict
// where it is one.
func SeverityWord(s result.Severity) string {
	switch s {
	case result.SeverityOK:
		return "OK"
	case result.SeverityNote:
		return "NOTE"
	}
	return Word(s.Verdict())
}

// findings writes what rules found, the worst first. What is sound, and in a
// quiet report what is no trouble, is counted or left out.
func (w *detail) findings() {
	if len(w.d.Findings) == 0 {
		return
	}
	all := slices.Clone(w.d.Findings)
	slices.SortStableFunc(all, func(a, b result.Finding) int { return a.Severity.Rank() - b.Severity.Rank() })
	least := result.SeverityNote
	switch {
	case w.opt.Verbose < 0:
		least = result.SeverityWarn
	case w.opt.Verbose > 0:
		least = result.SeverityOK
	}
	words, hidden := 0, 0
	for i := range all {
		words = max(words, len(SeverityWord(all[i].Severity)))
	}
	for i := range all {
		if all[i].Severity.Rank() > least.Rank() {
			hidden++
			continue
		}
		w.finding(&all[i], words)
	}
	if hidden > 0 && w.opt.Verbose == 0 {
		w.line(Count(hidden, "rule", "rules"), " more found all sound, -v shows them")
	}
	w.blank()
}

func (w *detail) finding(f *result.Finding, words int) {
	word := SeverityWord(f.Severity)
	head := w.paint(style(f.Severity.Verdict()), word) + strings.Repeat(" ", words-len(word)) + gap + clean(f.ID)
	if at := clean(f.Subject.String()); at != clean(w.d.Domain) {
		head += gap + at
	}
	w.line(head)
	w.text("  ", "", clean(join(f.Title, f.Evidence)))
	if f.Severity == result.SeverityOK {
		return
	}
	advice := clean(f.Advice)
	if f.RFC != "" {
		advice = strings.TrimSpace(advice + " (" + clean(f.RFC) + ")")
	}
	if advice != "" {
		w.text("  ", "hint: ", advice)
	}
	for _, record := range f.Publish {
		w.line("  publish: ", clean(record)) // whole, to be copied
	}
	w.blank()
}
