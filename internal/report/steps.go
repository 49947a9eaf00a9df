package report

import (
	"fmt"
	"strconv"

	"mxprobe/probe/result"
)

// steps writes every step with its verdict, its time and what was said: of
// the last attempt, or with all that was asked for, of all of them.
func (w *detail) steps(c *result.Check) {
	last := LastAttempt(c)
	verdicts := 0
	for i := range c.Steps {
		verdicts = max(verdicts, len(Word(c.Steps[i].Status)))
	}
	attempt := 0
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt != last && w.opt.Verbose < 2 {
			continue
		}
		if s.Attempt != attempt && c.Attempts > 1 {
			w.blank()
			w.line("  attempt ", strconv.Itoa(s.Attempt), " of ", strconv.Itoa(c.Attempts))
		}
		attempt = s.Attempt
		w.step(s, verdicts)
	}
}

func (w *detail) step(s *result.Step, verdicts int) {
	head := fmt.Sprintf("  %2d  ", s.Number) + w.verdict(s.Status, verdicts) + gap + clean(s.Name)
	if s.Millis > 0 {
		head += gap + Duration(s.Millis.Duration())
	}
	w.line(head)
	const indent = "      "
	lines := spokenIn(s)
	said := marked(lines, s)
	if w.opt.Verbose < 2 && len(lines) > 0 && lines[0].label == "C: " && lines[0].text == clean(s.Name) {
		lines = lines[1:] // a step without a name of its own is called by its line
	}
	w.speech(indent, lines, w.opt.Verbose > 1 && len(s.Transcript) > 0)
	if s.Status != result.Pass && s.Message != "" && !said {
		w.text(indent, "", clean(s.Message))
	}
	w.page.notes(indent, "", s.Notes)
}
