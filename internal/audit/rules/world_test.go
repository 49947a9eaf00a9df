package rules

import (
	"net/netip"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/spf"
)

// now is when the worlds are looked at.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// a2048 is an RSA key with 2048 bits, a512 one with 512, as DKIM has them.
const (
	a2048 = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB"
	a512  = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ=="
)

func found(name string) facts.Lookup {
	return facts.Lookup{Name: name, State: facts.Found, Authentic: true, TTL: time.Hour}
}

func missing(name string) facts.Lookup {
	return facts.Lookup{Name: name, State: facts.NoData, Authentic: true, TTL: time.Hour}
}

func text(name string, records ...string) facts.Text {
	return facts.Text{Lookup: found(name), Records: records}
}

func reply(code int, text ...string) facts.Reply {
	return facts.Reply{State: facts.Found, Code: code, Text: text, Took: 3 * time.Millisecond}
}

func hello(name string, keywords ...string) facts.Hello {
	h := facts.Hello{Reply: reply(250, name), Name: name}
	for _, k := range keywords {
		words := strings.Fields(k)
		h.Keywords = append(h.Keywords, facts.Keyword{Name: words[0], Params: words[1:]})
	}
	return h
}

func sent(name, command string, code int, text string) facts.Probe {
	return facts.Probe{Name: name, Sent: command, Reply: reply(code, text)}
}

// sound is a domain with two hosts of which nothing bad is to be said.
func sound() *facts.Domain {
	return &facts.Domain{
		Name: "corp.example.net", Now: now,
		MX: facts.MX{
			Lookup:   found("corp.example.net"),
			Records:  []facts.MXRecord{{Preference: 10, Host: "mx1.corp.example.net"}, {Preference: 20, Host: "mx2.corp.example.net"}},
			Wildcard: facts.Lookup{Name: "zz.corp.example.net", State: facts.NoName},
		},
		Zone:   soundZone(),
		DNSSEC: facts.DNSSEC{Resolver: facts.Found, DS: found("corp.example.net"), Keys: found("corp.example.net")},
		Hosts: []facts.Host{
			soundHost("mx1.corp.example.net", 10, "8.8.1.25", "2a00:1450::25"),
			soundHost("mx2.corp.example.net", 20, "9.9.2.25", "2a01:4f8::25"),
		},
		STS: facts.STS{
			Record: text("_mta-sts.corp.example.net", "v=STSv1; id=1"), ID: "1",
			Policy: facts.STSPolicy{
				State: facts.Found, Mode: "enforce", MX: []string{"mx1.corp.example.net", "mx2.corp.example.net"}, MaxAge: 30 * 24 * time.Hour,
			},
		},
		TLSRPT: text("_smtp._tls.corp.example.net", "v=TLSRPTv1; rua=mailto:tls@corp.example.net"),
		SPF: facts.SPF{
			Text: text("corp.example.net", "hello", "v=spf1 mx -all"),
			Report: spf.Report{
				Records: []string{"corp.example.net: v=spf1 mx -all"}, Lookups: 1, All: spf.FailQualifier,
			},
		},
		DMARC: facts.DMARC{
			Walk: []facts.Text{
				text("_dmarc.corp.example.net", "v=DMARC1; p=reject; rua=mailto:d@reports.example.org"),
				{Lookup: missing("_dmarc.example.net")},
				{Lookup: missing("_dmarc.net")},
			},
			Reports: []facts.ReportAuthorisation{{Host: "reports.example.org", Text: text("corp.example.net._report._dmarc.reports.example.org", "v=DMARC1")}},
		},
		DKIM:  []facts.DKIM{{Selector: "s1", Text: text("s1._domainkey.corp.example.net", "v=DKIM1; k=rsa; p="+a2048)}},
		Keys:  missing("_domainkey.corp.example.net"),
		BIMI:  text("default._bimi.corp.example.net", "v=BIMI1; l=https://corp.example.net/logo.svg"),
		Lists: soundLists(),
		Self: &facts.Self{
			HELO: "probe.example.org", Named: found("probe.example.org"), From: "mxprobe@probe.example.org",
			Addresses: []facts.SelfAddress{{
				IP: netip.MustParseAddr("5.9.1.1"), Told: true, PTR: soundPTR("5.9.1.1", "probe.example.org"), HELOAgrees: true, SPF: "pass", SPFWhy: "a",
			}},
		},
	}
}

func soundZone() facts.Zone {
	servers := []string{"ns1.example.net", "ns2.example.org"}
	z := facts.Zone{
		SOA:    facts.SOA{Lookup: found("corp.example.net"), Zone: "corp.example.net", Serial: 7, Refresh: 14400, Retry: 3600, Expire: 2419200, NegativeMinimum: 3600},
		NS:     facts.NameServers{Lookup: found("corp.example.net"), Names: servers},
		Parent: facts.NameServers{Lookup: found("corp.example.net"), Names: servers},
	}
	for i, ip := range []string{"8.8.4.53", "9.9.4.53"} {
		z.Servers = append(z.Servers, facts.Server{Name: servers[i], Addresses: found(servers[i]), V6: found(servers[i]), Asked: []facts.ServerAnswer{{
			IP: netip.MustParseAddr(ip), SOA: found("corp.example.net"), Authoritative: true, Serial: 7,
			MX: found("corp.example.net"), Hosts: []string{"10 mx1.corp.example.net", "20 mx2.corp.example.net"},
		}}})
	}
	return z
}

func soundPTR(ip, name string) facts.PTR {
	return facts.PTR{Lookup: found(reverseName(netip.MustParseAddr(ip))), Names: []facts.Reverse{{Name: name, Forward: found(name), Confirms: true}}}
}

func soundHost(name string, preference uint16, ips ...string) facts.Host {
	h := facts.Host{
		Name: name, Preference: preference, V4: found(name), V6: found(name),
		TLSA: facts.TLSA{Lookup: found("_25._tcp." + name), Validated: true, Records: []facts.TLSARecord{
			{Usage: 3, Selector: 1, Matching: 1, Data: strings.Repeat("ab", 32)}, {Usage: 3, Selector: 1, Matching: 1, Data: strings.Repeat("cd", 32)},
		}},
	}
	for _, ip := range ips {
		h.Addresses = append(h.Addresses, soundAddress(name, ip))
	}
	return h
}

func soundAddress(name, ip string) facts.Address {
	keywords := []string{"PIPELINING", "SIZE 50000000", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "LIMITS RCPTMAX=500"}
	return facts.Address{
		IP: netip.MustParseAddr(ip), PTR: soundPTR(ip, name), Named: found(name),
		Main: facts.Session{
			State: facts.Found, Connect: 2 * time.Millisecond, Greeting: reply(220, name+" ESMTP"),
			Hello: hello(name, append(keywords, "STARTTLS")...), StartTLS: reply(220, "go on"),
			TLS:     facts.TLS{State: facts.Found, Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256"},
			Secured: hello(name, keywords...),
			Probes: []facts.Probe{
				sent(facts.ProbeSender, "MAIL FROM:<mxprobe@probe.example.org>", 250, "Ok"),
				sent(facts.ProbePostmaster, "RCPT TO:<postmaster@corp.example.net>", 250, "Ok"),
				sent(facts.ProbeAbuse, "RCPT TO:<abuse@corp.example.net>", 250, "Ok"),
			},
		},
		Manners: facts.Session{
			State: facts.Found,
			Probes: []facts.Probe{
				sent(facts.ProbePostmaster, "RCPT TO:<postmaster@corp.example.net>", 250, "Ok"),
				sent(facts.ProbeNullSender, "RCPT TO:<postmaster@corp.example.net>", 250, "Ok"),
				sent(facts.ProbeUnknown, "RCPT TO:<mxprobe-x@corp.example.net>", 550, "no such user"),
				sent(facts.ProbeOwnSender, "RCPT TO:<postmaster@corp.example.net>", 550, "not from outside"),
				sent(facts.ProbeRelay, "RCPT TO:<x@example.com>", 554, "relay access denied"),
				sent(facts.ProbeRelayHack, "RCPT TO:<x%example.com@corp.example.net>", 554, "relay access denied"),
				sent(facts.ProbeVRFY, "VRFY postmaster", 252, "cannot say"),
				sent(facts.ProbeVRFYNobody, "VRFY nobody", 252, "cannot say"),
				sent(facts.ProbeEXPN, "EXPN postmaster", 502, "not here"),
			},
		},
		Certificates: []facts.Certificate{{
			SHA256: strings.Repeat("12", 32), KeySHA256: strings.Repeat("ab", 32), Subject: name, Issuer: "An Authority",
			NotBefore: now.Add(-30 * 24 * time.Hour), NotAfter: now.Add(60 * 24 * time.Hour), Key: "ECDSA", Bits: 256, Signature: "SHA256-RSA",
			Chain: facts.Sound, NameFinding: facts.Sound, Dates: facts.Sound, TLSA: []int{0}, Judged: true,
		}},
		Versions: []facts.TLSVersion{{Name: "TLS 1.0", State: facts.NoData}, {Name: "TLS 1.1", State: facts.NoData}, {Name: "TLS 1.2", State: facts.Found}},
		Resumed:  facts.Found,
		Submission: []facts.Submission{{Port: 587, Session: facts.Session{
			State: facts.Found, Hello: hello(name, "STARTTLS"), StartTLS: reply(220, "go on"),
			TLS: facts.TLS{State: facts.Found, Version: "TLS 1.3"}, Secured: hello(name, "AUTH PLAIN"),
			Probes: []facts.Probe{sent(facts.ProbeAuth, "MAIL FROM:<>", 530, "log in first")},
		}}},
	}
}

func soundLists() []facts.List {
	listed := func(zone, subject string, addresses ...string) facts.Listing {
		l := facts.Listing{Subject: subject, Lookup: missing(subject + "." + zone)}
		for _, a := range addresses {
			l.State = facts.Found
			l.Codes = append(l.Codes, netip.MustParseAddr(a))
		}
		return l
	}
	host := listed("bl.example.org", "8.8.1.25")
	host.Host = "mx1.corp.example.net"
	ours := listed("bl.example.org", "5.9.1.1")
	ours.Ours = true
	return []facts.List{
		{
			Zone: "bl.example.org", Listed: listed("bl.example.org", "127.0.0.2", "127.0.0.2"), Unlisted: listed("bl.example.org", "127.0.0.1"),
			Answers: []facts.Listing{host, ours},
		},
		{
			Zone: "names.example.org", Domains: true, Listed: listed("names.example.org", "TEST", "127.0.0.2"),
			Unlisted: listed("names.example.org", "INVALID"), Answers: []facts.Listing{listed("names.example.org", "corp.example.net")},
		},
	}
}
