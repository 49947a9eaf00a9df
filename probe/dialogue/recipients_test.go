package dialogue_test

import (
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// LMTP has a reply for each accepted recipient behind the end of a message
// (RFC 2033 section 4.2), and PRDR these and a last one: all are read, and
// each is judged.
func TestTrap46EachRecipientIsJudged(t *testing.T) {
	t.Parallel()
	const (
		lmtp = "protocol: lmtp\nsteps:\n  - LHLO ${helo}\n  - MAIL FROM:<${from}>\n"
		prdr = "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> PRDR\n"
		rcpt = "  - RCPT TO:<${to}>\n  - send: RCPT TO:<nobody@example.test>\n    expect: 550\n  - RCPT TO:<postmaster@example.test>\n"
		text = "  - message: x\n"
	)
	full := sandbox.Rule{On: "end-of-data <kate@*>", Reply: "552 5.2.2 mailbox full"}
	last := sandbox.Rule{On: "end-of-data <postmaster@*>", Reply: "452 4.2.2 later"}
	down := sandbox.Rule{On: "end-of-data <kate@*>", Reply: "421 4.3.2 going down", Close: true}
	final := sandbox.Rule{On: "end-of-data", Reply: "554 5.6.0 virus"}
	one := sandbox.Rule{On: "end-of-data <*>", Reply: "250 2.1.5 Ok"}
	for _, tc := range []struct {
		name, src string
		lmtp      bool
		rules     []sandbox.Rule
		want      ending
		notes     int
		taken     int // recipients of the message that was taken
	}{
		{"lmtp, both take it", lmtp + rcpt + text + "  - NOOP\n", true, nil, pass, 2, 2},
		{"lmtp, the first does not", lmtp + rcpt + text, true, []sandbox.Rule{full}, ending{result.Fail, result.Reply, 6, "for <kate@example.test>: expected 2xx, got 552"}, 2, 1},
		{"lmtp, the last does not yet", lmtp + rcpt + text, true, []sandbox.Rule{last}, ending{result.Inconclusive, result.Temporary, 6, "for <postmaster@example.test>: expected 2xx, got 452"}, 2, 1},
		{"lmtp, the server goes down", lmtp + rcpt + text, true, []sandbox.Rule{down}, ending{result.Inconclusive, result.Temporary, 6, "for <kate@example.test>: expected 2xx, got 421"}, 1, 0},
		{"prdr, the server goes down", prdr + rcpt + text, false, []sandbox.Rule{down}, ending{result.Inconclusive, result.Temporary, 6, "for <kate@example.test>: expected 2xx, got 421"}, 1, 0},
		{"lmtp, either is fine", lmtp + rcpt + text + "    expect: [2xx, 552]\n  - NOOP\n", true, []sandbox.Rule{full}, pass, 2, 1},
		{"lmtp, in groups", "pipeline: auto\n" + lmtp + strings.Replace(rcpt, "nobody", "kate", 1) + text, true, nil, ending{result.Fail, result.Reply, 4, "expected 550, got 250"}, 0, 0},
		{"lmtp, one recipient", lmtp + "  - RCPT TO:<${to}>\n" + text + "  - NOOP\n", true, nil, pass, 1, 1},
		{"prdr, both take it", prdr + rcpt + text + "  - NOOP\n", false, nil, pass, 2, 2},
		{"prdr, the first does not", prdr + rcpt + text, false, []sandbox.Rule{full}, ending{result.Fail, result.Reply, 6, "for <kate@example.test>: expected 2xx, got 552"}, 2, 1},
		{"prdr, the end is a refusal", prdr + rcpt + text, false, []sandbox.Rule{one, final}, ending{result.Fail, result.Reply, 6, "expected 2xx, got 554"}, 2, 0},
		{"prdr, not asked for", strings.Replace(prdr, " PRDR", "", 1) + rcpt + text + "  - NOOP\n", false, nil, pass, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{LMTP: tc.lmtp, EHLO: []string{"PIPELINING", "PRDR"}, Rules: tc.rules})
			d := play(t, w, tc.src)
			c := only(t, &d)
			expect(t, c, tc.want)
			if got := step(t, c, 6); len(c.Steps) > 6 && tc.name != "lmtp, one recipient" && len(got.Notes) != tc.notes {
				t.Errorf("notes are %q; want one for each of %d recipients", got.Notes, tc.notes)
			}
			taken := 0
			for _, m := range w.Sessions()[0].Messages {
				taken += len(m.To)
			}
			if taken != tc.taken {
				t.Errorf("the message has %d recipients; want %d", taken, tc.taken)
			}
		})
	}
}

// A warning for one recipient stays, though the last reply takes the message.
func TestTrap46AWarningForOneStays(t *testing.T) {
	t.Parallel()
	later := sandbox.Rule{On: "end-of-data <kate@*>", Reply: "452 4.2.2 later"}
	w := start(t, oneHost, sandbox.Server{EHLO: []string{"PRDR"}, Rules: []sandbox.Rule{later}})
	set := settings(w)
	set.Temporary = result.Warn
	d := playWith(t, t.Context(), runner(t, w), checks(t, set,
		"steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> PRDR\n  - RCPT TO:<${to}>\n  - RCPT TO:<postmaster@example.test>\n  - message: x\n"))
	expect(t, only(t, &d), ending{result.Warn, result.Temporary, 5, "for <kate@example.test>: expected 2xx, got 452"})
}

// A pass_if of a step for each recipient holds where all of them meet it.
func TestPassIfForEachRecipient(t *testing.T) {
	t.Parallel()
	const src = "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - send: RCPT TO:<${to}>\n    for: to\n    pass_if: 5xx\n  - send: NOOP\n    expect: 251\n"
	for name, tc := range map[string]struct {
		users []string
		rules []sandbox.Rule
		want  ending
		asked int
	}{
		"all are refused":     {[]string{"none"}, nil, pass, 3},
		"the last is taken":   {[]string{"jim"}, nil, ending{result.Fail, result.Reply, 6, "expected 251"}, 3},
		"the first is taken":  {[]string{"kate"}, nil, ending{result.Fail, result.Reply, 6, "expected 251"}, 3},
		"the second has time": {[]string{"none"}, []sandbox.Rule{{On: "RCPT TO:<sales@*", Reply: "451 4.3.0 later"}}, ending{result.Inconclusive, result.Temporary, 4, "451"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{Users: tc.users, Rules: tc.rules})
			set := settings(w)
			set.FurtherTo = []string{"sales@example.test", "jim@example.test"}
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
			c := only(t, &d)
			expect(t, c, tc.want)
			asked := 0
			for i := range c.Steps {
				if s := &c.Steps[i]; s.Verb == "RCPT" && s.Code != 0 {
					asked++
				}
			}
			if asked != tc.asked {
				t.Errorf("%d recipients were asked; want %d", asked, tc.asked)
			}
		})
	}
}

// LMTP knows no EHLO, and a server of SMTP no LHLO (RFC 2033 section 4.1).
func TestTrap46LHLOIsForLMTPAlone(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{LMTP: true})
	d := play(t, w, "steps:\n  - send: EHLO ${helo}\n    expect: 500\n  - send: LHLO ${helo}\n    offers: 8BITMIME\n")
	expect(t, only(t, &d), pass)
	w = with(t)
	d = play(t, w, "steps:\n  - send: LHLO ${helo}\n    expect: 500\n")
	expect(t, only(t, &d), pass)
}
