package dialogue_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// A temporary answer ends the dialogue even where it is only a warning: DATA
// after a recipient that was put off would be refused for good.
func TestTemporaryWarningEndsTheDialogue(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]string{
		"step by step": "\n  - RCPT TO:<kate@example.test>\n  - message: x",
		"in one write": "\n  - pipeline:\n      - RCPT TO:<kate@example.test>\n      - DATA",
		"to capture":   "\n  - send: RCPT TO:<kate@example.test>\n    capture: {id: /queued as (.*)/}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "RCPT", Reply: "451 4.7.1 greylisted"})
			set := settings(w)
			set.Temporary = result.Warn
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, "name: x\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>"+steps))
			expect(t, only(t, &d), ending{result.Warn, result.Temporary, 3, "451"})
		})
	}
}

// A server that breaks the connection has closed it; one that closes it in
// the middle of a reply has not done what eof means.
func TestEOFIsTheEndBetweenTwoReplies(t *testing.T) {
	t.Parallel()
	const src = "name: x\nsteps:\n  - EHLO ${helo}\n  - {send: NOOP, expect: eof}"
	d := play(t, with(t, sandbox.Rule{On: "NOOP", Reset: true}), src)
	expect(t, only(t, &d), ending{result.Pass, result.None, -1, ""})
	d = play(t, with(t, sandbox.Rule{On: "NOOP", Raw: "250-half a repl", Close: true}), src)
	expect(t, only(t, &d), ending{result.Fail, result.EOF, 2, "in the middle of a reply"})
}

// A 421 that comes between two commands is a 4xx that a retry covers.
func TestRetryCoversA421ThatComesUnasked(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Extra: "421 4.3.2 shutting down\r\n", Times: 1})
	d := play(t, w, `name: x
retry: {on: 4xx, times: 1, wait: 10ms}
steps:
  - EHLO ${helo}
  - MAIL FROM:<a@example.net>
  - sleep: 50ms
  - RCPT TO:<kate@example.test>`)
	c := only(t, &d)
	expect(t, c, ending{result.Pass, result.None, -1, ""})
	if c.Attempts != 2 {
		t.Errorf("%d attempts were made; want 2", c.Attempts)
	}
}

// A server may refuse a large message before it has all of it, and close.
// Its refusal counts, and not that the rest could not be sent.
func TestRefusalInTheMiddleOfAMessage(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "large.eml")
	if err := os.WriteFile(file, bytes.Repeat([]byte("a line of a large message\r\n"), 900_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, v := range map[string]ending{
		"5xx": {result.Pass, result.None, -1, ""},
		"2xx": {result.Fail, result.Reply, 4, "expected 2xx, got 552 5.3.4 too large"},
	} {
		w := with(t, sandbox.Rule{On: "DATA", Func: func(c *sandbox.Conn, _ string) {
			_ = c.Reply("354 go on")
			_, _ = c.ReadLine()
			_ = c.Reply("552 5.3.4 too large")
			c.Close()
		}})
		d := play(t, w, `name: x
steps:
  - EHLO ${helo}
  - MAIL FROM:<a@example.net>
  - RCPT TO:<kate@example.test>
  - message: {file: `+file+`}
    expect: `+want)
		expect(t, only(t, &d), v)
	}
}

// A condition on the address holds also where no EHLO is ever accepted.
func TestScenarioConditionOnTheAddressNeedsNoEHLO(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "501 5.5.4 bad name"})
	d := play(t, w, `name: x
if: ipv6
steps:
  - {send: "EHLO bad_name", expect: 501}
  - {send: NOOP, expect: 5xx}`)
	expect(t, only(t, &d), ending{result.Skip, result.Condition, -1, "the address is not ipv6"})
}

// Whether the end of the connection is noticed when writing or when reading
// is a matter of chance.
func TestEOFExpectedOfALineThatCannotBeSent(t *testing.T) {
	t.Parallel()
	d := play(t, with(t, sandbox.Rule{On: "HELO", Reply: "250 ok", Reset: true}), `name: x
steps:
  - HELO ${helo}
  - sleep: 50ms
  - {send: NOOP, expect: eof}`)
	expect(t, only(t, &d), ending{result.Pass, result.None, -1, ""})
}
