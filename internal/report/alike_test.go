package report

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// recipients is a dialogue with n recipients, of which the last is refused.
func recipients(n int) *result.Domain {
	c := reporttest.Failed("mx1")
	refused := c.Steps[3]
	steps := c.Steps[:3:3]
	for i := 1; i <= n; i++ {
		s := refused
		s.Number, s.Status, s.Message, s.Excerpt = 2+i, result.Pass, "", nil
		s.Transcript = []result.Line{{From: "C", Text: fmt.Sprintf("RCPT TO:<u%d@a.test>", i)}, {From: "S", Text: "250 2.1.5 Ok"}}
		steps = append(steps, s)
	}
	refused.Number = 3 + n
	c.Steps, c.StepCount, c.FailedStep = append(steps, refused), 3+n, &refused.Number
	return reporttest.Domain("a.test", reporttest.Host(1, "mx1", reporttest.Address("192.0.2.1", c)))
}

// TestLinesAlikeAreFolded: the screen is for what went wrong, not for fifty
// recipients that were taken.
func TestLinesAlikeAreFolded(t *testing.T) {
	t.Parallel()
	text := textOf(t, Options{}, recipients(51))
	for _, want := range []string{
		"C: RCPT TO:<u1@a.test>\n", "C: RCPT TO:<u2@a.test>\n", "  -- 48 more like these, -v shows all\n  C: RCPT TO:<u51@a.test>\n  S: 250 2.1.5 Ok\n", "<- expected 5xx",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%d times %q; want it once in\n%s", strings.Count(text, want), want, text)
		}
	}
	if strings.Contains(text, "u3@") {
		t.Errorf("not folded:\n%s", text)
	}
	for name, text := range map[string]string{"-v": textOf(t, Options{Verbose: 1}, recipients(51)), "a few": textOf(t, Options{}, recipients(6))} {
		if strings.Contains(text, "more like these") || !strings.Contains(text, "u3@a.test") {
			t.Errorf("%s: folded:\n%s", name, text)
		}
	}
}

// TestOnlyLinesAlikeAreFolded: a reply that is another one, and one that is
// marked, stay.
func TestOnlyLinesAlikeAreFolded(t *testing.T) {
	t.Parallel()
	var lines []spoken
	add := func(n int, l ...spoken) {
		for range n {
			lines = append(lines, l...)
		}
	}
	ok, rcpt := spoken{label: "S: ", text: "250 2.1.5 Ok"}, spoken{label: "C: ", text: "RCPT TO:<a@a.test>"}
	add(10, ok)                                        // 2, a remark, 1
	add(1, spoken{label: "S: ", text: "250 2.1.0 Ok"}) // another status
	add(6, ok)                                         // few enough
	add(1, spoken{label: "S: ", text: ok.text, mark: "<- expected 5xx"})
	add(7, rcpt, ok) // 3 pairs and a remark
	add(7, rcpt)     // commands alone are the business of another
	add(1, spoken{label: "S: ", text: "550 no"})
	if got, want := len(foldAlike(lines)), 4+1+6+1+7+7+1; got != want {
		t.Errorf("%d lines; want %d: %+v", got, want, foldAlike(lines))
	}
	for n := range 12 { // nothing is lost, and what is left out is counted
		shown, left := 0, 0
		for _, l := range foldAlike(lines[:n]) {
			if l.label != remark {
				shown++
			} else if _, err := fmt.Sscanf(l.text, "%d more like these", &left); err != nil {
				t.Error(err)
			}
		}
		if shown+left != n {
			t.Errorf("%d lines shown and %d left out of %d", shown, left, n)
		}
	}
}
