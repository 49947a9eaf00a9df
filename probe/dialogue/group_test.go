package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// grouped is a scenario whose commands go out in groups.
const grouped = "pipeline: auto\n"

// flights returns what a world's only session got, flight by flight: the
// server has said all it had to say before it takes the next one.
func flights(t *testing.T, w *sandbox.World) []string {
	t.Helper()
	sessions := w.Sessions()
	if len(sessions) != 1 {
		t.Fatalf("there were %d sessions; want one", len(sessions))
	}
	return sessions[0].Chunks
}

// A plain dialogue takes the fewest round trips there can be: one for the
// greeting, and one for each flight (RFC 2920 section 3.1).
func TestTrap37FewestRoundTrips(t *testing.T) {
	t.Parallel()
	const (
		ehlo = "EHLO probe.example.net\r\n"
		mail = "MAIL FROM:<probe@example.net>\r\n"
		rcpt = "RCPT TO:<kate@example.test>\r\n"
		text = "Subject: x\r\n\r\nx\r\n.\r\n"
	)
	const message = "  - message: \"Subject: x\\n\\nx\"\n    as_is: true\n"
	atMail := sandbox.Server{BadSender: sandbox.BadSenderAtMail}
	for _, tc := range []struct {
		name, src string
		server    sandbox.Server
		trips     int // 0: as many as flights and the greeting
		want      []string
	}{
		{"a message", ask + message, sandbox.Server{}, 4, []string{ehlo, mail + rcpt + "DATA\r\n", text + "QUIT\r\n"}},
		{"two messages", ask + message + "  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n" + message, sandbox.Server{}, 5, []string{
			ehlo, mail + rcpt + "DATA\r\n", text + mail + rcpt + "DATA\r\n", text + "QUIT\r\n",
		}},
		{"no message", ask, sandbox.Server{}, 3, []string{ehlo, mail + rcpt + "QUIT\r\n"}},
		{"a sender that must be refused", "steps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<a@invalid.invalid>\n    pass_if: 5xx\n  - send: RCPT TO:<${to}>\n    expect: 5xx\n", atMail, 3, []string{
			ehlo, "MAIL FROM:<a@invalid.invalid>\r\n" + rcpt + "QUIT\r\n",
		}},
		{"DATA never in a group that expects a refusal", ask + "  - send: RCPT TO:<nobody@example.test>\n    expect: 5xx\n" + message, sandbox.Server{}, 5, []string{
			ehlo, mail + rcpt + "RCPT TO:<nobody@example.test>\r\n", "DATA\r\n", text + "QUIT\r\n",
		}},
		{"what may only end a group", ask + "  - NOOP\n  - RSET\n  - EHLO ${helo}\n", sandbox.Server{}, 6, []string{
			ehlo, mail + rcpt + "NOOP\r\n", "RSET\r\n", ehlo, "QUIT\r\n",
		}},
		{"a capture ends a group", "steps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<${from}>\n    capture: {word: /(Ok)/}\n  - RCPT TO:<${to}>\n", sandbox.Server{}, 4, []string{
			ehlo, mail, rcpt + "QUIT\r\n",
		}},
		{"a step that is left out", "steps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<${from}> SIZE=1\n    if: SIZE\n  - send: MAIL FROM:<${from}>\n    unless: SIZE\n  - RCPT TO:<${to}>\n", sandbox.Server{}, 3, []string{
			ehlo, "MAIL FROM:<probe@example.net> SIZE=1\r\n" + rcpt + "QUIT\r\n",
		}},
		{"the text of DATA in a step of its own", ask + "  - DATA\n  - body: \"Subject: x\\n\\nx\"\n", sandbox.Server{}, 4, []string{
			ehlo, mail + rcpt + "DATA\r\n", text + "QUIT\r\n",
		}},
		{"raw text goes alone", ask + "  - raw: \"RSET\\r\\n\"\n    expect: 250\n  - RSET\n", sandbox.Server{}, 6, []string{
			ehlo, mail + rcpt, "RSET\r\n", "RSET\r\n", "QUIT\r\n",
		}},
		{"not offered", ask, sandbox.Server{EHLO: []string{"HELP"}}, 5, []string{ehlo, mail, rcpt, "QUIT\r\n"}},
		{"crossed out by a filter", ask, sandbox.Server{EHLO: []string{"XXXXXXXXXX"}}, 5, []string{ehlo, mail, rcpt, "QUIT\r\n"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, tc.server)
			d := play(t, w, grouped+tc.src)
			expect(t, only(t, &d), pass)
			got := flights(t, w)
			if !slices.Equal(got, tc.want) {
				t.Errorf("flights are %q; want %q", got, tc.want)
			}
			if trips := 1 + len(got); trips != tc.trips {
				t.Errorf("the dialogue takes %d round trips; want %d", trips, tc.trips)
			}
		})
	}
}

// Every reply of a group is judged at its own step, and the first that is not
// met is the verdict.
func TestTrap37EveryReplyOfAGroupIsJudged(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT TO:<postmaster@*", Reply: "550 5.1.1 no"})
	d := play(t, w, grouped+ask+"  - RCPT TO:<postmaster@example.test>\n  - RCPT TO:<kate@example.test>\n  - message: x\n")
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Reply, 4, "550 5.1.1 no"})
	for number, want := range map[int]result.Verdict{2: result.Pass, 3: result.Pass, 4: result.Fail, 5: result.Pass, 6: result.NotRun} {
		if got := step(t, c, number).Status; got != want {
			t.Errorf("step %d is %v; want %v", number, got, want)
		}
	}
	// Two recipients were accepted, so that even a lone dot would deliver.
	if s := w.Sessions()[0]; len(s.Messages) > 0 || s.Chunks[len(s.Chunks)-1] != "MAIL FROM:<probe@example.net>\r\nRCPT TO:<kate@example.test>\r\nRCPT TO:<postmaster@example.test>\r\nRCPT TO:<kate@example.test>\r\nDATA\r\n" {
		t.Errorf("the server took %d messages and got %q; want nothing behind DATA", len(s.Messages), s.Chunks)
	}
}

// Where all recipients of a group were refused and DATA gets 354 all the
// same, a lone dot ends it, and no message is sent (RFC 2920 section 3.1).
func TestTrap38LoneDotAfterRefusedGroup(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 no"}, sandbox.Rule{On: "DATA", Reply: "354 go on"})
	d := play(t, w, grouped+ask+"  - message: secret\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 3, "550 5.1.1 no"})
	got := flights(t, w)
	if want := []string{".\r\n", "QUIT\r\n"}; !slices.Equal(got[2:], want) {
		t.Errorf("behind the group the server got %q; want %q", got[2:], want)
	}
}

// A server that closes after the first refusal of a group has said why; the
// end of the connection is not the reason.
func TestTrap40RefusalInAGroupIsTheReason(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Reply: "550 5.7.1 go away", Close: true})
	d := play(t, w, grouped+ask+"  - message: x\n")
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Reply, 2, "550 5.7.1 go away"})
	if c.Attempts != 1 {
		t.Errorf("there were %d attempts; want one, for the server lost no place", c.Attempts)
	}
}

// A text that is longer than any buffer goes out while its reply, and those
// to the lines behind it, are read.
func TestTrap39LongTextAndLinesBehindIt(t *testing.T) {
	t.Parallel()
	w := with(t)
	text := "Subject: x\n\n" + strings.Repeat(strings.Repeat("x", 70)+"\n", 5_000)
	src := grouped + ask + "  - message: |\n      " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n      ") + "\n  - NOOP\n"
	set := settings(w)
	set.Transcript = 1
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	c := only(t, &d)
	expect(t, c, pass)
	if got := len(w.Sessions()[0].Messages[0].Data); got < len(text) {
		t.Errorf("the server got %d octets; want at least %d", got, len(text))
	}
	shown := 0
	for _, s := range c.Steps {
		for _, l := range s.Transcript {
			shown += len(l.Text)
			if l.From == "C" && strings.HasPrefix(l.Text, "xxxx") {
				t.Fatal("the transcript repeats the long text")
			}
		}
	}
	if shown == 0 || shown > 10_000 {
		t.Errorf("the transcript has %d octets; want those of the commands", shown)
	}
}

// A server that offers PIPELINING and loses its place in a group gets the
// same lines once more, one by one on a new connection (RFC 2920 section
// 3.2). What they are answered tells who is to blame.
func TestTrap41PlaceLostInAGroup(t *testing.T) {
	t.Parallel()
	const group = "steps:\n  - EHLO ${helo}\n  - pipeline:\n      - MAIL FROM:<${from}>\n      - RCPT TO:<${to}>\n      - RSET\n"
	const lines = grouped + ask + "  - RSET\n"
	// A server whose reader loses what comes in one packet with a line.
	swallows := sandbox.Rule{On: "MAIL", Times: 1, Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("250 2.1.0 Ok")
		c.Hang()
	}}
	garbage := func(times int) sandbox.Rule {
		return sandbox.Rule{On: "RCPT", Times: times, Raw: "garbage\r\n250 OK\r\n"}
	}
	tooMany := func(times int) sandbox.Rule {
		return sandbox.Rule{On: "MAIL", Times: times, Raw: "250 one\r\n250 two\r\n"}
	}
	for _, tc := range []struct {
		name, src string
		rule      sandbox.Rule
		want      ending
		note      string
	}{
		{"no reply, group of the scenario", group, swallows, ending{result.Fail, result.Timeout, 3, "no reply"}, "one by one are answered as expected"},
		{"no reply, groups of ours", lines, swallows, ending{result.Warn, result.Timeout, 3, "no reply"}, "one by one are answered as expected"},
		{"nonsense, group of the scenario", group, garbage(1), ending{result.Fail, result.Protocol, 3, "garbage"}, "one by one are answered as expected"},
		{"nonsense, groups of ours", lines, garbage(1), ending{result.Warn, result.Protocol, 3, "garbage"}, "one by one are answered as expected"},
		{"a reply too many, group of the scenario", group, tooMany(1), ending{result.Fail, result.Protocol, 5, "a reply too many"}, "one by one are answered as expected"},
		{"a reply too many, groups of ours", lines, tooMany(1), ending{result.Warn, result.Protocol, 5, "a reply too many"}, "one by one are answered as expected"},
		{"nonsense at each line", lines, garbage(0), ending{result.Fail, result.Protocol, 3, "garbage"}, "and so did its lines one by one"},
		{"a reply too many to each line", group, tooMany(0), ending{result.Fail, result.Protocol, 3, "unasked"}, "and so did its lines one by one"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := with(t, tc.rule)
			set := settings(w)
			set.ReplyTimeout = time.Second
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, tc.src))
			c := only(t, &d)
			expect(t, c, tc.want)
			if c.Attempts != 2 || len(w.Sessions()) != 2 {
				t.Errorf("there were %d attempts in %d sessions; want one with the group and one line by line", c.Attempts, len(w.Sessions()))
			}
			if len(c.Notes) != 1 || !strings.Contains(c.Notes[0], tc.note) {
				t.Errorf("notes are %q; want one with %q", c.Notes, tc.note)
			}
			for _, chunk := range w.Sessions()[len(w.Sessions())-1].Chunks {
				if strings.Count(chunk, "\r\n") != 1 {
					t.Errorf("the second attempt sent %q; want one line at a time", chunk)
				}
			}
		})
	}
}

// A server that does not offer PIPELINING promised nothing, and a message
// that went out could arrive twice: neither is tried again.
func TestTrap41NoSecondAttempt(t *testing.T) {
	t.Parallel()
	const group = "steps:\n  - EHLO ${helo}\n  - pipeline: [NOOP, NOOP]\n"
	for _, tc := range []struct {
		name, src string
		server    sandbox.Server
		want      ending
	}{
		{"not offered", group, sandbox.Server{EHLO: []string{"HELP"}, Rules: []sandbox.Rule{{On: "NOOP", Raw: "garbage\r\n"}}}, ending{result.Fail, result.Protocol, 2, "garbage"}},
		{"a text was sent", grouped + ask + "  - message: x\n", sandbox.Server{Rules: []sandbox.Rule{{On: "end-of-data", Raw: "garbage\r\n"}}}, ending{result.Fail, result.Protocol, 4, "garbage"}},
		{"a refusal", grouped + ask, sandbox.Server{Rules: []sandbox.Rule{{On: "RCPT", Reply: "550 no"}}}, ending{result.Fail, result.Reply, 3, "550"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, tc.server)
			d := play(t, w, tc.src)
			c := only(t, &d)
			expect(t, c, tc.want)
			if c.Attempts != 1 {
				t.Errorf("there were %d attempts; want one", c.Attempts)
			}
		})
	}
}

// The attempt line by line is none of those that retry allows.
func TestTrap41LeavesTheRetryAlone(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "MAIL", Times: 1, Raw: "garbage\r\n"}, sandbox.Rule{On: "RCPT", Times: 1, Reply: "451 4.7.1 Greylisted"})
	d := play(t, w, grouped+"retry: {on: 4xx, times: 1, wait: 0s}\n"+ask)
	c := only(t, &d)
	if c.Attempts != 3 || c.Status != result.Warn || c.Reason != result.Protocol {
		t.Errorf("%d attempts, %v: %s; want three, the last of them good, and the group not forgotten", c.Attempts, c.Status, c.Message)
	}
}
