package dialogue_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
)

// What the language promises, played against a server.
func TestLanguage(t *testing.T) {
	t.Parallel()
	unknown := sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"}
	for _, tc := range []struct {
		name  string
		rules []sandbox.Rule
		src   string
		want  ending
	}{
		{"a refusal that is expected", []sandbox.Rule{unknown}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx, enhanced: [5.1.x, 5.7.1], text: /UNKNOWN/i}`, pass},
		{"an acceptance where a refusal is expected", nil, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<${to}>", expect: 5xx}`, ending{result.Fail, result.Reply, 3, "expected 5xx, got 250"}},
		{"the wrong enhanced status code", []sandbox.Rule{unknown}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx, enhanced: 5.7.x}`, ending{result.Fail, result.Reply, 3, "expected enhanced status code 5.7.x, got 5.1.1"}},
		{"no enhanced status code", []sandbox.Rule{{On: "RCPT", Reply: "550 unknown"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx, enhanced: 5.x.x}`, ending{result.Fail, result.Reply, 3, "got none in 550 unknown"}},
		{"the wrong text", []sandbox.Rule{unknown}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx, text: relay}`, ending{result.Fail, result.Reply, 3, "expected text"}},
		{"a temporary answer where a refusal is expected", []sandbox.Rule{{On: "RCPT", Reply: "450 4.1.1 perhaps"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx}`, ending{result.Inconclusive, result.Temporary, 3, "expected 5xx, got 450"}},
		{"a temporary answer that is expected", []sandbox.Rule{{On: "RCPT", Reply: "450 4.1.1 perhaps"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 4xx}`, pass},
		{"refused as expected, but because of us", []sandbox.Rule{{On: "RCPT", Reply: "554 5.7.1 blocked using dnsbl.example.net"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx}`, ending{result.Inconclusive, result.Policy, 3, "nothing is known"}},
		{"refused because of us, and that is asked for", []sandbox.Rule{{On: "RCPT", Reply: "554 5.7.1 blocked using dnsbl.example.net"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - {send: "RCPT TO:<nobody@example.test>", expect: 5xx, text: /dnsbl/}`, pass},
		{"pass_if ends the scenario", []sandbox.Rule{{On: "MAIL", Reply: "550 5.1.8 no such domain"}}, `
  - EHLO ${helo}
  - {send: "MAIL FROM:<nobody@invalid.invalid>", pass_if: 5xx}
  - {send: "RCPT TO:<${to}>", expect: 5xx}`, pass},
		{"pass_if that does not hold goes on", nil, `
  - EHLO ${helo}
  - {send: "MAIL FROM:<${from}>", pass_if: 5xx}
  - {send: "RCPT TO:<${to}>", expect: 5xx}`, ending{result.Fail, result.Reply, 3, "expected 5xx, got 250"}},
		{"lines", []sandbox.Rule{{On: "EHLO", Reply: "250-mx1\n250-SIZE\n250-DSN\n250 HELP"}}, `
  - {send: "EHLO ${helo}", lines: ["250-mx1", "...", "250 HELP"]}`, pass},
		{"lines with one missing", []sandbox.Rule{{On: "EHLO", Reply: "250-mx1\n250-SIZE\n250-DSN\n250 HELP"}}, `
  - {send: "EHLO ${helo}", lines: ["250-mx1", "250-DSN", "...", "250 HELP"]}`, ending{result.Fail, result.Reply, 1, "250-DSN"}},
		{"capture, and use what was captured", []sandbox.Rule{{On: "HELP", Reply: "214 token=abc123"}, {On: "VRFY abc123", Reply: "250 found"}}, `
  - {send: HELP, expect: 214, capture: {token: "/token=(\\w+)/"}}
  - {send: "VRFY ${token}", expect: 250, text: found}`, pass},
		{"capture that finds nothing", nil, `
  - {send: NOOP, capture: {token: "/token=(\\w+)/"}}
  - NOOP`, ending{result.Warn, result.Reply, 1, "nothing to capture for token"}},
		{"capture that finds nothing, and is needed", nil, `
  - {send: NOOP, capture: {token: "/token=(\\w+)/"}}
  - NOOP ${token}`, ending{result.Inconclusive, result.Local, 2, "${token}"}},
		{"capture of a reply that was not expected", nil, `
  - {send: NOOP, expect: 500, capture: {token: "/token=(\\w+)/"}}`, ending{result.Fail, result.Reply, 1, "expected 500"}},
		{"optional reply that does not come", nil, `
  - EHLO ${helo}
  - {expect: 421, optional: true, timeout: 100ms}
  - NOOP`, pass},
		{"the server closes, as expected", []sandbox.Rule{{On: "NOOP", Close: true}}, `
  - {send: NOOP, expect: [221, eof]}`, pass},
		{"the server closes after its reply", nil, `
  - {send: QUIT, expect: 221}
  - expect: eof`, pass},
		{"a message refused at DATA, which pass_if allows", []sandbox.Rule{{On: "DATA", Reply: "554 5.5.1 no"}}, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - message: "Subject: x\n\nx\n"
    pass_if: 554
  - {send: NOOP, expect: 599}`, pass},
		{"the end is seen once and expected twice", []sandbox.Rule{{On: "QUIT", Close: true}}, `
  - {send: QUIT, expect: [221, eof]}
  - expect: eof`, pass},
		{"421 as expected, then the end", []sandbox.Rule{{On: "NOOP", Reply: "421 bye"}}, `
  - {send: NOOP, expect: 421}
  - expect: eof`, pass},
		{"a line after 421", []sandbox.Rule{{On: "NOOP", Reply: "421 bye"}}, `
  - {send: NOOP, expect: 421}
  - NOOP`, ending{result.Inconclusive, result.Temporary, 2, "ended the session with 421"}},
		{"lacks beside bytes that say EHLO", nil, `
  - raw: "EHLO probe.example.net\r\n"
    expect: 250
    lacks: DSN`, ending{result.Fail, result.Reply, 1, "offers DSN"}},
		{"lacks at the reply to a line before", nil, `
  - {send: "EHLO ${helo}", expect: none}
  - {expect: 250, lacks: DSN}`, ending{result.Fail, result.Reply, 2, "offers DSN"}},
		{"if after EHLO from a variable", nil, `
  - send: ${hello}
    offers: DSN
  - {send: NOOP, if: DSN, expect: 599}`, ending{result.Fail, result.Reply, 2, "expected 599"}},
		{"if after a reply read later", nil, `
  - {send: "EHLO ${helo}", expect: none}
  - expect: 250
  - {send: NOOP, if: DSN, expect: 599}`, ending{result.Fail, result.Reply, 3, "expected 599"}},
		{"if on a line of a pipeline", nil, `
  - EHLO ${helo}
  - pipeline:
      - MAIL FROM:<${from}>
      - {send: "RCPT TO:<nobody@example.test>", if: ETRN}
      - RSET`, pass},
		{"pass_if of an optional reply", nil, `
  - {send: NOOP, expect: none}
  - {expect: 421, optional: true, pass_if: 250}
  - {send: NOOP, expect: 599}`, pass},
		{"capture of an optional reply", []sandbox.Rule{{On: "NOOP", Reply: "250 token=x1"}}, `
  - {send: NOOP, expect: none}
  - {expect: 250, optional: true, capture: {token: "/token=(.*)/"}}
  - {send: "VRFY ${token}", expect: 252}`, pass},
		{"may_fail of an optional reply", nil, `
  - {send: NOOP, expect: none}
  - {expect: 250, optional: true, text: other words, may_fail: known to be odd}`, ending{result.Warn, result.Reply, 2, "known to be odd: "}},
		{"a body without its end waits for nothing", nil, `
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
  - DATA
  - {body: "one", end: false, within: 9s}
  - {raw: ".\r\n", expect: 250}`, pass},
		{"a line after the end", nil, `
  - {send: QUIT, expect: 221}
  - expect: eof
  - NOOP`, ending{result.Fail, result.EOF, 3, "had ended before"}},
		{"the server does not close", nil, `
  - {send: NOOP}
  - {expect: eof, timeout: 100ms}`, ending{result.Fail, result.Timeout, 2, "did not close"}},
		{"a reply where the end is expected", []sandbox.Rule{{On: "NOOP", Raw: "250 one\r\n250 two\r\n"}}, `
  - NOOP
  - {expect: eof}`, ending{result.Fail, result.Reply, 2, "250 two"}},
		{"raw and bytes make one line", nil, `
  - raw: "NO"
  - bytes: 4f 50 0d 0a
    expect: 250`, pass},
		{"two commands in one write", nil, `
  - send: "NOOP\r\nHELP"
    expect: 250
  - expect: 214`, pass},
		{"within, late for a warning", []sandbox.Rule{{On: "NOOP", Delay: 80 * time.Millisecond, Reply: "250 OK"}}, `
  - {send: NOOP, within: {warn: 50ms, fail: 60s}}`, ending{result.Warn, result.Slow, 1, "the limit is 50ms"}},
		{"within, late for a failure", []sandbox.Rule{{On: "NOOP", Delay: 80 * time.Millisecond, Reply: "250 OK"}}, `
  - {send: NOOP, within: 50ms}`, ending{result.Fail, result.Slow, 1, "the limit is 50ms"}},
		{"the greeting can be spoken before", nil, `
  - {expect: 220}`, ending{result.Fail, result.Timeout, 1, "no reply"}},
		{"RST", nil, `
  - EHLO ${helo}
  - close: reset`, pass},
		{"unless", nil, `
  - EHLO ${helo}
  - {send: "MAIL FROM:<${from}>", unless: PIPELINING, expect: 599}
  - {send: "MAIL FROM:<${from}>", if: [PIPELINING, ipv4]}
  - {send: "MAIL FROM:<${from}>", if: ipv6, expect: 599}`, pass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := with(t, tc.rules...)
			set := settings(w)
			set.ReplyTimeout = 30 * time.Second
			if strings.Contains(tc.name, "spoken before") {
				set.ReplyTimeout = 100 * time.Millisecond
			}
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, "name: language\nvars: {hello: \"EHLO probe.example.net\"}\nsteps:"+tc.src+"\n"))
			expect(t, only(t, &d), tc.want)
		})
	}
}

// A failed expectation shows the place in the file and the transcript.
func TestFailureShowsPlaceAndTranscript(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, "name: place\nsteps:\n  - EHLO ${helo}\n  - send: MAIL FROM:<${from}>\n    expect: 5xx\n")
	c := only(t, &d)
	s := step(t, c, 2)
	if s.File != "test.yaml" || s.Line != 5 || s.Col != 13 {
		t.Errorf("place is %s:%d:%d; want test.yaml:5:13", s.File, s.Line, s.Col)
	}
	if s.Excerpt == nil || s.Excerpt.Line != 5 || s.Excerpt.Col != 13 || s.Excerpt.Width != 3 ||
		!slices.Equal(s.Excerpt.Lines, []string{"  - send: MAIL FROM:<${from}>", "    expect: 5xx"}) {
		t.Errorf("excerpt is %+v; want both lines of the step and 5xx underlined", s.Excerpt)
	}
	var transcript []string
	for _, st := range c.Steps {
		for _, l := range st.Transcript {
			transcript = append(transcript, l.From+": "+l.Text)
		}
	}
	for _, want := range []string{"C: EHLO probe.example.net", "C: MAIL FROM:<probe@example.net>", "C: QUIT"} {
		if !slices.Contains(transcript, want) {
			t.Errorf("transcript is %q; want it to hold %q", transcript, want)
		}
	}
}

// A transcript has a limit, and what is left out of it is not left out
// without a word.
func TestTranscriptSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("550-"+strings.Repeat("x", 900)+"\r\n", 90) + "550 end\r\n"
	d := play(t, with(t, sandbox.Rule{On: "NOOP", Raw: long}), "name: long\nsteps:\n  - NOOP\n")
	c := only(t, &d)
	if c.Status != result.Fail || !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "left out of the transcript") }) {
		t.Errorf("check is %v, notes %q; want a failure and a word on what was left out", c.Status, c.Notes)
	}
}

// A greeting of which the file says nothing shows no place in it; one that
// it does speak of shows that place.
func TestGreetingHasAPlaceOnlyIfWritten(t *testing.T) {
	t.Parallel()
	for src, line := range map[string]int{"name: g\n": 0, "name: g\ngreeting: 220\n": 2} {
		w := with(t, sandbox.Rule{On: "connect", Reply: "554 no"})
		d := play(t, w, src+"steps:\n  - NOOP\n")
		s := step(t, only(t, &d), 0)
		got := 0
		if s.Excerpt != nil {
			got = s.Excerpt.Line
		}
		if got != line {
			t.Errorf("%q: the excerpt is at line %d; want %d", src, got, line)
		}
	}
}

// A scenario-level condition is judged after the first EHLO: the host is
// skipped, not failed, and the session ends with QUIT.
func TestScenarioConditionSkipsTheHost(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "250-mx1\n250 HELP"})
	d := play(t, w, "name: dsn\nif: DSN\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> RET=HDRS\n")
	c := only(t, &d)
	expect(t, c, ending{result.Skip, result.Condition, -1, "host does not offer DSN"})
	if lines := received(t, w); !slices.Equal(lines, []string{"EHLO probe.example.net", "QUIT"}) {
		t.Errorf("the server got %q; want EHLO and QUIT", lines)
	}
	if d.Status != result.Skip {
		t.Errorf("the domain is %v; want skip", d.Status)
	}
}

// The condition of a scenario holds wherever its EHLO stands, and without any.
func TestScenarioConditionIsAlwaysJudged(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, src, message string }{
		{"EHLO in a pipeline", "if: ETRN\nsteps:\n  - pipeline:\n      - EHLO ${helo}\n  - {send: NOOP, expect: 599}\n", "does not offer ETRN"},
		{"no EHLO at all", "if: ipv6\nsteps:\n  - {send: NOOP, expect: 599}\n", "not ipv6"},
		{"HELO", "if: DSN\nsteps:\n  - HELO ${helo}\n  - {send: NOOP, expect: 599}\n", "does not offer DSN"},
		{"EHLO not understood", "if: DSN\nsteps:\n  - EHLO ${helo}\n  - {send: NOOP, expect: 599}\n", "does not offer DSN"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var rules []sandbox.Rule
			if tc.name == "EHLO not understood" {
				rules = append(rules, sandbox.Rule{On: "EHLO", Reply: "502 no"})
			}
			d := play(t, with(t, rules...), "name: condition\n"+tc.src)
			expect(t, only(t, &d), ending{result.Skip, result.Condition, -1, tc.message})
		})
	}
}

// --timeout beats the scenario's, but not the step's own.
func TestTimeoutOfTheSettingsBeatsTheScenarios(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "NOOP", Hang: true})
	set := settings(w)
	set.ReplyTimeout = 200 * time.Millisecond
	for step, want := range map[string]string{
		"{send: NOOP}":                 "no reply in 200ms",
		"{send: NOOP, timeout: 100ms}": "no reply in 100ms",
	} {
		d := playWith(t, t.Context(), runner(t, w), checks(t, set, "name: slow\ntimeout: 60s\nsteps:\n  - "+step+"\n"))
		expect(t, only(t, &d), ending{result.Fail, result.Timeout, 1, want})
	}
}

// Greylisting keys on address, sender and recipient: the second attempt has
// the same, and the message is the same (RFC 6647 section 2).
func TestTrap65RetryPassesGreylisting(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "451 4.7.1 Greylisted", Times: 1})
	src := ask + `  - message: |
      Subject: test

      text
`
	d := play(t, w, "retry: {wait: 50ms, times: 2}\n"+src)
	c := only(t, &d)
	expect(t, c, pass)
	if c.Attempts != 2 {
		t.Errorf("%d attempts; want 2", c.Attempts)
	}
	first := c.Steps[slices.IndexFunc(c.Steps, func(s result.Step) bool { return s.Attempt == 1 && s.Number == 3 })]
	if first.Code != 451 || first.Status != result.Inconclusive {
		t.Errorf("RCPT of attempt 1 is %d, %v; want 451 kept as inconclusive", first.Code, first.Status)
	}
}

// Nothing but what on names is tried again.
func TestRetryLeavesFinalAnswersAlone(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"})
	d := play(t, w, "retry: {wait: 10ms, times: 3}\n"+ask)
	if c := only(t, &d); c.Attempts != 1 {
		t.Errorf("%d attempts after a 550; want 1", c.Attempts)
	}
}

func TestRetryOnConnect(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{Dead: sandbox.RefusesAll})
	d := play(t, w, "retry: {on: connect, wait: 10ms, times: 2}\n"+ask)
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Refused, 0, "connect: refused"})
	if c.Attempts != 3 {
		t.Errorf("%d attempts; want 3", c.Attempts)
	}
}

func TestHostRules(t *testing.T) {
	t.Parallel()
	refuse := sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"}
	for _, tc := range []struct {
		name, rule string
		want       ending
	}{
		{"variables of a host", "match: mx1.*\n    vars: {reply: 550}", pass},
		{"another host's variables", "match: mx2.*\n    vars: {reply: 550}", ending{result.Fail, result.Reply, 3, "expected 250, got 550"}},
		{"left out", "match: 192.0.2.0/24\n    skip: under repair", ending{result.Skip, result.Condition, -1, "under repair"}},
		{"may fail", "match: pref>=10\n    may_fail: known to be broken", ending{result.Warn, result.Reply, 3, "expected 250"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := play(t, with(t, refuse), "name: rules\nvars: {reply: \"250\"}\nhosts:\n  - "+tc.rule+`
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - send: RCPT TO:<${to}>
    expect: ${reply}
`)
			c := only(t, &d)
			expect(t, c, tc.want)
			if tc.name == "may fail" && c.Forgiven != "known to be broken" {
				t.Errorf("forgiven is %q; want the reason given", c.Forgiven)
			}
		})
	}
}

func TestTemporaryCountsAsAsked(t *testing.T) {
	t.Parallel()
	for _, want := range []result.Verdict{result.Inconclusive, result.Warn, result.Fail} {
		w := with(t, sandbox.Rule{On: "RCPT", Reply: "450 4.2.0 later"})
		set := settings(w)
		set.Temporary = want
		d := playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
		expect(t, only(t, &d), ending{want, result.Temporary, 3, "450"})
	}
}

// A secret is masked in the result itself, in every form it may take there.
func TestSecretsAreMaskedInTheResult(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry s3cret"
	w := with(t, sandbox.Rule{On: "NOOP", Reply: "550 we do not like " + canary + " or YzRuNHJ5IHMzY3JldA== or c4n4ry+s3cret"})
	set := settings(w)
	set.Transcript = dialogue.TranscriptAlways
	set.Getenv = func(name string) (string, bool) { return canary, name == "CANARY" }
	d := playWith(t, t.Context(), runner(t, w), checks(t, set,
		"name: secret\nsecrets:\n  password: {env: CANARY}\nsteps:\n  - send: NOOP ${password}\n"))
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Reply, 1, "*** or *** or ***"})
	all := dump(&d)
	for _, form := range []string{canary, "YzRuNHJ5IHMzY3JldA", "c4n4ry"} {
		if strings.Contains(all, form) {
			t.Errorf("the result holds %q:\n%s", form, all)
		}
	}
	if lines := received(t, w); !slices.Contains(lines, "NOOP "+canary) {
		t.Errorf("the server got %q; want the secret itself", lines)
	}
}

// A name holds variables, but not those that differ from host to host.
func TestNameOfAScenario(t *testing.T) {
	t.Parallel()
	made := checks(t, settings(nil), "name: health of ${mx.name} as ${who}\nvars: {who: kate}\nsteps:\n  - NOOP\n")
	if got, want := made[0].Name(), "health of ${mx.name} as kate"; got != want {
		t.Errorf("name is %q; want %q", got, want)
	}
}

// What a scenario takes from the environment is what the settings say it is.
func TestEnvironmentIsTheSettings(t *testing.T) {
	t.Parallel()
	w := with(t)
	set := settings(w)
	src := "name: env\nsteps:\n  - send: VRFY ${env.NOT_IN_THE_PROCESS}\n    expect: 252\n"
	if _, err := dialogue.New(t.Context(), parse(t, src)[0], dialogue.NewRun(set)); err == nil || !strings.Contains(err.Error(), "NOT_IN_THE_PROCESS") {
		t.Errorf("NewDialogue: %v; want an error that names the variable", err)
	}
	set.Getenv = func(name string) (string, bool) { return "kate", name == "NOT_IN_THE_PROCESS" }
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	expect(t, only(t, &d), pass)
	if lines := received(t, w); !slices.Contains(lines, "VRFY kate") {
		t.Errorf("the server got %q; want VRFY kate", lines)
	}
}

// What is asked for on the command line beats what the scenario sets.
func TestExplicitRecipientBeatsVars(t *testing.T) {
	t.Parallel()
	const src = "name: to\nvars: {to: 'postmaster@${domain}'}\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n"
	for explicit, want := range map[string]string{"": "RCPT TO:<postmaster@example.test>", "to": "RCPT TO:<kate@example.test>"} {
		w := with(t)
		set := settings(w)
		if explicit != "" {
			set.Explicit = []string{explicit}
		}
		d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
		expect(t, only(t, &d), pass)
		if lines := received(t, w); !slices.Contains(lines, want) {
			t.Errorf("the server got %q; want %q", lines, want)
		}
	}
}

func dump(d *result.Domain) string {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(b)
}
