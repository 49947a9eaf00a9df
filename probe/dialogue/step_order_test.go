package dialogue_test

import (
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// late sends a reply that nobody asked for when the next line is already on
// its way, so that only the end of the dialogue shows it.
func late(on string) sandbox.Rule {
	return sandbox.Rule{On: on, Extra: "250 2.0.0 extra\r\n", ExtraDelay: 50 * time.Millisecond}
}

// A reply too many shifts every verdict after it. The QUIT of the scenario
// shows it as well as our own, and a slow answer to QUIT does not hide it.
func TestReplyTooManyShowsAtQuit(t *testing.T) {
	t.Parallel()
	slow := sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown", Delay: 100 * time.Millisecond}
	for name, tt := range map[string]struct {
		rules []sandbox.Rule
		quit  string
	}{
		"our own QUIT":         {[]sandbox.Rule{late("MAIL"), slow}, ""},
		"a slow answer to it":  {[]sandbox.Rule{late("MAIL"), slow, {On: "QUIT", Delay: 1500 * time.Millisecond}}, ""},
		"QUIT of the scenario": {[]sandbox.Rule{late("MAIL"), slow}, "\n  - {send: QUIT, expect: any}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := play(t, with(t, tt.rules...), `name: x
steps:
  - EHLO ${helo}
  - MAIL FROM:<a@example.net>
  - RCPT TO:<kate@example.test>`+tt.quit)
			at := 4
			if tt.quit != "" {
				at = 5
			}
			expect(t, only(t, &d), ending{result.Fail, result.Protocol, at, "a reply too many"})
		})
	}
}

// The reply that a step leaves unread is taken for that to the next line, so
// that RCPT passes with the answer to MAIL. That is the scenario's doing.
func TestUnreadReplyIsNotTakenForThatOfTheNextLine(t *testing.T) {
	t.Parallel()
	unknown := sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"}
	d := play(t, with(t, unknown), `name: x
steps:
  - EHLO ${helo}
  - raw: "MAIL FROM:<a@example.net>\r\n"
  - RCPT TO:<kate@example.test>`)
	expect(t, only(t, &d), ending{result.Inconclusive, result.Local, 4, "left unread"})

	d = play(t, with(t), `name: x
greeting: none
steps:
  - EHLO ${helo}
  - sleep: 50ms
  - MAIL FROM:<a@example.net>`)
	expect(t, only(t, &d), ending{result.Inconclusive, result.Local, 3, "left unread"})

	d = play(t, with(t), `name: x
steps:
  - EHLO ${helo}
  - raw: "MAIL FROM:<a@example.net>\r\n"
  - expect: 250
  - RCPT TO:<kate@example.test>
  - raw: "NOOP\r\n"`)
	expect(t, only(t, &d), ending{result.Pass, result.None, -1, ""})
}
