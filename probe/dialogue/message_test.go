package dialogue_test

import (
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// stored returns the one message that the servers of a world took, as it
// came over the line before dots were taken off.
func stored(t *testing.T, w *sandbox.World) string {
	t.Helper()
	for _, s := range w.Sessions() {
		for _, m := range s.Messages {
			return string(m.Data)
		}
	}
	t.Fatal("no server has a message")
	return ""
}

// Every line that begins with a dot gets another, and the end is CR LF . CR
// LF alone (RFC 5321 section 4.5.2).
func TestTrap42MessageArrivesAsWritten(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+`  - message: |
      Subject: dots

      .
      .leading
      ..two
      last`+"\n")
	expect(t, only(t, &d), pass)
	message := stored(t, w)
	_, body, _ := strings.Cut(message, "\r\n\r\n")
	if want := ".\r\n.leading\r\n..two\r\nlast\r\n"; body != want {
		t.Errorf("the body arrived as %q; want %q", body, want)
	}
}

// A message gets the fields it must have, and the one that keeps responders
// quiet (RFC 5322 section 3.6, RFC 3834 section 5).
func TestTrap73MissingFieldsAreAdded(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - message: |\n      Subject: fields\n\n      text\n")
	expect(t, only(t, &d), pass)
	m, err := mail.ReadMessage(strings.NewReader(stored(t, w)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Subject": "fields", "From": "<probe@example.net>", "To": "<kate@example.test>", "Auto-Submitted": "auto-generated",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s is %q; want %q", name, got, want)
		}
	}
	if date, err := m.Header.Date(); err != nil || time.Since(date).Abs() > time.Hour {
		t.Errorf("Date is %v, %v; want about now", date, err)
	}
	if id := m.Header.Get("Message-ID"); !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@probe.example.net>") {
		t.Errorf("Message-ID is %q; want one of this machine", id)
	}
}

func TestMessageAsIsIsNotTouched(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - message: |\n      Subject: x\n\n      text\n    as_is: true\n")
	expect(t, only(t, &d), pass)
	if got, want := stored(t, w), "Subject: x\r\n\r\ntext\r\n"; !strings.HasSuffix(got, want) || strings.Contains(got, "Date:") {
		t.Errorf("the message arrived as %q; want %q", got, want)
	}
}

// A refusal of DATA is the refusal of the message, and the end of data has a
// limit of its own (RFC 5321 section 4.5.3.2.6).
func TestTrap44EndOfData(t *testing.T) {
	t.Parallel()
	const message = "  - message: |\n      Subject: x\n\n      text\n    timeout: 300ms\n"
	for _, tc := range []struct {
		name, more string
		rule       sandbox.Rule
		want       ending
	}{
		{"DATA is refused", "", sandbox.Rule{On: "DATA", Reply: "554 5.5.1 no"}, ending{result.Fail, result.Reply, 4, "554 5.5.1 no"}},
		{"DATA is refused as expected", "    expect: 5xx\n", sandbox.Rule{On: "DATA", Reply: "554 5.5.1 no"}, pass},
		{"the text is refused as expected", "    expect: 5xx\n", sandbox.Rule{On: "end-of-data", Reply: "554 5.7.1 spam"}, pass},
		{"250 to DATA is no leave to send", "", sandbox.Rule{On: "DATA", Reply: "250 OK"}, ending{result.Fail, result.Reply, 4, "expected 354, got 250"}},
		{"no answer to the end", "", sandbox.Rule{On: "end-of-data", Hang: true}, ending{result.Fail, result.Timeout, 4, "not known whether it was accepted"}},
		{"closed after the end", "", sandbox.Rule{On: "end-of-data", Close: true}, ending{result.Fail, result.EOF, 4, "not known whether it was accepted"}},
		{"accepted although a refusal is expected", "    expect: 5xx\n", sandbox.Rule{}, ending{result.Fail, result.Reply, 4, "expected 5xx, got 250"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var rules []sandbox.Rule
			if tc.rule.On != "" {
				rules = append(rules, tc.rule)
			}
			d := play(t, with(t, rules...), ask+message+tc.more)
			expect(t, only(t, &d), tc.want)
		})
	}
}

// DATA that gets 354 where a refusal was expected must not turn QUIT into
// message text, nor deliver an empty message.
func TestUnwantedDataDeliversNothing(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - send: DATA\n    expect: 5xx\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 4, "expected 5xx, got 354"})
	for _, s := range w.Sessions() {
		if len(s.Messages) > 0 {
			t.Errorf("the server took %d messages; want none", len(s.Messages))
		}
	}
}

// All recipients refused, and yet 354: a lone dot at once (RFC 2920 section
// 3.1), then QUIT.
func TestTrap38LoneDotAfterRefusedRecipients(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"}, sandbox.Rule{On: "DATA", Reply: "354 go on"},
		sandbox.Rule{On: "end-of-data", Reply: "554 5.5.1 no valid recipients"})
	d := play(t, w, `name: group
steps:
  - EHLO ${helo}
  - pipeline:
      - MAIL FROM:<${from}>
      - RCPT TO:<${to}>
      - DATA
`)
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 3, "550 5.1.1"})
	lines := received(t, w)
	if at := slices.Index(lines, "DATA"); at < 0 || !slices.Equal(lines[at:], []string{"DATA", ".", "QUIT"}) {
		t.Errorf("the server got %q; want DATA, a lone dot and QUIT at the end", lines)
	}
}

// A server that closes after the first refusal of a group: the refusal is
// the reason, not the end of the connection (RFC 2920 section 3.1).
func TestTrap40FirstErrorOfAGroupStays(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Reply: "550 5.7.1 no", Close: true})
	d := play(t, w, "name: group\nsteps:\n  - EHLO ${helo}\n  - pipeline:\n      - MAIL FROM:<${from}>\n      - RCPT TO:<${to}>\n")
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Reply, 2, "550 5.7.1 no"})
}

// Each line of a group has its reply, by order; the group is one write.
func TestPipelineJudgesEachLine(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, `name: group
steps:
  - EHLO ${helo}
  - pipeline:
      - MAIL FROM:<${from}>
      - {send: "RCPT TO:<nobody@example.test>", expect: 550}
      - RCPT TO:<${to}>
      - RSET
`)
	c := only(t, &d)
	expect(t, c, pass)
	failing := play(t, w, "name: group\nsteps:\n  - EHLO ${helo}\n  - pipeline:\n      - MAIL FROM:<${from}>\n      - RCPT TO:<nobody@example.test>\n")
	s := step(t, only(t, &failing), 3)
	if len(s.Transcript) != 2 || s.Transcript[0].Text != "RCPT TO:<nobody@example.test>" || !strings.HasPrefix(s.Transcript[1].Text, "550 ") {
		t.Errorf("transcript of the line that failed is %+v; want the line and its reply", s.Transcript)
	}
	for number, want := range map[int]int{2: 250, 3: 550, 4: 250, 5: 250} {
		if got := step(t, c, number).Code; got != want {
			t.Errorf("step %d got %d; want %d", number, got, want)
		}
	}
}
