package dialogue_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// overTLS is a dialogue with STARTTLS and a second EHLO.
func overTLS(options string) string {
	return "name: tls\nsteps:\n  - EHLO ${helo}\n  - starttls: " + options + "\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n"
}

// secureWorld starts a world of one server with TLS.
func secureWorld(t *testing.T, s *sandbox.TLS, rules ...sandbox.Rule) *sandbox.World {
	t.Helper()
	return start(t, oneHost, sandbox.Server{TLS: s, Rules: rules})
}

// trusting are settings that trust the authority of a world.
func trusting(t *testing.T, w *sandbox.World) *dialogue.Settings {
	t.Helper()
	set := settings(w)
	set.TLS.Roots = x509.NewCertPool()
	if !set.TLS.Roots.AppendCertsFromPEM(w.CA()) {
		t.Fatal("the world has no authority")
	}
	return set
}

func playTLS(t *testing.T, w *sandbox.World, src string) *result.Check {
	t.Helper()
	d := playWith(t, t.Context(), runner(t, w), checks(t, trusting(t, w), src))
	return only(t, &d)
}

func TestStartTLS(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{})
	c := playTLS(t, w, overTLS("{verify: true}"))
	expect(t, c, pass)
	s := c.TLS
	if s == nil || s.Version != "TLS 1.3" || s.Curve != "X25519" || s.ChainFinding != "ok" || s.NameFinding != "ok" || s.DatesFinding != "ok" {
		t.Fatalf("TLS = %+v", s)
	}
	if s.SNI != "mx1.example.test" || s.Reference != s.SNI || s.DaysLeft != 89 && s.DaysLeft != 90 || len(s.Chain) != 2 || s.Resumed || s.Implicit {
		t.Errorf("TLS = %+v", s)
	}
	if leaf := s.Chain[0]; leaf.Subject != "CN=mx1.example.test" || leaf.Issuer != "CN=mxprobe sandbox intermediate" || len(leaf.SHA256) != 64 ||
		!slices.Contains(leaf.Names, "192.0.2.10") {
		t.Errorf("certificate = %+v", leaf)
	}
	want := []string{"EHLO probe.example.net", "STARTTLS", "EHLO probe.example.net", "MAIL FROM:<probe@example.net>", "QUIT"}
	if got := received(t, w); !slices.Equal(got, want) {
		t.Errorf("the server got %q; want %q", got, want)
	}
}

func TestBareStartTLSMakesTheHandshake(t *testing.T) {
	t.Parallel()
	c := playTLS(t, secureWorld(t, &sandbox.TLS{}), "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n")
	expect(t, c, pass)
	if c.TLS == nil || step(t, c, 2).Sent != "STARTTLS" {
		t.Errorf("TLS = %+v, sent %q", c.TLS, step(t, c, 2).Sent)
	}
}

// What is wrong does not hide what else is wrong.
func TestFindingsAreSeparate(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{Cert: sandbox.CertExpired})
	set := settings(w)
	set.TLS.Roots = x509.NewCertPool() // trusts nobody
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, overTLS("{verify: true, name: mail.example.test}")))
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.TLS, 2, "unknown authority"})
	for _, want := range []string{`not for "mail.example.test"`, "expired 10 days ago"} {
		if !strings.Contains(c.Message, want) {
			t.Errorf("message %q does not say %q", c.Message, want)
		}
	}
}

func TestInsecureTurnsFindingsIntoNotes(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{Cert: sandbox.CertWrongName})
	set := settings(w)
	set.TLS.Insecure = true
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, overTLS("{verify: true}")))
	c := only(t, &d)
	expect(t, c, pass)
	if c.TLS.ChainFinding != "not checked" || !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "other.example.test") }) {
		t.Errorf("chain %q, notes %q", c.TLS.ChainFinding, c.Notes)
	}
}

func TestVerifyWarnAndFalse(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sandbox.CertKind]map[string]ending{
		sandbox.CertSelfSigned: {
			"{verify: warn}": {result.Warn, result.TLS, 2, "self-signed"}, "{verify: false}": pass,
			"{verify: warn, valid_for: {warn: 365d}}": {result.Warn, result.TLS, 2, "self-signed"},
			"{verify: warn, valid_for: 365d}":         {result.Fail, result.TLS, 2, "the limit is 365 days"},
		},
		sandbox.CertGood: {"{verify: warn}": pass},
	} {
		w := secureWorld(t, &sandbox.TLS{Cert: kind})
		for options, want := range want {
			c := playTLS(t, w, overTLS(options))
			expect(t, c, want)
			if notChecked := options == "{verify: false}"; notChecked != (c.TLS.ChainFinding == "not checked") {
				t.Errorf("%s: chain %q", options, c.TLS.ChainFinding)
			}
		}
	}
}

func TestValidFor(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{Cert: sandbox.CertSoon})
	for options, want := range map[string]ending{
		"{valid_for: 7d}":                     pass,
		"{valid_for: 30d}":                    {result.Fail, result.TLS, 2, "valid for 10 days more"},
		"{valid_for: {warn: 30d, fail: 7d}}":  {result.Warn, result.TLS, 2, "the limit is 30 days"},
		"{valid_for: {warn: 30d, fail: 14d}}": {result.Fail, result.TLS, 2, "the limit is 14 days"},
	} {
		expect(t, playTLS(t, w, overTLS(options)), want)
	}
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{ClientCert: true})
	cert, key, err := w.ClientPair()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"c.pem": cert, "k.pem": key, "both.pem": append(slices.Clone(cert), key...)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, options := range []string{"{client_cert: c.pem, client_key: k.pem}", "{client_cert: both.pem}", "{client_cert: both.pem, max: 1.2}"} {
		all, err := scenarios.Parse(filepath.Join(dir, "test.yaml"), []byte(overTLS(options)))
		if err != nil {
			t.Fatal(err)
		}
		d, err := dialogue.New(t.Context(), all[0], dialogue.NewRun(trusting(t, w)))
		if err != nil {
			t.Fatal(err)
		}
		got := playWith(t, t.Context(), runner(t, w), []probe.Check{d})
		expect(t, only(t, &got), pass)
	}
	for options, want := range map[string]string{
		"{client_cert: none.pem}":                      "there is no file",
		"{client_cert: k.pem}":                         "client certificate: failed to find",
		"{client_cert: c.pem, client_key: both.pem.x}": "there is no file",
	} {
		all, err := scenarios.Parse(filepath.Join(dir, "test.yaml"), []byte(overTLS(options)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dialogue.New(t.Context(), all[0], dialogue.NewRun(settings(w))); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "test.yaml:4:") {
			t.Errorf("NewDialogue with %s: %v; want %q and the place", options, err, want)
		}
	}
}

func TestCiphersAndCurves(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{})
	c := playTLS(t, w, overTLS("{max: 1.2, ciphers: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256], curves: P-384}"))
	expect(t, c, pass)
	if c.TLS.Cipher != "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" || c.TLS.Curve != "P-384" || c.TLS.Version != "TLS 1.2" {
		t.Errorf("TLS = %+v", c.TLS)
	}
	c = playTLS(t, w, overTLS("{curves: [X25519MLKEM768]}"))
	expect(t, c, pass)
	if c.TLS.Curve != "X25519MLKEM768" {
		t.Errorf("curve = %q", c.TLS.Curve)
	}
}

// A further session with the same address takes up the first, but no session
// of another address.
func TestResumption(t *testing.T) {
	t.Parallel()
	w := start(t, "@ MX 10 mx1\nmx1 A 192.0.2.10\nmx1 A 192.0.2.11\n", sandbox.Server{TLS: &sandbox.TLS{}})
	for options, want := range map[string]bool{"{verify: true}": true, "{resume: false}": false, "{max: 1.2}": true} {
		src := overTLS(options) + "---\n" + overTLS(options)
		d := playWith(t, t.Context(), runner(t, w), checks(t, trusting(t, w), src))
		for _, a := range d.Hosts[0].Addresses {
			first, second := a.Checks[0], a.Checks[1]
			if first.Status != result.Pass || second.Status != result.Pass || first.TLS.Resumed || second.TLS.Resumed != want {
				t.Errorf("%s, %s: resumed %v and %v; want false and %v", options, a.IP, first.TLS.Resumed, second.TLS.Resumed, want)
			}
			if len(second.TLS.Chain) != 2 || second.TLS.ChainFinding != "ok" {
				t.Errorf("%s: the resumed session shows %+v", options, second.TLS)
			}
		}
	}
}

func TestImplicitTLS(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{Implicit: true})
	c := playTLS(t, w, "tls: {verify: true}\nsteps:\n  - send: EHLO ${helo}\n    if: tls\n    lacks: STARTTLS\n  - {send: STARTTLS, expect: 503}\n")
	expect(t, c, pass)
	if c.TLS == nil || !c.TLS.Implicit || c.Steps[0].Code != 220 {
		t.Errorf("TLS = %+v, first step %+v", c.TLS, c.Steps[0])
	}
	for options, want := range map[string]ending{
		"{verify: true, name: other.test}":                  {result.Fail, result.TLS, 0, `not for "other.test"`},
		"{max: 1.2, ciphers: TLS_RSA_WITH_AES_128_CBC_SHA}": {result.Fail, result.TLS, 0, "handshake failure"},
		"{valid_for: {warn: 365d}}":                         {result.Warn, result.TLS, 0, "the limit is 365 days"},
	} {
		expect(t, playTLS(t, w, "tls: "+options+"\nsteps:\n  - EHLO ${helo}\n"), want)
	}
	clear := start(t, oneHost, sandbox.Server{Ports: []uint16{465}})
	d := play(t, clear, "tls: implicit\nsteps:\n  - EHLO ${helo}\n")
	c = only(t, &d)
	expect(t, c, ending{result.Fail, result.TLS, 0, `not TLS: "220 m"`})
	if !strings.Contains(c.Hint, "STARTTLS") {
		t.Errorf("hint = %q", c.Hint)
	}
}

func TestCloseTLS(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{})
	c := playTLS(t, w, "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n  - close: tls\n  - {expect: 250, if: tls}\n  - expect: eof\n")
	expect(t, c, pass)
	c = playTLS(t, w, "steps:\n  - EHLO ${helo}\n  - close: tls\n")
	expect(t, c, ending{result.Inconclusive, result.Local, 2, "no TLS to end"})
}

// A server that answers under TLS what came in clear is vulnerable
// (CVE-2011-0411).
func TestStartTLSInjection(t *testing.T) {
	t.Parallel()
	src, ok := scenarios.Builtin("@starttls-injection")
	if !ok {
		t.Fatal("there is no @starttls-injection")
	}
	for _, tc := range []struct {
		name  string
		tls   sandbox.TLS
		rules []sandbox.Rule
		want  ending
	}{
		{"sound", sandbox.TLS{}, nil, pass},
		{"vulnerable", sandbox.TLS{KeepsPlaintext: true}, nil, ending{result.Fail, result.Reply, 3, "expected 250, got 500"}},
		{"refuses", sandbox.TLS{}, []sandbox.Rule{{On: "STARTTLS", Reply: "554 5.5.1 no commands behind STARTTLS", Close: true}}, pass},
		{"takes it for TLS", sandbox.TLS{}, []sandbox.Rule{{On: "STARTTLS", Func: breakOff}}, pass},
		{"not offered", sandbox.TLS{Implicit: true}, nil, ending{result.Skip, result.Condition, -1, "does not offer STARTTLS"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := string(src)
			if tc.tls.Implicit {
				s = strings.Replace(s, "steps:", "tls: implicit\nsteps:", 1)
			}
			expect(t, playTLS(t, secureWorld(t, &tc.tls, tc.rules...), s), tc.want)
		})
	}
}

// breakOff takes STARTTLS and ends the handshake.
func breakOff(c *sandbox.Conn, _ string) {
	_ = c.Reply("220 go ahead")
	_ = tls.Server(&unreadable{c.NetConn()}, &tls.Config{}).Handshake()
	c.Close()
}

// unreadable is a connection whose first bytes are no TLS.
type unreadable struct{ net.Conn }

func (u *unreadable) Read(p []byte) (int, error) { return copy(p, "XMXPROBE\r\n"), nil }

func TestHandshakeTimesOut(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "STARTTLS", Reply: "220 go ahead", Hang: true})
	d := play(t, w, "steps:\n  - EHLO ${helo}\n  - starttls: {}\n    timeout: 200ms\n")
	expect(t, only(t, &d), ending{result.Fail, result.TLS, 2, "the handshake was not complete after 200ms"})
}

// The end of the run ends a handshake that hangs, and is not the server's
// fault.
func TestRunEndsDuringHandshake(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := with(t, sandbox.Rule{On: "STARTTLS", Func: func(c *sandbox.Conn, _ string) {
		_ = c.Reply("220 go ahead")
		_, _ = c.NetConn().Read(make([]byte, 1)) // the client has begun
		cancel()
		c.Hang()
	}})
	d := playWith(t, ctx, runner(t, w), checks(t, settings(w), overTLS("{}")))
	expect(t, only(t, &d), ending{result.Inconclusive, result.Interrupted, 2, "stopped"})
}

func TestPreviewOfTLS(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]string{
		"steps: [STARTTLS, {close: tls}]":                                          {"STARTTLS", "(TLS handshake, if the answer is 220)", "(end TLS)", "QUIT"},
		"tls: implicit\nsteps: [NOOP]":                                             {"(TLS handshake)", "NOOP", "QUIT"},
		"steps:\n  - starttls: {line: \"STARTTLS\\r\\nNOOP\"}\n    if: STARTTLS\n": {`STARTTLS\x0d\x0aNOOP   [if STARTTLS]`, "(TLS handshake, if the answer is 220)   [if STARTTLS]", "QUIT"},
	} {
		d, err := dialogue.New(t.Context(), parse(t, src)[0], dialogue.NewRun(settings(nil)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Preview(probe.Target{}); err != nil || !slices.Equal(got, want) {
			t.Errorf("preview of %q = %q, %v; want %q", src, got, err, want)
		}
		var ports []uint16
		if strings.HasPrefix(src, "tls:") {
			ports = []uint16{465}
		}
		if got := d.Ports(); !slices.Equal(got, ports) {
			t.Errorf("ports of %q = %d; want %d", src, got, ports)
		}
	}
}

func TestStartTLSBuiltins(t *testing.T) {
	t.Parallel()
	late := sandbox.Rule{On: "MAIL", Reply: "530 5.7.0 Must issue a STARTTLS command first"}
	for _, tc := range []struct {
		name, builtin string
		tls           *sandbox.TLS
		rules         []sandbox.Rule
		want          ending
	}{
		{"good", "@starttls", &sandbox.TLS{}, nil, pass},
		{"not offered", "@starttls", nil, nil, ending{result.Fail, result.Reply, 1, "does not offer STARTTLS"}},
		{"soon", "@starttls", &sandbox.TLS{Cert: sandbox.CertSoon}, nil, ending{result.Warn, result.TLS, 2, "valid for 10 days more"}},
		{"wrong name", "@starttls", &sandbox.TLS{Cert: sandbox.CertWrongName}, nil, ending{result.Warn, result.TLS, 2, "not for"}},
		{"old", "@starttls", &sandbox.TLS{Max: "1.1"}, nil, ending{result.Fail, result.TLS, 2, "TLS 1.1 only"}},
		{"offered again", "@starttls", &sandbox.TLS{Again: true}, nil, ending{result.Fail, result.Reply, 3, "offers STARTTLS"}},
		{"required", "@tls-required", &sandbox.TLS{}, []sandbox.Rule{late}, pass},
		{"not required", "@tls-required", &sandbox.TLS{}, nil, ending{result.Fail, result.Reply, 2, "expected 530, got 250"}},
		{"required, but bad", "@tls-required", &sandbox.TLS{Cert: sandbox.CertExpired}, []sandbox.Rule{late}, ending{result.Fail, result.TLS, 3, "expired"}},
	} {
		t.Run(tc.builtin+" "+tc.name, func(t *testing.T) {
			t.Parallel()
			src, ok := scenarios.Builtin(tc.builtin)
			if !ok {
				t.Fatalf("there is no %s", tc.builtin)
			}
			w := start(t, oneHost, sandbox.Server{TLS: tc.tls, Rules: tc.rules})
			set := settings(w)
			if tc.tls != nil {
				set = trusting(t, w)
			}
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, string(src)))
			expect(t, only(t, &d), tc.want)
		})
	}
}
