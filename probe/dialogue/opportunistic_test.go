package dialogue_test

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/handshake"
	"mxprobe/probe/result"
)

// sends is a dialogue that plays a server that sends mail.
const sends = `name: sends
tls: opportunistic
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
`

const (
	sayEHLO = "EHLO probe.example.net"
	sayMAIL = "MAIL FROM:<probe@example.net>"
	sayRCPT = "RCPT TO:<kate@example.test>"
)

// breaks makes the handshakes of a server fail.
func breaks(how func(c *sandbox.Conn)) sandbox.Rule {
	return sandbox.Rule{On: "STARTTLS", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("220 go ahead")
		_, _ = c.NetConn().Read(make([]byte, 1)) // the handshake has begun
		how(c)
		c.Close()
	}}
}

func playMode(t *testing.T, w *sandbox.World, mode handshake.Mode, src string) *result.Check {
	t.Helper()
	set := settings(w)
	set.TLS.Mode, set.TLS.Roots = mode, x509.NewCertPool()
	set.TLS.Roots.AppendCertsFromPEM(w.CA()) // a world without TLS has none
	set.Transcript = dialogue.TranscriptAlways
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
	return only(t, &d)
}

// said are the lines of a check's transcript that begin with one of the letters.
func said(c *result.Check, from string) []string {
	var out []string
	for _, s := range c.Steps {
		for _, l := range s.Transcript {
			if strings.Contains(from, l.From) {
				out = append(out, l.Text)
			}
		}
	}
	return out
}

func notesOf(c *result.Check) string {
	notes := slices.Clone(c.Notes)
	for _, s := range c.Steps {
		notes = append(notes, s.Notes...)
	}
	return strings.Join(notes, "\n")
}

// A sender uses TLS where it is offered, whatever the certificate is worth, and
// goes on in clear where it cannot have it.
func TestTrap87OpportunisticTLS(t *testing.T) {
	t.Parallel()
	inClear := []string{sayEHLO, sayMAIL, sayRCPT, "QUIT"}
	secured := []string{sayEHLO, "STARTTLS", sayEHLO, sayMAIL, sayRCPT, "QUIT"}
	anew := slices.Concat([]string{sayEHLO, "STARTTLS"}, inClear)
	for _, tc := range []struct {
		name  string
		tls   *sandbox.TLS
		rules []sandbox.Rule
		want  ending
		lines []string
		tlsOf string // version, empty for none
		note  string
	}{
		{"not offered", nil, nil, pass, inClear, "", ""},
		{"offered", &sandbox.TLS{}, nil, pass, secured, "TLS 1.3", ""},
		{"required by the server", &sandbox.TLS{Required: true}, nil, pass, secured, "TLS 1.3", ""},
		{"expired", &sandbox.TLS{Cert: sandbox.CertExpired}, nil, pass, secured, "TLS 1.3", "expired 10 days ago"},
		{"another name", &sandbox.TLS{Cert: sandbox.CertWrongName}, nil, pass, secured, "TLS 1.3", "the certificate is not for"},
		{"old", &sandbox.TLS{Max: "1.0"}, nil, pass, secured, "TLS 1.0", ""},
		{
			"454", &sandbox.TLS{},
			[]sandbox.Rule{{On: "STARTTLS", Reply: "454 4.7.0 TLS not available due to local problem"}},
			pass,
			[]string{sayEHLO, "STARTTLS", sayEHLO, sayMAIL, sayRCPT, "QUIT"},
			"", "was refused (454 4.7.0 TLS not available due to local problem)",
		},
		{
			"421", &sandbox.TLS{},
			[]sandbox.Rule{{On: "STARTTLS", Reply: "421 4.3.2 closing"}},
			ending{result.Inconclusive, result.Temporary, 1, "421"},
			[]string{sayEHLO, "STARTTLS"},
			"", "",
		},
		{
			"250", &sandbox.TLS{},
			[]sandbox.Rule{{On: "STARTTLS", Reply: "250 ok"}},
			ending{result.Fail, result.Reply, 1, "expected 220, got 250"},
			[]string{sayEHLO, "STARTTLS", "QUIT"},
			"", "",
		},
		{"hangs up at STARTTLS", &sandbox.TLS{}, []sandbox.Rule{{On: "STARTTLS", Close: true}}, ending{result.Fail, result.EOF, 1, ""}, []string{sayEHLO, "STARTTLS"}, "", ""},
		{
			"bytes behind the 220", &sandbox.TLS{},
			[]sandbox.Rule{{On: "STARTTLS", Reply: "220 go", Extra: "250 injected\r\n"}},
			ending{result.Fail, result.TLS, 1, "bytes before the handshake"},
			[]string{sayEHLO, "STARTTLS"},
			"", "",
		},
		{"hangs up", &sandbox.TLS{}, []sandbox.Rule{breaks(func(*sandbox.Conn) {})}, pass, anew, "", "TLS fails (the server closed the connection in the handshake): senders that do not insist on it go on in clear"},
		{"resets", &sandbox.TLS{}, []sandbox.Rule{breaks((*sandbox.Conn).Reset)}, pass, anew, "", "TLS fails (the server reset the connection in the handshake)"},
		{
			"alert", &sandbox.TLS{},
			[]sandbox.Rule{breaks(func(c *sandbox.Conn) { _, _ = c.Write([]byte{21, 3, 3, 0, 2, 2, 80}) })},
			pass, anew, "",
			`TLS fails (the server refused the handshake with the alert "internal error")`,
		},
		{"no TLS at all", &sandbox.TLS{}, []sandbox.Rule{breaks(func(c *sandbox.Conn) { _ = c.Reply("250 ok") })}, pass, anew, "", "TLS fails (the server sent bytes that are not TLS"},
		{"a client certificate is wanted", &sandbox.TLS{ClientCert: true}, nil, pass, anew, "", "right after the handshake"},
		{
			"the second session is refused", &sandbox.TLS{},
			[]sandbox.Rule{breaks(func(*sandbox.Conn) {}), {On: "connect", Times: 1, Reply: "220 hello"}, {On: "connect", Reply: "554 go away"}},
			ending{result.Fail, result.Reply, 0, "expected 220, got 554"},
			[]string{sayEHLO, "STARTTLS", "QUIT"},
			"", "TLS fails",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{TLS: tc.tls, Rules: tc.rules})
			c := playMode(t, w, handshake.AsWritten, sends)
			expect(t, c, tc.want)
			if got := received(t, w); !slices.Equal(got, tc.lines) {
				t.Errorf("the server got %q; want %q", got, tc.lines)
			}
			if tc.tls != nil && tc.tls.ClientCert {
				tc.lines = slices.Insert(slices.Clone(tc.lines), 2, sayEHLO) // under TLS, and nobody read it
			}
			if got := said(c, "C"); !slices.Equal(got, tc.lines) {
				t.Errorf("the transcript has %q; want %q", got, tc.lines)
			}
			version := ""
			if c.TLS != nil {
				version = c.TLS.Version
			}
			if version != tc.tlsOf || c.Attempts != 1 {
				t.Errorf("TLS %q, %d attempts; want %q, 1", version, c.Attempts, tc.tlsOf)
			}
			if notes := notesOf(c); !strings.Contains(notes, tc.note) || tc.note == "" && tc.want == pass && notes != "" {
				t.Errorf("notes %q; want %q", notes, tc.note)
			}
		})
	}
}

// What counts is what is offered under TLS: of conditions of the scenario, of
// expectations, of steps.
func TestOpportunisticTLSJudgesTheLastEHLO(t *testing.T) {
	t.Parallel()
	first := sandbox.Rule{On: "EHLO", Times: 1, Reply: "250-mx1\n250-STARTTLS\n250 ETRN"}
	src := "if: [DSN, tls]\ntls: opportunistic\nsteps:\n  - send: EHLO ${helo}\n    offers: DSN\n    lacks: [ETRN, STARTTLS]\n  - {send: NOOP, if: ETRN, expect: 599}\n  - {send: NOOP, if: tls}\n  - {send: 'EHLO again'}\n"
	w := secureWorld(t, &sandbox.TLS{}, first)
	c := playMode(t, w, handshake.AsWritten, src)
	expect(t, c, pass)
	if want := []string{sayEHLO, "STARTTLS", sayEHLO, "NOOP", "EHLO again", "QUIT"}; !slices.Equal(received(t, w), want) {
		t.Errorf("the server got %q; want %q", received(t, w), want)
	}
	if s := c.Steps[3]; s.Number != 1 || s.Action != "send" || s.Sent != sayEHLO || s.Code != 250 || slices.Contains(s.Text, "STARTTLS") || !slices.Contains(s.Text, "DSN") {
		t.Errorf("step 1 is %+v; want the EHLO under TLS", s)
	}
}

// --tls overrides what scenarios say, but for those that begin TLS themselves.
func TestTLSModes(t *testing.T) {
	t.Parallel()
	plain := strings.Replace(sends, "tls: opportunistic\n", "", 1)
	for _, tc := range []struct {
		name   string
		mode   handshake.Mode
		src    string
		tls    *sandbox.TLS
		rules  []sandbox.Rule
		want   ending
		secure bool
	}{
		{"off", handshake.Off, sends, &sandbox.TLS{}, nil, pass, false},
		{"opportunistic", handshake.Opportunistic, plain, &sandbox.TLS{}, nil, pass, true},
		{"as written", handshake.AsWritten, plain, &sandbox.TLS{}, nil, pass, false},
		{"required", handshake.Required, plain, &sandbox.TLS{Cert: sandbox.CertExpired}, nil, pass, true},
		{"required and not offered", handshake.Required, sends, nil, nil, ending{result.Fail, result.TLS, 1, "STARTTLS is not offered, and TLS is required"}, false},
		{
			"required and refused", handshake.Required, sends, &sandbox.TLS{},
			[]sandbox.Rule{{On: "STARTTLS", Reply: "454 no"}},
			ending{result.Inconclusive, result.Temporary, 1, "454"},
			false,
		},
		{
			"required and broken", handshake.Required, sends, &sandbox.TLS{},
			[]sandbox.Rule{breaks(func(*sandbox.Conn) {})},
			ending{result.Fail, result.TLS, 1, "closed the connection in the handshake"},
			false,
		},
		{"required and lost", handshake.Required, sends, &sandbox.TLS{ClientCert: true}, nil, ending{result.Fail, result.TLS, 1, "right after the handshake"}, true},
		{"required, and HELO", handshake.Required, "steps:\n  - HELO ${helo}\n", &sandbox.TLS{}, nil, ending{result.Fail, result.TLS, 1, "TLS is required"}, false},
		{"a step of its own", handshake.Off, overTLS("{}"), &sandbox.TLS{}, nil, pass, true},
		{"a step of its own, required", handshake.Required, overTLS("{}"), &sandbox.TLS{}, nil, pass, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{TLS: tc.tls, Rules: tc.rules})
			c := playMode(t, w, tc.mode, tc.src)
			expect(t, c, tc.want)
			if (c.TLS != nil) != tc.secure {
				t.Errorf("TLS is %+v; want it: %t", c.TLS, tc.secure)
			}
			if got := received(t, w); tc.want != pass && slices.Contains(got, sayMAIL) {
				t.Errorf("the server got %q, in spite of the failure", got)
			}
		})
	}
}

// A login waits for TLS where the server decides on it, and is not sent in clear.
func TestOpportunisticTLSAndLogin(t *testing.T) {
	t.Parallel()
	src := "tls: opportunistic\nsecrets: {password: {env: PW}}\nsteps:\n  - EHLO ${helo}\n  - auth: PLAIN\n    user: kate\n    password: ${password}\n"
	for name, tc := range map[string]struct {
		rules []sandbox.Rule
		want  result.Verdict
	}{
		"under TLS":      {nil, result.Pass},
		"refused to TLS": {[]sandbox.Rule{{On: "STARTTLS", Reply: "454 no"}}, result.Inconclusive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, oneHost, sandbox.Server{TLS: &sandbox.TLS{}, Auth: &sandbox.Auth{Users: map[string]string{"kate": "secret"}}, Rules: tc.rules})
			set := trusting(t, w)
			set.Getenv = func(string) (string, bool) { return "secret", true }
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, src))
			c := only(t, &d)
			if c.Status != tc.want {
				t.Errorf("%v: %s; want %v", c.Status, c.Message, tc.want)
			}
			for _, line := range received(t, w) {
				if strings.HasPrefix(line, "AUTH") && tc.want != result.Pass {
					t.Errorf("the login was sent in clear: %q", line)
				}
			}
		})
	}
}

// A server that breaks off where TLS should begin has broken TLS, whether it says
// so before the handshake or in it, and coming back later does not help.
func TestBrokenTLSIsTheServers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tls  sandbox.TLS
		rule sandbox.Rule
	}{
		"454":                      {sandbox.TLS{}, sandbox.Rule{On: "STARTTLS", Reply: "454 4.7.0 TLS not available due to local problem"}},
		"454 in other words":       {sandbox.TLS{}, sandbox.Rule{On: "STARTTLS", Reply: "454 4.3.0 Try again later"}},
		"hang-up at STARTTLS":      {sandbox.TLS{}, sandbox.Rule{On: "STARTTLS", Close: true}},
		"reset at STARTTLS":        {sandbox.TLS{}, sandbox.Rule{On: "STARTTLS", Reset: true}},
		"hang-up in the handshake": {sandbox.TLS{}, breaks(func(*sandbox.Conn) {})},
		"reset in the handshake":   {sandbox.TLS{}, breaks((*sandbox.Conn).Reset)},
		"internal error":           {sandbox.TLS{Broken: true}, sandbox.Rule{On: "NOOP"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := playTLS(t, secureWorld(t, &tc.tls, tc.rule), overTLS("{}"))
			if c.Status < result.Inconclusive || c.Cause != "tls-broken-server" || c.Whose != "server" ||
				!strings.Contains(c.Hint, "its log names the file or the setting") || strings.Contains(c.Hint, "later") {
				t.Errorf("%v, %q of %q: %s; hint %q", c.Status, c.Cause, c.Whose, c.Message, c.Hint)
			}
		})
	}
}
