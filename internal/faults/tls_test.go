//go:build linux

package faults

import (
	"mxprobe/internal/sandbox"
)

// The scenarios of TLS: what a certificate is worth, and whether TLS is to be
// had at all.
const (
	verified  = "name: fault\nsteps:\n  - EHLO ${helo}\n  - starttls: {verify: true}\n  - EHLO ${helo}\n"
	encrypted = "name: fault\nsteps:\n  - EHLO ${helo}\n  - STARTTLS\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n"
	patient   = "name: fault\nsteps:\n  - EHLO ${helo}\n  - {starttls: {}, timeout: 1s}\n  - EHLO ${helo}\n"
)

// handshakes are the faults of STARTTLS and of TLS from the first byte.
func handshakes() []fault {
	sound := sandbox.Server{TLS: &sandbox.TLS{}}
	cert := func(name string, kind sandbox.CertKind, says string) fault {
		return fault{
			name: name, server: sandbox.Server{TLS: &sandbox.TLS{Cert: kind}}, scenario: verified,
			want: want{"fail", "tls", "tls-certificate", 1, says},
		}
	}
	behind := func(name string, do func(c *sandbox.Conn), w want) fault {
		return fault{name: name, server: sound, scenario: encrypted, want: w, rules: speaks("STARTTLS", func(c *sandbox.Conn) {
			_ = c.Reply("220 2.0.0 go on")
			// Nothing comes before the client has begun with TLS.
			_, _ = c.NetConn().Read(make([]byte, 4096))
			do(c)
		})}
	}
	under := func(name string, place string, r sandbox.Rule, w want) fault {
		return fault{name: name, server: sound, scenario: encrypted, rules: on(place, r), want: w}
	}
	broken := func(says string) want { return want{"fail", "tls", "tls-handshake", 1, says} }
	all := []fault{
		{name: "TLS as it should be", server: sound, scenario: verified, want: passes},
		{name: "STARTTLS is not offered", scenario: steps("\n  - {send: \"EHLO ${helo}\", offers: STARTTLS}\n"), want: refused("").saying("STARTTLS")},
		{name: "454 to STARTTLS", server: sound, scenario: encrypted, rules: says("STARTTLS", "454 4.7.0 TLS not available due to local problem"), want: later("tls-broken-server")},
		{name: "502 to STARTTLS", scenario: encrypted, want: refused("command-unknown")},
		{name: "554 to STARTTLS", server: sound, scenario: encrypted, rules: says("STARTTLS", "554 5.3.0 No"), want: refused("")},
		{name: "421 to STARTTLS", server: sound, scenario: encrypted, rules: says("STARTTLS", "421 4.3.2 Service shutting down"), want: later("server-closing")},
		{name: "closed at STARTTLS", server: sound, scenario: encrypted, rules: on("STARTTLS", sandbox.Rule{Close: true}), want: closed.of("tls-broken-server")},
		{name: "reset at STARTTLS", server: sound, scenario: encrypted, rules: on("STARTTLS", sandbox.Rule{Reset: true}), want: reset.of("tls-broken-server")},
		{name: "silence at STARTTLS", server: sound, scenario: patient, rules: on("STARTTLS", sandbox.Rule{Hang: true}), within: waiting, want: silent},
		{name: "a reply in clear behind the 220", server: sound, scenario: encrypted, rules: raw("STARTTLS", "220 go on\r\n250 injected\r\n"), want: want{"fail", "tls", "", 1, "before the handshake"}},
		behind("a reply in clear in place of TLS", func(c *sandbox.Conn) { _ = c.Reply("250 who needs TLS"); c.Hang() }, broken("")),
		behind("closed in place of TLS", func(c *sandbox.Conn) { c.Close() }, broken("closed").of("tls-broken-server")),
		behind("reset in place of TLS", func(c *sandbox.Conn) { c.Reset() }, broken("reset").of("tls-broken-server")),
		behind("an alert in place of TLS", func(c *sandbox.Conn) { _, _ = c.Write([]byte("\x15\x03\x01\x00\x02\x02\x28")); c.Hang() }, broken("handshake failure")),
		behind("bytes that are no TLS", func(c *sandbox.Conn) { _, _ = c.Write([]byte("\x00\xff\xfe\x16\x03\x00\x00\x00")); c.Hang() }, broken("")),
		behind("a record of TLS of 64 KiB", func(c *sandbox.Conn) {
			_, _ = c.Write([]byte("\x16\x03\x03\xff\xff" + string(make([]byte, 65535))))
			c.Hang()
		}, broken("")),
		cert("a certificate that has expired", sandbox.CertExpired, "expired"),
		cert("a certificate that is not valid yet", sandbox.CertNotYetValid, "not valid yet"),
		cert("a certificate for another name", sandbox.CertWrongName, "is not for"),
		cert("a certificate of nobody", sandbox.CertSelfSigned, "self-signed"),
		cert("an intermediate certificate is missing", sandbox.CertMissingIntermediate, "intermediate"),
		{name: "a key that does not fit the certificate", server: sandbox.Server{TLS: &sandbox.TLS{Cert: sandbox.CertWrongKey}}, scenario: verified, want: want{"fail", "tls", "tls-broken-server", 1, "key"}},
		{
			name: "a certificate that ends soon", server: sandbox.Server{TLS: &sandbox.TLS{Cert: sandbox.CertSoon}},
			scenario: steps("\n  - EHLO ${helo}\n  - starttls: {verify: true, valid_for: {warn: 21d, fail: 7d}}\n"), want: want{"warn", "tls", "", 0, ""},
		},
		{name: "TLS 1.0 alone", server: sandbox.Server{TLS: &sandbox.TLS{Max: "1.0"}}, scenario: encrypted, want: broken("TLS 1.0")},
		{name: "TLS 1.1 alone", server: sandbox.Server{TLS: &sandbox.TLS{Max: "1.1"}}, scenario: encrypted, want: broken("TLS 1.1")},
		{name: "a client certificate is wanted", server: sandbox.Server{TLS: &sandbox.TLS{ClientCert: true}}, scenario: encrypted, want: want{"fail", "tls", "tls-client-certificate", 1, "certificate"}},
		{name: "TLS from the first byte, spoken to in clear", server: sandbox.Server{TLS: &sandbox.TLS{Implicit: true}}, scenario: "timeout: 1s\n" + steps(ask), within: waiting, want: silent.saying("TLS from the first byte")},
		{name: "a server in clear, spoken to in TLS", scenario: "tls: implicit\n" + steps(ask), want: broken("")},
		under("closed under TLS", "MAIL", sandbox.Rule{Close: true}, closed),
		under("reset under TLS", "MAIL", sandbox.Rule{Reset: true}, reset),
		under("421 under TLS", "MAIL", sandbox.Rule{Reply: "421 4.3.2 Service shutting down"}, later("server-closing")),
		under("two replies in one record of TLS", "MAIL", sandbox.Rule{Raw: "250 ok\r\n550 5.0.0 No\r\n"}, outOfStep),
		under("what is no reply under TLS", "MAIL", sandbox.Rule{Raw: "hello there\r\n"}, protocol("not-smtp", "hello there")),
		behindTLS("bytes in clear under TLS", "250 in clear\r\n"),
	}
	silence := behind("silence in place of TLS", func(c *sandbox.Conn) { c.Hang() }, broken("not complete"))
	silence.scenario, silence.within = patient, waiting
	return append(append(all, silence), vouched()...)
}

// vouched are the faults of DANE.
func vouched() []fault {
	const dane = "name: fault\nsteps:\n  - EHLO ${helo}\n  - starttls: {verify: dane}\n  - EHLO ${helo}\n"
	with := func(name string, w want, records ...string) fault {
		return fault{name: "DANE: " + name, server: sandbox.Server{TLS: &sandbox.TLS{Cert: sandbox.CertSelfSigned}, TLSA: records}, authentic: true, scenario: dane, want: w}
	}
	failing := with("the look-up fails", want{"fail", "dns", "", 1, ""}, "3 1 1")
	failing.names = []sandbox.Fault{{Name: "_*._tcp.*", Answer: sandbox.ServFail}}
	bare := with("STARTTLS is not offered", want{"fail", "tls", "", 1, "not offered"}, "3 1 1")
	bare.rules = says("EHLO", "250-mx1.example.test\n250 PIPELINING")
	blind := with("the resolver does not validate", want{"inconclusive", "resolver", "", 3, ""}, "3 1 1")
	blind.authentic = false
	return []fault{
		with("a record that fits", passes, "3 1 1"),
		with("no record", want{"skip", "condition", "", 0, ""}),
		with("a record that does not fit", want{"fail", "tls", "", 1, "TLSA"}, "3 1 1 wrong"),
		with("a record that nobody can use", want{"warn", "dns", "", 0, ""}, "1 1 1"),
		failing, bare, blind,
	}
}

// behindTLS is a server that leaves TLS without a word.
func behindTLS(name, text string) fault {
	return fault{
		name: name, server: sandbox.Server{TLS: &sandbox.TLS{}}, scenario: encrypted,
		rules: speaks("MAIL", func(c *sandbox.Conn) { _, _ = c.NetConn().Write([]byte(text)); c.Hang() }),
		want:  want{"fail", "tls", "tls-handshake", 1, ""},
	}
}
