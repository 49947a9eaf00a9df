package dialogue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// A refusal counts as the one that a scenario asks for only where it is about
// what the scenario asks.
func TestRefusalsOfSomethingElse(t *testing.T) {
	t.Parallel()
	elsewhere := "name: relay\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - send: RCPT TO:<x@elsewhere.test>\n    expect: "
	policy := func(code string) ending { return ending{result.Inconclusive, result.Policy, 3, code} }
	for _, tc := range []struct {
		name, reply, src string
		want             ending
	}{
		{"the sender that nobody chose", "550 5.1.8 <probe@example.net>: Sender address rejected: Domain not found", elsewhere + "5xx\n", policy("550 5.1.8")},
		{"the same for now, where the code is named", "450 4.7.1 <probe@example.net>: Sender address rejected: not allowed", elsewhere + "550\n    enhanced: 5.7.1\n", policy("450 4.7.1")},
		{
			"the server could not look", "450 4.1.7 <a@b.test>: Sender address rejected: unverified address: connect to b.test: Connection timed out",
			"name: bad\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<a@b.test>\n  - send: RCPT TO:<${to}>\n    expect: 550\n    enhanced: 5.1.7\n",
			ending{result.Inconclusive, result.Temporary, 3, "450 4.1.7"},
		},
		{"the line itself", "", "name: line\nsteps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<${from}> MXPROBE=1\n    expect: 5xx\n", pass},
		{"relaying itself", "550 5.7.1 <x@elsewhere.test>: Relay access denied", elsewhere + "5xx\n", pass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := play(t, with(t, sandbox.Rule{On: "RCPT", Reply: tc.reply}, sandbox.Rule{On: "MAIL * MXPROBE=1", Reply: "501 <a@b> MXPROBE=1: malformed address: MXPROBE=1 may not follow <a@b>"}), tc.src)
			expect(t, only(t, &d), tc.want)
		})
	}
}

// Lines of a group behind the end of the connection that one of them expected
// got no answer, as they would one by one.
func TestGroupBehindAnExpectedEnd(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Close: true})
	d := play(t, w, "name: end\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - pipeline:\n      - {send: \"RCPT TO:<${to}>\", expect: [5xx, eof]}\n      - {send: NOOP, expect: 250}\n")
	expect(t, only(t, &d), ending{result.Fail, result.EOF, 4, "the connection had ended before this step"})
}

// An optional reply is that to the line before it whose reply was left.
func TestOptionalReplyBelongsToItsLine(t *testing.T) {
	t.Parallel()
	d := play(t, with(t), "name: late\nsteps:\n  - EHLO ${helo}\n  - {send: QUIT, expect: none}\n  - {expect: 2xx, optional: true}\n")
	expect(t, only(t, &d), pass)
}

// The command word of a line is no door past the mask.
func TestCommandWordIsMasked(t *testing.T) {
	t.Parallel()
	set := settings(with(t))
	set.Getenv = func(string) (string, bool) { return "CorrectHorse", true }
	w := with(t)
	set.Dialer = w
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, "name: word\nsecrets: {pw: {env: PW}}\nsteps:\n  - EHLO ${helo}\n  - {send: \"${pw}\", expect: 5xx}\n"))
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(string(text)), "correcthorse") {
		t.Errorf("the result tells the secret: %s", text)
	}
}
