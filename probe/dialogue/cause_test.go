package dialogue_test

import (
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// caused checks what the check and its failed step say of the cause.
func caused(t *testing.T, c *result.Check, cause, whose string) {
	t.Helper()
	if c.Cause != cause || c.Whose != whose {
		t.Errorf("check has the cause %q of %q; want %q of %q", c.Cause, c.Whose, cause, whose)
	}
	if c.FailedStep == nil {
		return
	}
	if st := step(t, c, *c.FailedStep); st.Cause != cause || st.Whose != whose {
		t.Errorf("step %d has the cause %q of %q; want %q of %q", st.Number, st.Cause, st.Whose, cause, whose)
	}
}

// What a server refuses because of this machine, or of a sender that was only
// the default, says nothing of what the scenario asks.
func TestWhoseDecides(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rule         sandbox.Rule
		status       result.Verdict
		reason       result.Reason
		cause, whose string
	}{
		"name in EHLO":            {sandbox.Rule{On: "EHLO", Reply: "501 5.5.4 domain literals not allowed"}, result.Inconclusive, result.Policy, "helo-refused", "client"},
		"name in EHLO, for now":   {sandbox.Rule{On: "RCPT", Reply: "450 4.7.1 <box>: Helo command rejected: Host not found"}, result.Inconclusive, result.Policy, "helo-refused", "client"},
		"not qualified":           {sandbox.Rule{On: "RCPT", Reply: "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname"}, result.Inconclusive, result.Policy, "helo-refused", "client"},
		"sender's domain":         {sandbox.Rule{On: "RCPT", Reply: "450 4.1.8 <a@b.invalid>: Sender address rejected: Domain not found"}, result.Inconclusive, result.Policy, "sender-domain-unknown", "sender"},
		"SPF":                     {sandbox.Rule{On: "MAIL", Reply: "550 5.7.23 SPF check failed"}, result.Inconclusive, result.Policy, "spf-refused", "sender"},
		"no reverse name":         {sandbox.Rule{On: "RCPT", Reply: "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]"}, result.Inconclusive, result.Policy, "client-no-reverse-name", "client"},
		"too fast":                {sandbox.Rule{On: "MAIL", Reply: "450 4.7.1 Error: too much mail from 192.0.2.1"}, result.Inconclusive, result.Policy, "rate-limited", "client"},
		"listed":                  {sandbox.Rule{On: "RCPT", Reply: "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"}, result.Inconclusive, result.Policy, "client-listed", "client"},
		"greylisted":              {sandbox.Rule{On: "RCPT", Reply: "450 4.7.1 Greylisted, please try again later"}, result.Inconclusive, result.Temporary, "greylisted", "client"},
		"no such recipient":       {sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 User unknown"}, result.Fail, result.Reply, "recipient-unknown", "recipient"},
		"no relaying":             {sandbox.Rule{On: "RCPT", Reply: "554 5.7.1 Relay access denied"}, result.Fail, result.Reply, "relay-denied", "recipient"},
		"short of storage":        {sandbox.Rule{On: "MAIL", Reply: "452 4.3.1 Insufficient system storage"}, result.Inconclusive, result.Temporary, "server-storage", "server"},
		"nothing known":           {sandbox.Rule{On: "RCPT", Reply: "550 5.7.1 Command rejected"}, result.Fail, result.Reply, "", ""},
		"no service":              {sandbox.Rule{On: "connect", Reply: "554 mx1.example.test"}, result.Fail, result.Reply, "server-no-service", "server"},
		"refused in the greeting": {sandbox.Rule{On: "connect", Reply: "554 5.7.1 You are not allowed to connect"}, result.Inconclusive, result.Policy, "client-refused", "client"},
		"hangs up at RCPT":        {sandbox.Rule{On: "RCPT", Close: true}, result.Fail, result.EOF, "connection-closed", "server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hello := tc.rule
			hello.On = "HELO" // what is said where EHLO is not understood
			rules := []sandbox.Rule{tc.rule}
			if tc.rule.On == "EHLO" {
				rules = append(rules, hello)
			}
			d := play(t, with(t, rules...), ask)
			c := only(t, &d)
			if c.Status != tc.status || c.Reason != tc.reason {
				t.Errorf("check is %v, %q, %q; want %v, %q", c.Status, c.Reason, c.Message, tc.status, tc.reason)
			}
			caused(t, c, tc.cause, tc.whose)
			if c.Hint == "" {
				t.Error("there is no word on what to do next")
			}
		})
	}
}

// A refusal that the scenario names by its enhanced status code is that
// refusal, whether it is for good or for now; any other temporary answer is
// not.
func TestNamedRefusalForNow(t *testing.T) {
	t.Parallel()
	src := "name: bad\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<a@b.invalid>\n  - send: RCPT TO:<${to}>\n    expect: 5xx\n    enhanced: [5.1.8, 5.7.x]\n    text: /domain|sender/i\n"
	for reply, want := range map[string]ending{
		"450 4.1.8 <a@b.invalid>: Sender address rejected: Domain not found": pass,
		"550 5.1.8 <a@b.invalid>: Sender address rejected: Domain not found": pass,
		"450 4.1.8 <a@b.invalid>: refused, the name was not found":           {result.Fail, result.Reply, 3, "expected text"},
		"450 4.7.1 Greylisted, sender or domain unknown, come back later":    {result.Inconclusive, result.Temporary, 3, "expected 5xx"},
		"451 4.3.0 Temporary lookup failure":                                 {result.Inconclusive, result.Temporary, 3, "expected 5xx"},
	} {
		d := play(t, with(t, sandbox.Rule{On: "RCPT", Reply: reply}), src)
		t.Log(reply)
		expect(t, only(t, &d), want)
	}
}

// A sender that the scenario gives is what it asks about.
func TestOwnSenderIsWhatIsAsked(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "550 5.1.8 Sender address rejected: Domain not found"})
	d := play(t, w, "name: own\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<news@example.test>\n  - RCPT TO:<${to}>\n")
	expect(t, only(t, &d), ending{result.Fail, result.Reply, 3, "550 5.1.8"})
}

// A refused name is what a scenario about EHLO asks for.
func TestRefusedNameMayBeWanted(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "EHLO", Reply: "501 5.5.4 Invalid domain name"})
	d := play(t, w, "name: bad name\nsteps:\n  - send: EHLO [nonsense\n    expect: 5xx\n    enhanced: 5.5.4\n")
	expect(t, only(t, &d), pass)
	d = play(t, w, "name: bad name\nsteps:\n  - send: EHLO [nonsense\n    expect: 5xx\n")
	expect(t, only(t, &d), pass)
}

// What a scenario lets be refused is what it asks about, though the server puts
// its refusal off until there is a recipient. A refusal of what it did not ask
// about says nothing.
func TestRefusalThatComesLater(t *testing.T) {
	t.Parallel()
	const (
		helo   = "504 5.5.2 <nonsense>: Helo command rejected: need fully-qualified hostname"
		sender = "550 5.1.8 <a@b.invalid>: Sender address rejected: Domain not found"
		later  = "450 4.1.8 <a@b.invalid>: Sender address rejected: Domain not found"
		listed = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example"
		notYet = "450 4.7.1 Greylisted"
		asked  = "  - send: EHLO nonsense\n    pass_if: 5xx\n"
		usual  = "  - EHLO nonsense\n"
		from   = "  - MAIL FROM:<${from}>\n"
		bad    = "  - send: MAIL FROM:<a@b.invalid>\n    pass_if: 5xx\n"
		rcpt   = "  - send: RCPT TO:<${to}>\n    expect: 5xx\n"
		relay  = "  - send: RCPT TO:<a@b.test>\n    expect: [5xx, 454]\n"
	)
	ours := func(step int) ending {
		return ending{result.Inconclusive, result.Policy, step, "because of this machine"}
	}
	for _, tc := range []struct {
		name, steps, on, reply string
		want                   ending
	}{
		{"a name that may be refused", asked + from + rcpt, "RCPT", helo, pass},
		{"a name that was to be taken", usual + from + rcpt, "RCPT", helo, ours(3)},
		{"the sender where the name was asked about", asked + from + rcpt, "RCPT", sender, ours(3)},
		{"a sender that may be refused", usual + bad + rcpt, "RCPT", sender, pass},
		{"the same for now", usual + bad + rcpt, "RCPT", later, pass},
		{"the same for now, at MAIL", usual + bad + rcpt, "MAIL FROM:<a@b.invalid>", later, pass},
		{"a wait is not that refusal", usual + bad + rcpt, "RCPT", notYet, ending{result.Inconclusive, result.Temporary, 3, "expected 5xx"}},
		{"a wait is not that refusal, at MAIL", usual + bad + rcpt, "MAIL FROM:<a@b.invalid>", notYet, ending{result.Inconclusive, result.Temporary, 2, "expected 2xx"}},
		{"this machine is listed, a class and a code asked for", usual + from + relay, "RCPT", listed, ours(3)},
		{"a refusal to relay", usual + from + relay, "RCPT", "554 5.7.1 Relay access denied", pass},
		{"a refusal to relay for now", usual + from + relay, "RCPT", "454 4.7.1 Relay access denied", pass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{BadSender: "accept", Rules: []sandbox.Rule{{On: tc.on, Reply: tc.reply}}})
			d := play(t, w, "name: later\nsteps:\n"+tc.steps)
			expect(t, only(t, &d), tc.want)
		})
	}
}

// A server that wants TLS and cannot do it is not helped by more STARTTLS, and a
// sender fares with it as the dialogue did.
func TestTLSThatIsRequiredAndBroken(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{EHLO: []string{"STARTTLS"}, Rules: []sandbox.Rule{
		{On: "STARTTLS", Reply: "454 4.7.0 TLS not available due to local problem"},
		{On: "MAIL", Reply: "530 5.7.0 Must issue a STARTTLS command first"},
	}})
	d := play(t, w, strings.Replace(ask, "sender: true\n", "sender: true\ntls: opportunistic\n", 1))
	c := only(t, &d)
	caused(t, c, "tls-broken-server", "server")
	if !strings.Contains(c.Hint, "certificate") || d.Sender == nil || d.Sender.View != result.ViewRefused {
		t.Errorf("the hint is %q, a sender's view %+v; want one on its certificate, and refused", c.Hint, d.Sender)
	}
}

// After a 421 that was expected the next step shows what the server does; one
// that was not ends the dialogue.
func TestExpected421(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "NOOP", Reply: "421 4.3.2 going down"})
	d := play(t, w, "name: bye\nsteps:\n  - EHLO ${helo}\n  - send: NOOP\n    expect: 421\n  - expect: eof\n")
	expect(t, only(t, &d), pass)
	d = play(t, w, "name: bye\nsteps:\n  - EHLO ${helo}\n  - NOOP\n  - RSET\n")
	expect(t, only(t, &d), ending{result.Inconclusive, result.Temporary, 2, "421 4.3.2"})
}

// What is not SMTP is named at once, in one line.
func TestNotSMTPIsNamed(t *testing.T) {
	t.Parallel()
	for greeting, cause := range map[string]string{
		"SSH-2.0-OpenSSH_9.6\r\n":                 "not-smtp-ssh",
		"* OK IMAP4rev1 ready\r\n":                "not-smtp-imap",
		"+OK POP3 ready\r\n":                      "not-smtp-pop3",
		"HTTP/1.1 400 Bad Request\r\n":            "not-smtp-http",
		"\x15\x03\x01\x00\x02\x02\x46\n":          "not-smtp-tls",
		strings.Repeat("\xff\xfe\x00", 30) + "\n": "not-smtp",
	} {
		d := play(t, with(t, sandbox.Rule{On: "connect", Raw: greeting}), ask)
		c := only(t, &d)
		if c.Status != result.Fail || c.Hint == "" || strings.ContainsAny(c.Message, "\n\x15") || strings.Contains(c.Message, "\xff") {
			t.Errorf("%q: check is %v, %q, hint %q", greeting, c.Status, c.Message, c.Hint)
		}
		caused(t, c, cause, "server")
	}
	w := with(t, sandbox.Rule{On: "connect", Reply: "220 ProFTPD Server ready"}, sandbox.Rule{On: "EHLO", Reply: "500 EHLO not understood"}, sandbox.Rule{On: "HELO", Reply: "500 HELO not understood"})
	d := play(t, w, ask)
	caused(t, only(t, &d), "not-smtp-ftp", "server")
}
