package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// commands returns what the only session of a world read as commands.
func commands(t *testing.T, w *sandbox.World) []string {
	t.Helper()
	sessions := w.Sessions()
	if len(sessions) != 1 {
		t.Fatalf("%d sessions; want one", len(sessions))
	}
	return sessions[0].Commands
}

// builtin returns a built-in scenario.
func builtin(t *testing.T, name string) string {
	t.Helper()
	src, ok := scenarios.Builtin(name)
	if !ok {
		t.Fatalf("there is no built-in %s", name)
	}
	return string(src)
}

// The greeting and the answer to EHLO need no enhanced status code (RFC 2034
// section 4): one that stands there counts where the scenario asks for it,
// and is no code of the step where it says yes.
func TestTrap09EnhancedCodeInGreetingAndEHLO(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "connect", Reply: "220 2.0.0 mx1.example.test"}, sandbox.Rule{On: "EHLO", Reply: "250 2.1.0 mx1.example.test"})
	d := play(t, w, "name: codes\nsteps:\n  - send: EHLO ${helo}\n    enhanced: 2.x.x\n")
	c := only(t, &d)
	expect(t, c, pass)
	for n := range 2 {
		if got := step(t, c, n).Enhanced; got != "" {
			t.Errorf("step %d has the enhanced status code %q; want none", n, got)
		}
	}
}

// Nothing is sent before the greeting unless the scenario asks for it, which
// is how a test for early talkers is written (RFC 5321 section 4.3.1).
func TestTrap14SpeakFirstOnlyOnRequest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, scenario string
		early          bool
	}{
		{"usual", "steps:\n  - EHLO ${helo}\n", false},
		{"on request", "greeting: none\nsteps:\n  - send: EHLO ${helo}\n    expect: 220\n  - expect: 250\n", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "connect", Delay: 200 * time.Millisecond})
			d := play(t, w, tc.scenario)
			expect(t, only(t, &d), pass)
			if got := w.Sessions()[0].Early; got != tc.early {
				t.Errorf("something was sent before the greeting: %v; want %v", got, tc.early)
			}
		})
	}
}

// After 554 in place of a greeting the client says QUIT and nothing else (RFC
// 5321 section 3.1).
func TestTrap15QuitAfterRefusal(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "connect", Reply: "554 no mail here"})
	d := play(t, w, ask)
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 0, "554"})
	if got, want := commands(t, w), []string{"QUIT"}; !slices.Equal(got, want) {
		t.Errorf("the server got %q; want %q", got, want)
	}
}

// A server that says nothing to EHLO has not refused it.
func TestTrap16TimeoutIsNoRefusal(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Hang: true})
	set := settings(w)
	set.ReplyTimeout = 200 * time.Millisecond
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
	expect(t, only(t, &d), ending{result.Fail, result.Timeout, 1, "no reply"})
	if got := received(t, w); slices.Contains(got, "HELO probe.example.net") {
		t.Errorf("the server got %q; want no HELO after a time-out", got)
	}
}

// EHLO comes first whatever the greeting says (RFC 5321 section 3.2).
func TestTrap17GreetingDoesNotChoose(t *testing.T) {
	t.Parallel()
	for _, greeting := range []string{
		"220", "220 mx1.example.test", "220 mx1.example.test SMTP", "220 mx1.example.test ESMTP",
		"220 plain SMTP only, say HELO", "220-mx1.example.test\n220 no ESMTP here",
	} {
		t.Run(greeting, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "connect", Raw: strings.ReplaceAll(greeting, "\n", "\r\n") + "\r\n"})
			d := play(t, w, ask)
			expect(t, only(t, &d), pass)
			if got := commands(t, w)[0]; got != "EHLO probe.example.net" {
				t.Errorf("the first command is %q; want EHLO", got)
			}
		})
	}
}

// Lines go out as the scenario has them; what the program says by itself is
// in upper case (RFC 5321 section 2.4: old servers know no other).
func TestTrap23CaseOfCommands(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "502 5.5.1 no"})
	d := play(t, w, `name: case
steps:
  - EHLO ${helo}
  - mAiL from:<a@example.net>
  - rcpt TO:<kate@example.test>
  - message: x
`)
	expect(t, only(t, &d), pass)
	want := []string{
		"EHLO probe.example.net", "HELO probe.example.net", "mAiL from:<a@example.net>", "rcpt TO:<kate@example.test>", "DATA", "QUIT",
	}
	if got := commands(t, w); !slices.Equal(got, want) {
		t.Errorf("the server got %q; want %q", got, want)
	}
}

// Every built-in scenario writes its commands as every server reads them: in
// upper case, without a blank after the colon (RFC 5321 section 4.1.2).
func TestTrap23BuiltinsAreWrittenPlainly(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, name := range scenarios.Builtins() {
		for _, s := range parse(t, builtin(t, name)) {
			for i := range s.Steps {
				line := s.Steps[i].Text.String()
				if s.Steps[i].Action != scenarios.Send {
					continue
				}
				seen++
				verb, rest, _ := strings.Cut(line, " ")
				good := verb == s.Steps[i].Verb
				switch verb {
				case "MAIL":
					good = good && strings.HasPrefix(rest, "FROM:<")
				case "RCPT":
					good = good && strings.HasPrefix(rest, "TO:<")
				}
				if !good {
					t.Errorf("%s sends %q; want an upper-case verb and no blank after the colon", name, line)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("the built-ins send %d lines; the test cannot read them", seen)
	}
}

// Commands go out one by one, each after the reply to the one before; only a
// pipeline sends several in one write (RFC 2920 section 3.1).
func TestTrap37OneCommandAtATime(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - RSET\n  - pipeline:\n      - MAIL FROM:<${from}>\n      - RCPT TO:<${to}>\n      - RSET\n")
	expect(t, only(t, &d), pass)
	want := []string{
		"EHLO probe.example.net\r\n", "MAIL FROM:<probe@example.net>\r\n", "RCPT TO:<kate@example.test>\r\n", "RSET\r\n",
		"MAIL FROM:<probe@example.net>\r\nRCPT TO:<kate@example.test>\r\nRSET\r\n", "QUIT\r\n",
	}
	if got := w.Sessions()[0].Chunks; !slices.Equal(got, want) {
		t.Errorf("the server got the writes %q; want %q", got, want)
	}
}

// Whether PIPELINING is offered is judged by the latest reply to EHLO.
func TestTrap37LatestEHLOCounts(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Times: 1, Reply: "250-mx1\n250 PIPELINING"}, sandbox.Rule{On: "EHLO", Reply: "250-mx1\n250 HELP"})
	const group = "  - pipeline: [NOOP, NOOP]\n    if: PIPELINING\n"
	d := play(t, w, "steps:\n  - EHLO ${helo}\n"+group+"  - EHLO ${helo}\n"+group)
	c := only(t, &d)
	expect(t, c, pass)
	for number, want := range map[int]result.Verdict{2: result.Pass, 3: result.Pass, 5: result.Skip, 6: result.Skip} {
		if got := step(t, c, number).Status; got != want {
			t.Errorf("step %d is %v; want %v", number, got, want)
		}
	}
}

// LMTP gives one reply for each accepted recipient (RFC 2033 section 4.2): the
// scenario reads the further ones, and one that it leaves is found.
func TestTrap46ReplyForEachRecipient(t *testing.T) {
	t.Parallel()
	const dialogue = `steps:
  - LHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - RCPT TO:<postmaster@example.test>
  - message: x
`
	for _, tc := range []struct {
		name, more string
		want       ending
	}{
		{"both are read", "  - expect: 250\n  - NOOP\n", pass},
		{"the second is a refusal", "  - expect: 5xx\n", ending{result.Fail, result.Reply, 6, "expected 5xx, got 250"}},
		{"the second is left", "  - NOOP\n", ending{result.Fail, result.Protocol, 6, "250 2.1.5 postmaster"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "LHLO *", Reply: "250 mx1.example.test"}, sandbox.Rule{On: "MAIL", Reply: "250 OK"},
				sandbox.Rule{On: "end-of-data", Raw: "250 2.1.5 kate\r\n250 2.1.5 postmaster\r\n"})
			d := play(t, w, dialogue+tc.more)
			expect(t, only(t, &d), tc.want)
		})
	}
}

// The octets that BDAT announces go out with it, whatever the server thinks
// of them, so that none is taken for a command (RFC 3030 section 2).
func TestTrap47ChunkGoesOutWhole(t *testing.T) {
	t.Parallel()
	const dialogue = ask + "  - pipeline:\n      - send: BDAT 11 LAST\n      - raw: \"QUIT\\r\\nQUIT!\"\n"
	for _, tc := range []struct {
		name, reply string
		want        ending
	}{
		{"taken", "250 2.0.0 11 octets", pass},
		{"refused", "554 5.6.0 no", ending{result.Fail, result.Reply, 4, "expected 2xx, got 554"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			octets := make(chan string, 1)
			w := with(t, sandbox.Rule{On: "BDAT *", Func: func(c *sandbox.Conn, _ string) {
				first, _ := c.ReadLine()
				_ = c.Reply(tc.reply)
				// What is left of the chunk has no line end of its own.
				rest, _ := c.ReadLine()
				octets <- first + "\r\n" + strings.TrimSuffix(rest, "QUIT")
				_ = c.Reply("221 bye")
				c.Close()
			}})
			d := play(t, w, dialogue)
			expect(t, only(t, &d), tc.want)
			if got := <-octets; got != "QUIT\r\nQUIT!" {
				t.Errorf("the chunk arrived as %q; want all 11 octets before the next command", got)
			}
		})
	}
}

// SIZE without a value says nothing of the limit, 0 says that there is none
// (RFC 1870 section 4).
func TestTrap48SizeKeyword(t *testing.T) {
	t.Parallel()
	tooSmall := ending{result.Fail, result.Reply, 1, "does not offer"}
	for _, tc := range []struct {
		offered, wanted string
		want            ending
	}{
		{"SIZE", "SIZE", pass},
		{"SIZE", "SIZE>=1000", tooSmall},
		{"SIZE 0", "SIZE>=1000", pass},
		{"SIZE 0", "SIZE<=1000", tooSmall},
		{"SIZE 1000", "SIZE>=1000", pass},
		{"SIZE 999", "SIZE>=1000", tooSmall},
	} {
		t.Run(tc.offered+" for "+tc.wanted, func(t *testing.T) {
			t.Parallel()
			w := with(t, sandbox.Rule{On: "EHLO", Reply: "250-mx1\n250 " + tc.offered})
			d := play(t, w, "steps:\n  - send: EHLO ${helo}\n    offers: "+tc.wanted+"\n")
			expect(t, only(t, &d), tc.want)
		})
	}
}

// A message that is too large may be refused at any command: 452 is temporary
// everywhere, 552 final but at RCPT (RFC 1870 section 6).
func TestTrap48TooLargeAtAnyCommand(t *testing.T) {
	t.Parallel()
	for at, on := range map[int]string{2: "MAIL", 3: "RCPT", 4: "DATA", 5: "end-of-data"} {
		for _, code := range []string{"452", "552"} {
			t.Run(on+" "+code, func(t *testing.T) {
				t.Parallel()
				want := ending{result.Fail, result.Reply, min(at, 4), code}
				if code == "452" || on == "RCPT" {
					want.status, want.reason = result.Inconclusive, result.Temporary
				}
				w := with(t, sandbox.Rule{On: on, Reply: code + " 5.3.4 too large"})
				d := play(t, w, ask+"  - message: x\n")
				expect(t, only(t, &d), want)
			})
		}
	}
}

// A host without DSN is skipped, and no parameter of DSN is sent to it (RFC
// 3461 section 4); where it is offered, values are encoded.
func TestTrap51DSNOnlyWhereOffered(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		ehlo []string
		want ending
		line string
	}{
		{"not offered", []string{"PIPELINING"}, ending{result.Skip, result.Condition, -1, "does not offer DSN"}, "QUIT"},
		{"offered", []string{"DSN"}, pass, "MAIL FROM:<probe@example.net> RET=HDRS ENVID=a+2Bb+3Dc-"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{EHLO: tc.ehlo})
			set := settings(w)
			set.RunID = "a+b=c"
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, builtin(t, "@dsn")))
			expect(t, only(t, &d), tc.want)
			if got := commands(t, w); strings.TrimRight(got[1], "0123456789abcdef") != tc.line {
				t.Errorf("after EHLO the server got %q; want %q and what tells dialogues apart", got[1], tc.line)
			}
		})
	}
}

// An MX host of the name this machine bears would be a loop for a sender (RFC
// 5321 section 5.1); the probe says so and goes on.
func TestTrap57OwnName(t *testing.T) {
	t.Parallel()
	w := with(t)
	r := runner(t, w)
	r.Self = "MX1.example.test."
	d := playWith(t, t.Context(), r, checks(t, settings(w), ask))
	expect(t, only(t, &d), pass)
	if notes := d.Hosts[0].Notes; len(notes) != 1 || !strings.Contains(notes[0], "loop") {
		t.Errorf("notes are %q; want one on the loop", notes)
	}
}

// The name in the greeting and in the answer to EHLO is nobody's verdict (RFC
// 5321 section 4.1.4).
func TestTrap64NameInGreetingIsNotJudged(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "connect", Reply: "220 else.where.test ESMTP"}, sandbox.Rule{On: "EHLO", Reply: "250 localhost"})
	d := play(t, w, ask)
	c := only(t, &d)
	expect(t, c, pass)
	if len(c.Notes) > 0 {
		t.Errorf("notes are %q; want none", c.Notes)
	}
}

// What the built-in scenarios make of servers that are wrong: an open relay,
// no null sender, no postmaster in one of its forms (RFC 5321 sections 3.6,
// 4.5.1, 4.5.5).
func TestFaultsThatBuiltinsFind(t *testing.T) {
	t.Parallel()
	refuse := func(on string) sandbox.Server {
		return sandbox.Server{Rules: []sandbox.Rule{{On: on, Reply: "550 5.1.1 no"}}}
	}
	fail := func(step int) ending { return ending{result.Fail, result.Reply, step, ""} }
	for _, tc := range []struct {
		name, scenario string
		server         sandbox.Server
		want           ending
	}{
		{"Trap66 no relay", "@relay", sandbox.Server{}, pass},
		{"Trap66 open relay", "@relay", sandbox.Server{Relay: true}, fail(6)},
		{"Trap66 every name is taken", "@relay", sandbox.Server{Users: []string{"*"}}, pass},
		{"Trap66 control recipient refused", "@relay", refuse("RCPT TO:<kate@*"), fail(3)},
		{"Trap69 null sender is taken", "@null-sender", sandbox.Server{}, pass},
		{"Trap69 null sender refused", "@null-sender", refuse("MAIL FROM:<>"), fail(2)},
		{"Trap70 postmaster is taken", "@postmaster", sandbox.Server{}, pass},
		{"Trap70 postmaster refused", "@postmaster", refuse("RCPT TO:<postmaster@example.test>"), fail(3)},
		{"Trap70 postmaster refused without domain", "@postmaster", refuse("RCPT TO:<postmaster>"), ending{result.Warn, result.Reply, 9, "no mail suffers"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, tc.server)
			d := play(t, w, builtin(t, tc.scenario))
			expect(t, only(t, &d), tc.want)
			for _, s := range w.Sessions() {
				if len(s.Messages) > 0 || slices.Contains(s.Commands, "DATA") {
					t.Errorf("the server got %q and %d messages; want neither DATA nor a message", s.Commands, len(s.Messages))
				}
			}
		})
	}
}
