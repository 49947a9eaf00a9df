package dialogue_test

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Chain, name and dates are three findings, each with its reason; the name
// is that of the mail exchanger (RFC 7672 section 3.2.3, RFC 9525).
func TestTrap29CertificateFindings(t *testing.T) {
	t.Parallel()
	const ok = "ok"
	for _, tc := range []struct {
		kind               sandbox.CertKind
		chain, name, dates string
	}{
		{sandbox.CertGood, ok, ok, ok},
		{sandbox.CertExpired, ok, ok, "expired 10 days ago"},
		{sandbox.CertNotYetValid, ok, ok, "not valid yet: it begins in 9 days"},
		{sandbox.CertSelfSigned, "self-signed certificate", ok, ok},
		{sandbox.CertWrongName, ok, `not for "mx1.example.test" but for other.example.test`, ok},
		{sandbox.CertMissingIntermediate, `missing intermediate certificate: the server does not send that of the issuer "CN=mxprobe sandbox intermediate"`, ok, ok},
	} {
		t.Run(string(tc.kind), func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &sandbox.TLS{Cert: tc.kind})
			for verify, want := range map[string]result.Verdict{"{verify: true}": result.Fail, "{}": result.Pass} {
				c := playTLS(t, w, overTLS(verify))
				if tc.kind == sandbox.CertGood {
					want = result.Pass
				}
				if c.Status != want || c.Status == result.Fail && (c.Reason != result.TLS || *c.FailedStep != 2) {
					t.Errorf("%s: %v, %q at step %v: %s; want %v", verify, c.Status, c.Reason, c.FailedStep, c.Message, want)
				}
				for _, f := range [][2]string{{tc.chain, c.TLS.ChainFinding}, {tc.name, c.TLS.NameFinding}, {tc.dates, c.TLS.DatesFinding}} {
					if !strings.Contains(f[1], f[0]) || f[0] == ok && f[1] != ok {
						t.Errorf("%s: finding %q; want %q", verify, f[1], f[0])
					}
					said := c.Message + strings.Join(c.Notes, "\n")
					if f[0] != ok && !strings.Contains(said, f[0]) {
						t.Errorf("%s: message and notes %q do not say %q", verify, said, f[0])
					}
				}
			}
		})
	}
}

// Bytes behind the 220 came in clear and must not be taken for something
// said under TLS (RFC 3207 section 6).
func TestTrap24BytesBehindThe220(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{}, sandbox.Rule{On: "STARTTLS", Reply: "220 go ahead", Extra: "250 injected\r\n"})
	c := playTLS(t, w, overTLS("{}"))
	expect(t, c, ending{result.Fail, result.TLS, 2, `bytes before the handshake: the server sent "250 injected\x0d\x0a" in clear`})
	if got := received(t, w); !slices.Equal(got, []string{"EHLO probe.example.net", "STARTTLS"}) {
		t.Errorf("the server got %q; want nothing after STARTTLS", got)
	}
}

// What was offered in clear counts no more, and both lists are compared (RFC
// 3207 section 4.2).
func TestTrap25KeywordsAreForgotten(t *testing.T) {
	t.Parallel()
	once := sandbox.Rule{On: "EHLO", Times: 1, Reply: "250-mx1\n250-STARTTLS\n250-ETRN\n250 SIZE 1"}
	w := secureWorld(t, &sandbox.TLS{}, once)
	c := playTLS(t, w, `
if: ETRN
steps:
  - EHLO ${helo}
  - starttls: {}
  - {send: NOOP, if: ETRN, expect: 599}
  - {send: NOOP, if: SIZE, expect: 599}
  - send: EHLO ${helo}
    offers: DSN
    lacks: [ETRN, STARTTLS]
  - {send: NOOP, if: [tls, DSN]}
  - {send: NOOP, unless: tls, expect: 599}
`)
	expect(t, c, pass)
	notes := strings.Join(c.Notes, "\n")
	for _, want := range []string{"offered under TLS only: PIPELINING, SIZE 10485760", "offered without TLS only: ETRN, SIZE 1"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q; want %q", notes, want)
		}
	}
	if strings.Contains(notes, "STARTTLS") {
		t.Errorf("notes %q; STARTTLS has to be gone", notes)
	}
	if s := step(t, c, 3); s.Status != result.Skip {
		t.Errorf("step 3 is %v; want skip: keywords from before count no more", s.Status)
	}
}

// Anything but 220 makes no handshake; 4xx is temporary (RFC 3207 section 4).
func TestTrap26OtherAnswersToStartTLS(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, reply, step string
		want              ending
	}{
		{"454", "454 4.7.0 TLS not available", "starttls: {}", ending{result.Inconclusive, result.Temporary, 2, "454"}},
		{"454 as expected", "454 4.7.0 TLS not available", "starttls: {}\n    expect: 454", pass},
		{"501", "501 no", "STARTTLS", ending{result.Fail, result.Reply, 2, "expected 220, got 501"}},
		{"250", "250 ok", "starttls: {}", ending{result.Fail, result.Reply, 2, "expected 220, got 250"}},
		{"pass_if", "502 no", "starttls: {}\n    pass_if: 5xx", pass},
		{"220 against expectation", "", "starttls: {}\n    expect: 454", ending{result.Fail, result.Reply, 2, "expected 454, got 220"}},
		{"an argument", "", "STARTTLS now", ending{result.Fail, result.Reply, 2, "expected 2xx, got 501"}},
		{"an argument in the options", "", "starttls: {line: STARTTLS now}\n    expect: 501", pass},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var rules []sandbox.Rule
			if tc.reply != "" {
				rules = append(rules, sandbox.Rule{On: "STARTTLS", Reply: tc.reply})
			}
			c := playTLS(t, secureWorld(t, &sandbox.TLS{}, rules...), "steps:\n  - EHLO ${helo}\n  - "+tc.step+"\n")
			expect(t, c, tc.want)
			if c.TLS != nil {
				t.Errorf("TLS = %+v; want none", c.TLS)
			}
		})
	}
}

// Offered again, or taken, under TLS is a finding.
func TestTrap26StartTLSUnderTLS(t *testing.T) {
	t.Parallel()
	again := "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n  - "
	c := playTLS(t, secureWorld(t, &sandbox.TLS{}), again+"{send: STARTTLS, expect: 503}\n")
	expect(t, c, pass)
	c = playTLS(t, secureWorld(t, &sandbox.TLS{Again: true}), again+"STARTTLS\n  - EHLO ${helo}\n")
	expect(t, c, pass)
	if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, "offered again under TLS") {
		t.Errorf("notes %q", notes)
	}
	if notes := strings.Join(step(t, c, 4).Notes, "\n"); !strings.Contains(notes, "takes STARTTLS under TLS") {
		t.Errorf("notes of the second STARTTLS %q", notes)
	}
}

// Nothing is sent behind STARTTLS before the handshake is done (RFC 2920
// section 3.1, RFC 3207 section 4).
func TestTrap27StartTLSEndsAGroup(t *testing.T) {
	t.Parallel()
	w := secureWorld(t, &sandbox.TLS{})
	c := playTLS(t, w, "pipeline: auto\nsteps:\n  - EHLO ${helo}\n  - NOOP\n  - STARTTLS\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n  - RSET\n")
	expect(t, c, pass)
	chunks := w.Sessions()[0].Chunks
	i := slices.IndexFunc(chunks, func(s string) bool { return strings.Contains(s, "STARTTLS") })
	if i < 0 || !strings.HasSuffix(chunks[i], "STARTTLS\r\n") || chunks[i+1] != "EHLO probe.example.net\r\n" {
		t.Errorf("the server got %q; want nothing behind STARTTLS, and EHLO alone", chunks)
	}
}

// STARTTLS as a line of a pipeline would have what follows read as TLS.
func TestTrap27NotInsideAPipeline(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"STARTTLS", "starttls: {}"} {
		_, err := scenarios.Parse("test.yaml", []byte("steps:\n  - pipeline:\n      - "+line+"\n      - NOOP\n"))
		if err == nil || !strings.Contains(err.Error(), "starttls cannot stand in a pipeline") {
			t.Errorf("%s in a pipeline: %v; want an error", line, err)
		}
	}
}

// After a failed handshake the connection is of no use: not even QUIT is
// said in clear (RFC 3207 section 4.1).
func TestTrap28FailedHandshakeEndsTheSession(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, options string
		tls           sandbox.TLS
		message       string
	}{
		{"a key that does not fit", "{}", sandbox.TLS{Cert: sandbox.CertWrongKey}, "the server's key does not fit its certificate"},
		{"nothing in common", "{max: 1.2}", sandbox.TLS{Min: "1.3"}, `alert "protocol version not supported": it speaks nothing as old as TLS 1.2`},
		{"no cipher in common", "{max: 1.2, ciphers: TLS_RSA_WITH_AES_128_CBC_SHA}", sandbox.TLS{}, `alert "handshake failure"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &tc.tls)
			c := playTLS(t, w, overTLS(tc.options))
			expect(t, c, ending{result.Fail, result.TLS, 2, tc.message})
			if got := received(t, w); got[len(got)-1] != "STARTTLS" {
				t.Errorf("the server got %q; want nothing after STARTTLS", got)
			}
			if step(t, c, 3).Status != result.NotRun {
				t.Errorf("EHLO in clear was %v", step(t, c, 3).Status)
			}
		})
	}
}

// An address is never asked for by SNI (RFC 6066 section 3), and an address
// literal is compared with the addresses in the certificate.
func TestTrap30NameAskedFor(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		server, options, sni, reference, finding string
	}{
		{"mx1.example.test", "{verify: true}", "mx1.example.test", "mx1.example.test", "ok"},
		{"192.0.2.10", "{verify: true}", "", "192.0.2.10", "ok"},
		{"192.0.2.10", "{verify: true, name: mx1.example.test.}", "mx1.example.test", "mx1.example.test", "ok"},
		{"mx1.example.test", "{name: '[IPv6:2001:db8::1]'}", "", "2001:db8::1", `not for "2001:db8::1"`},
	} {
		w := secureWorld(t, &sandbox.TLS{})
		set, r := trusting(t, w), runner(t, w)
		var got result.Domain
		for d := range r.Run(t.Context(), slices.Values([]probe.Request{{Server: tc.server, Checks: checks(t, set, overTLS(tc.options))}})) {
			got = d
		}
		c := only(t, &got)
		if shakes := w.Sessions()[0].Handshakes; !slices.Equal(shakes, []string{strings.TrimSpace("TLS 1.3 " + tc.sni)}) {
			t.Errorf("%s %s: the server saw %q", tc.server, tc.options, shakes)
		}
		if c.Status != result.Pass || c.TLS == nil || c.TLS.SNI != tc.sni || c.TLS.Reference != tc.reference || !strings.Contains(c.TLS.NameFinding, tc.finding) {
			t.Errorf("%s %s: %v %s, TLS = %+v", tc.server, tc.options, c.Status, c.Message, c.TLS)
		}
	}
}

// TLS 1.3 servers judge the client's certificate after the handshake is done
// for the client (RFC 8446 section 4.4.2): the alert belongs to TLS, also
// where nothing but QUIT follows.
func TestTrap31LateAlert(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"EHLO follows": overTLS("{}"),
		"QUIT follows": "steps:\n  - EHLO ${helo}\n  - STARTTLS\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &sandbox.TLS{ClientCert: true})
			c := playTLS(t, w, src)
			if c.Status != result.Fail || c.Reason != result.TLS || !strings.Contains(c.Message, "client certificate") || !strings.Contains(c.Hint, "client_cert") {
				t.Errorf("%v, %q: %q, hint %q", c.Status, c.Reason, c.Message, c.Hint)
			}
		})
	}
}

// The late alert closes the connection, for a scenario that wants the server
// to close on clients without a certificate; one that takes everybody fails.
func TestTrap31LateAlertAsExpected(t *testing.T) {
	t.Parallel()
	for _, beside := range []string{"expect: eof", "pass_if: eof"} {
		src := "steps:\n  - EHLO ${helo}\n  - STARTTLS\n  - send: EHLO ${helo}\n    " + beside + "\n"
		c := playTLS(t, secureWorld(t, &sandbox.TLS{ClientCert: true}), src)
		expect(t, c, pass)
		c = playTLS(t, secureWorld(t, &sandbox.TLS{}), strings.Replace(src, "pass_if", "expect", 1))
		expect(t, c, ending{result.Fail, result.Reply, 3, "250"})
	}
}

// A server with old versions only must not look like one without TLS (RFC
// 8996 sections 4 and 5).
func TestTrap35OldVersions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		most, options string
		want          ending
	}{
		{"1.0", "{}", ending{result.Fail, result.TLS, 2, "the server speaks TLS 1.0 only, and at least TLS 1.2 is asked for"}},
		{"1.1", "{}", ending{result.Fail, result.TLS, 2, "the server speaks TLS 1.1 only"}},
		{"1.2", "{min: 1.3}", ending{result.Fail, result.TLS, 2, "the server speaks TLS 1.2 only, and at least TLS 1.3"}},
		{"1.0", "{min: 1.1, max: 1.2}", ending{result.Fail, result.TLS, 2, "of TLS 1.2 and older the server speaks TLS 1.0 only"}},
		{"1.0", "{min: 1.0, verify: true}", pass},
		{"1.1", "{min: 1.0}", pass},
		{"1.3", "{min: 1.0, max: 1.0}", pass},
	} {
		w := secureWorld(t, &sandbox.TLS{Max: tc.most})
		c := playTLS(t, w, overTLS(tc.options))
		expect(t, c, tc.want)
		if got := received(t, w); tc.want.status == result.Fail && got[len(got)-1] != "STARTTLS" {
			t.Errorf("max %s, %s: the server got %q; want nothing after STARTTLS", tc.most, tc.options, got)
		}
	}
}
