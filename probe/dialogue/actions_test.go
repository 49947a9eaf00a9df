package dialogue_test

import (
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Every action of the language has a player: a step that nobody plays would
// leave no record, and pass.
func TestEveryActionIsPlayed(t *testing.T) {
	t.Parallel()
	steps := map[scenarios.Action]string{
		scenarios.Send:     "- send: NOOP",
		scenarios.Raw:      `- {raw: "NOOP\r\n", expect: 250}`,
		scenarios.Bytes:    "- {bytes: 4e 4f 4f 50 0d 0a, expect: 250}",
		scenarios.Pipeline: "- pipeline: [NOOP]",
		scenarios.Message:  "- message: x",
		scenarios.Body:     "- {body: x, expect: any}",
		scenarios.BDAT:     "- {bdat: x, expect: any}",
		scenarios.StartTLS: "- {starttls: {}, expect: any}",
		scenarios.Auth:     "- {auth: PLAIN, user: a, password: b, allow_clear: true, expect: any}",
		scenarios.Read:     "- {expect: 250, optional: true, timeout: 10ms}",
		scenarios.Sleep:    "- sleep: 1ms",
		scenarios.Arrives:  "- message: x\n  - {arrives: {maildir: MAILDIR}, timeout: 10ms}",
		scenarios.Report:   "- message: x\n  - {report: {maildir: MAILDIR, action: none}, timeout: 10ms}",
		scenarios.Close:    "- close: true",
	}
	for _, a := range scenarios.Actions() {
		src, known := steps[a]
		if !known {
			t.Errorf("%s is not tried", a)
			continue
		}
		t.Run(a.String(), func(t *testing.T) {
			t.Parallel()
			maildir := t.TempDir()
			w := start(t, oneHost, sandbox.Server{})
			d := play(t, w, "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<kate@example.test>\n  "+strings.ReplaceAll(src, "MAILDIR", maildir)+"\n")
			c := only(t, &d)
			last := 4 + strings.Count(src, "\n")
			for i := range c.Steps {
				if s := &c.Steps[i]; s.Number == last && s.Status != result.NotRun {
					return
				}
			}
			t.Errorf("step %d left no record: %+v", last, c)
		})
	}
}
