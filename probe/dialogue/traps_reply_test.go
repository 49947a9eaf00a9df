package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// What a server may say, and what is to be made of it. Step 0 is the
// greeting, 1 EHLO, 2 MAIL, 3 RCPT.
func TestReplies(t *testing.T) {
	t.Parallel()
	endless := strings.Repeat("250-more\r\n", 20000)
	for _, tc := range []struct {
		name string
		rule sandbox.Rule
		want ending
		note string // contained in a note of the check or the step
		at   int    // the step of the note
	}{
		{name: "Trap01 greeting of several lines", rule: sandbox.Rule{On: "connect", Reply: "220-mx1.example.test\n220-no spam\n220 ESMTP"}, want: pass},
		{
			name: "Trap01 codes that change inside a reply", rule: sandbox.Rule{On: "MAIL", Raw: "250-fine\r\n550 not fine\r\n"},
			want: ending{result.Fail, result.Protocol, 2, `changes inside a reply: "550 not fine"`},
		},
		{name: "Trap02 bare code", rule: sandbox.Rule{On: "MAIL", Raw: "250\r\n"}, want: pass},
		{name: "Trap03 unknown 2xx code", rule: sandbox.Rule{On: "MAIL", Raw: "259 what is this\r\n"}, want: ending{status: result.Pass, step: -1}},
		{name: "Trap03 first digit out of range", rule: sandbox.Rule{On: "MAIL", Raw: "650 OK\r\n"}, want: ending{result.Fail, result.Protocol, 2, "650"}},
		{name: "Trap03 text says error, code says yes", rule: sandbox.Rule{On: "MAIL", Reply: "250 error: denied"}, want: pass},
		{name: "Trap04 endless reply", rule: sandbox.Rule{On: "MAIL", Raw: endless}, want: ending{result.Fail, result.Protocol, 2, ""}},
		{name: "Trap04 endless line", rule: sandbox.Rule{On: "MAIL", Raw: "250 " + strings.Repeat("x", 100000)}, want: ending{result.Fail, result.Protocol, 2, ""}},
		{name: "Trap05 reply in pieces", rule: sandbox.Rule{On: "EHLO", Reply: "250-mx1.example.test\n250-SIZE\n250 HELP", Split: 1}, want: pass},
		{
			name: "Trap05 two replies in one packet", rule: sandbox.Rule{On: "MAIL", Raw: "250 one\r\n250 two\r\n"},
			want: ending{result.Fail, result.Protocol, 3, "250 two"},
		},
		{name: "Trap06 lone LF", rule: sandbox.Rule{On: "MAIL", Raw: "250 fine\n"}, want: pass, note: "bare LF", at: 2},
		{name: "Trap09 enhanced code of another class", rule: sandbox.Rule{On: "MAIL", Reply: "250 5.7.1 fine"}, want: pass, note: "class", at: 2},
		{name: "Trap10 greeting of asterisks", rule: sandbox.Rule{On: "connect", Reply: "220 ********************"}, want: pass, note: "middlebox", at: -1},
		{name: "Trap10 crossed out keywords", rule: sandbox.Rule{On: "EHLO", Reply: "250-mx1.example.test\n250-XXXXXXXA\n250 HELP"}, want: pass, note: "middlebox", at: -1},
		{
			name: "Trap11 421 in place of EHLO's reply", rule: sandbox.Rule{On: "EHLO", Reply: "421 4.3.2 shutting down"},
			want: ending{result.Inconclusive, result.Temporary, 1, "421 4.3.2 shutting down"},
		},
		{
			name: "Trap11 421 to RCPT", rule: sandbox.Rule{On: "RCPT", Reply: "421 4.4.2 time is over"},
			want: ending{result.Inconclusive, result.Temporary, 3, "421"},
		},
		{name: "Trap15 554 greeting", rule: sandbox.Rule{On: "connect", Reply: "554 no mail here"}, want: ending{result.Fail, result.Reply, 0, "554 no mail here"}},
		{
			name: "Trap15 554 greeting because we are listed", rule: sandbox.Rule{On: "connect", Reply: "554 5.7.1 192.0.2.99 blocked using dnsbl.example.net"},
			want: ending{result.Inconclusive, result.Policy, 0, "554"},
		},
		{name: "Trap21 dropped without an answer", rule: sandbox.Rule{On: "RCPT", Close: true}, want: ending{result.Fail, result.EOF, 3, "closed the connection"}},
		{name: "Trap21 dropped in the middle of a reply", rule: sandbox.Rule{On: "RCPT", Raw: "250-half", Close: true}, want: ending{result.Fail, result.EOF, 3, "250-half"}},
		{name: "Trap21 reset", rule: sandbox.Rule{On: "RCPT", Reset: true}, want: ending{result.Fail, result.Reset, 3, "reset"}},
		{
			name: "Trap45 552 to RCPT is temporary", rule: sandbox.Rule{On: "RCPT", Reply: "552 too many recipients"},
			want: ending{result.Inconclusive, result.Temporary, 3, "552"},
		},
		{name: "Trap45 552 to MAIL is final", rule: sandbox.Rule{On: "MAIL", Reply: "552 5.3.4 too big"}, want: ending{result.Fail, result.Reply, 2, "552"}},
		{
			name: "Trap65 greylisting", rule: sandbox.Rule{On: "RCPT", Reply: "451 4.7.1 Greylisted, come back later"},
			want: ending{result.Inconclusive, result.Temporary, 3, "451 4.7.1"},
		},
		{
			name: "Trap71 no reverse DNS", rule: sandbox.Rule{On: "RCPT", Reply: "550 5.7.25 client has no PTR record"},
			want: ending{result.Inconclusive, result.Policy, 3, "5.7.25"},
		},
		{
			name: "bytes before the greeting's turn", rule: sandbox.Rule{On: "connect", Reply: "220 mx1.example.test ESMTP", Extra: "220 again\r\n"},
			want: ending{result.Fail, result.Protocol, 1, "220 again"},
		},
		{name: "not SMTP at all", rule: sandbox.Rule{On: "connect", Raw: "SSH-2.0-OpenSSH_9.2\r\n"}, want: ending{result.Fail, result.Protocol, 0, "SSH-2.0"}},
		{name: "unknown recipient", rule: sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"}, want: ending{result.Fail, result.Reply, 3, "expected 2xx, got 550 5.1.1 unknown"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := play(t, with(t, tc.rule), ask)
			c := only(t, &d)
			expect(t, c, tc.want)
			if tc.note == "" {
				return
			}
			notes := c.Notes
			if tc.at >= 0 {
				notes = step(t, c, tc.at).Notes
			}
			if !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, tc.note) }) {
				t.Errorf("notes are %q; want one with %q", notes, tc.note)
			}
		})
	}
}

// The keywords of a reply begin in its second line, and are compared without
// case (RFC 5321 section 4.1.1.1).
func TestTrap07And08Keywords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, reply, expectation string
		want                     ending
	}{
		{"first line is the name", "250-STARTTLS\n250 HELP", "lacks: STARTTLS", pass},
		{"without case", "250-mx1\n250-size 1000\n250 dsn", "offers: DSN", pass},
		{"last line counts", "250-mx1\n250 DSN", "offers: DSN", pass},
		{"old AUTH form", "250-mx1\n250-AUTH=LOGIN\n250 HELP", "offers: AUTH LOGIN", pass},
		{"first of two counts", "250-mx1\n250-SIZE 1000\n250 SIZE 9", "offers: SIZE>=1000", pass},
		{"too small", "250-mx1\n250 SIZE 999", "offers: SIZE>=1000", ending{result.Fail, result.Reply, 1, "only SIZE 999"}},
		{"missing", "250-mx1\n250 HELP", "offers: DSN", ending{result.Fail, result.Reply, 1, "does not offer DSN"}},
		{"offered but unwanted", "250-mx1\n250 DSN", "lacks: DSN", ending{result.Fail, result.Reply, 1, "offers DSN"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "EHLO", Reply: tc.reply})
			d := play(t, w, "name: keywords\nsteps:\n  - send: EHLO ${helo}\n    "+tc.expectation+"\n")
			expect(t, only(t, &d), tc.want)
		})
	}
}

// EHLO first whatever the greeting says; HELO only where EHLO was not
// understood (RFC 5321 section 3.2).
func TestTrap16FallBackToHELO(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reply string
		falls bool
		want  ending
	}{
		{"500 5.5.2 what", true, pass},
		{"501 no", true, pass},
		{"502 5.5.1 not implemented", true, pass},
		{"504 no", true, pass},
		{"550 5.7.1 not you", false, ending{result.Fail, result.Reply, 1, "550"}},
		{"421 busy", false, ending{result.Inconclusive, result.Temporary, 1, "421"}},
		{"451 later", false, ending{result.Inconclusive, result.Temporary, 1, "451"}},
	} {
		t.Run(tc.reply, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "EHLO", Reply: tc.reply}, sandbox.Rule{On: "connect", Reply: "220 mx1.example.test ready"})
			d := play(t, w, ask)
			c := only(t, &d)
			expect(t, c, tc.want)
			lines := received(t, w)
			if len(lines) == 0 || lines[0] != "EHLO probe.example.net" {
				t.Fatalf("the server got %q; want EHLO first", lines)
			}
			if got := slices.Contains(lines, "HELO probe.example.net"); got != tc.falls {
				t.Errorf("HELO was said: %v; want %v (%q)", got, tc.falls, lines)
			}
			if tc.falls {
				if notes := step(t, c, 1).Notes; len(notes) != 1 || !strings.Contains(notes[0], tc.reply[:3]) {
					t.Errorf("notes of EHLO are %q; want the answer to EHLO kept", notes)
				}
			}
		})
	}
}

// After HELO no extension may be used.
func TestTrap16NoExtensionAfterHELO(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "502 no"})
	d := play(t, w, "name: dsn\nsteps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<${from}> RET=HDRS\n    if: DSN\n  - MAIL FROM:<${from}>\n")
	c := only(t, &d)
	expect(t, c, pass)
	if s := step(t, c, 2); s.Status != result.Skip || !strings.Contains(s.Message, "host does not offer DSN") {
		t.Errorf("step 2 is %v, %q; want skip, host does not offer DSN", s.Status, s.Message)
	}
}

// A reply to EHLO that asks for its own expectation is not replaced by HELO.
func TestTrap16ExplicitExpectationIsNotReplaced(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "502 no"})
	d := play(t, w, "name: refused\nsteps:\n  - send: EHLO ${helo}\n    expect: 250\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 1, "expected 250, got 502"})
}

// Nothing is sent before the last line of the greeting (RFC 5321 section
// 4.3.1), however long it takes.
func TestTrap13WaitForTheWholeGreeting(t *testing.T) {
	t.Parallel()
	early := make(chan bool, 1)
	w := with(t, sandbox.Rule{On: "connect", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("220-mx1.example.test")
		nc := c.NetConn()
		_ = nc.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		_, err := nc.Read(make([]byte, 1))
		_ = nc.SetReadDeadline(time.Time{})
		early <- err == nil
		_ = c.Reply("220 ESMTP")
	}})
	d := play(t, w, ask)
	if <-early {
		t.Error("something was sent after the first line of the greeting; want silence until the last")
	}
	c := only(t, &d)
	expect(t, c, pass)
	if got := step(t, c, 0).Millis.Duration(); got < 300*time.Millisecond {
		t.Errorf("the greeting took %v; want the delay to show", got)
	}
}

// A byte now and then never makes a reply: the limit of one reply holds.
func TestTrap22Tarpit(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Raw: strings.Repeat("250-slow\r\n", 50), Drip: 50 * time.Millisecond})
	set := settings(w)
	set.ReplyTimeout = 500 * time.Millisecond
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Timeout, 2, `not complete after 500ms: "2`})
}

// A 421 that comes unasked ends the session before the next line: that line
// was never sent, and the step says so.
func TestTrap11UnaskedFarewell(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Reply: "250 OK", Extra: "421 4.4.2 time is over\r\n", Close: true})
	d := play(t, w, strings.Replace(ask, "  - RCPT", "  - sleep: 100ms\n  - RCPT", 1))
	c := only(t, &d)
	expect(t, c, ending{result.Inconclusive, result.Temporary, 4, "421 4.4.2 time is over"})
	if s := step(t, c, 4); s.Sent != "" {
		t.Errorf("RCPT has sent %q; want nothing, for it never was", s.Sent)
	}
}

// A reply of text that would steer a terminal is shown escaped (RFC 5321
// section 4.2; RFC 6531 section 3.7.4 for UTF-8).
func TestTrap12HostileTextIsEscaped(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Raw: "550 \x1b[2Jgr\u00fc\u00dfe \u202egnp \xff\r\n"})
	d := play(t, w, ask)
	c := only(t, &d)
	want := `\x1b[2Jgr` + "\u00fc\u00df" + `e \u202egnp \xff`
	if got := step(t, c, 3).Text[0]; got != want {
		t.Errorf("text is %q; want %q", got, want)
	}
	if !strings.Contains(c.Message, want) {
		t.Errorf("message is %q; want it to hold %q", c.Message, want)
	}
}
