//go:build linux

package faults

import (
	"strings"
	"time"

	"mxprobe/internal/sandbox"
)

// policies are the faults of MTA-STS: of the record, and of the web server
// that has the policy. A record without a policy that can be had is a warning,
// since senders go on as if there was none (RFC 8461 section 5).
func policies() []fault {
	const (
		zone    = "@ MX 10 mx1\nmx1 A 192.0.2.10\nmta-sts A 192.0.2.20\n_mta-sts TXT \"v=STSv1; id=1;\"\n"
		enforce = "version: STSv1\nmode: enforce\nmx: mx1.example.test\nmax_age: 604800\n"
	)
	scenario := steps("\n  - EHLO ${helo}\n  - starttls: {verify: mta-sts}\n  - EHLO ${helo}\n")
	policy := func(name string, h sandbox.HTTPS, cert sandbox.CertKind, w want) fault {
		return fault{
			name: "MTA-STS: " + name, zone: zone, server: sandbox.Server{TLS: &sandbox.TLS{}}, scenario: scenario, want: w, within: 40 * time.Second,
			others: []sandbox.Server{{Name: "mta-sts.example.test", HTTPS: &h, TLS: &sandbox.TLS{Cert: cert}}},
			args:   "--connect-to mta-sts.example.test:443=${policy}",
		}
	}
	none := want{"warn", "tls", "", 0, "no policy"}
	all := []fault{
		policy("as it should be", sandbox.HTTPS{Body: enforce}, "", passes),
		policy("the policy names another host", sandbox.HTTPS{Body: strings.Replace(enforce, "mx1", "mx2", 1)}, "", want{"fail", "tls", "", 1, ""}),
		policy("the same in mode testing", sandbox.HTTPS{Body: strings.NewReplacer("mx1", "mx2", "enforce", "testing").Replace(enforce)}, "", want{"warn", "tls", "", 0, ""}),
		policy("mode none", sandbox.HTTPS{Body: "version: STSv1\nmode: none\nmax_age: 604800\n"}, "", want{"skip", "condition", "", 0, ""}),
		policy("404", sandbox.HTTPS{Status: 404, Body: "not found\n"}, "", none),
		policy("a redirect", sandbox.HTTPS{Status: 302, Location: "https://mta-sts.example.test/elsewhere"}, "", none),
		policy("a web page", sandbox.HTTPS{Type: "text/html", Body: "<!DOCTYPE html><html><body>Welcome</body></html>\n"}, "", none),
		policy("a policy without end", sandbox.HTTPS{Body: enforce, Endless: true}, "", none),
		policy("a certificate for another name", sandbox.HTTPS{Body: enforce}, sandbox.CertWrongName, none),
		policy("a certificate that has expired", sandbox.HTTPS{Body: enforce}, sandbox.CertExpired, none),
		policy("a certificate of nobody", sandbox.HTTPS{Body: enforce}, sandbox.CertSelfSigned, none),
		policy("silence", sandbox.HTTPS{Body: enforce, Delay: time.Hour}, "", want{"warn", "timeout", "", 0, "no policy"}),
	}
	refused := policy("nothing listens", sandbox.HTTPS{Body: enforce}, "", want{"warn", "refused", "", 0, "no policy"})
	refused.args = "--connect-to mta-sts.example.test:443=127.0.0.1:1"
	two := policy("two records", sandbox.HTTPS{Body: enforce}, "", want{"warn", "dns", "", 0, ""})
	two.zone += "_mta-sts TXT \"v=STSv1; id=2;\"\n"
	no := policy("no record", sandbox.HTTPS{Body: enforce}, "", want{"skip", "condition", "", 0, ""})
	no.zone = "@ MX 10 mx1\nmx1 A 192.0.2.10\nmta-sts A 192.0.2.20\n"
	failing := policy("the record cannot be looked up", sandbox.HTTPS{Body: enforce}, "", want{"warn", "dns", "", 0, ""})
	failing.names = []sandbox.Fault{{Name: "_mta-sts.*", Answer: sandbox.ServFail}}
	bare := policy("no STARTTLS, although the policy enforces it", sandbox.HTTPS{Body: enforce}, "", want{"fail", "tls", "", 1, "not offered"})
	bare.server = sandbox.Server{}
	return append(all, refused, two, no, failing, bare)
}

// ways are the faults of a SOCKS5 proxy (RFC 1928): its own say nothing of the
// server, what it says of the server counts.
func ways() []fault {
	through := func(name string, do func(p *peer), w want) fault {
		return fault{name: "a proxy: " + name, peer: do, args: "--proxy socks5://${peer} --connect-timeout 2s", want: w}
	}
	code := func(name string, code byte, w want) fault {
		return through(name, func(p *peer) {
			read(p, 3)
			p.say("\x05\x00")
			read(p, 10)
			p.say("\x05" + string(rune(code)) + "\x00\x01\x00\x00\x00\x00\x00\x00")
			p.hear()
		}, w)
	}
	unreachable := want{"fail", "unreachable", "connect-unreachable", 1, "the proxy says"}
	return []fault{
		code("code 1, a failure of its own", 1, nothingSent),
		code("code 2, not allowed", 2, nothingSent),
		code("code 3, network unreachable", 3, unreachable),
		code("code 4, host unreachable", 4, unreachable),
		code("code 5, connection refused", 5, want{"fail", "refused", "connect-refused", 1, ""}),
		code("code 6, TTL expired", 6, unreachable.saying("TTL expired")),
		code("code 7, command not supported", 7, nothingSent),
		code("code 8, address type not supported", 8, nothingSent),
		code("code 99", 99, nothingSent),
		through("silence", func(p *peer) { p.hear() }, nothingSent),
		through("closed at once", func(*peer) {}, nothingSent),
		through("another service", func(p *peer) { p.say("220 mx1 ESMTP\r\n"); p.hear() }, nothingSent),
		through("a login is wanted", func(p *peer) { read(p, 3); p.say("\x05\xff"); p.hear() }, nothingSent),
		through("bytes without end", func(p *peer) { p.flood("\x05\x00") }, nothingSent),
		{name: "a proxy: nothing listens", args: "--proxy socks5://127.0.0.1:1", want: nothingSent},
	}
}

// read takes n bytes, or what comes.
func read(p *peer, n int) {
	buf := make([]byte, n)
	for got := 0; got < n; {
		k, err := p.Read(buf[got:])
		if err != nil {
			return
		}
		got += k
	}
}
