package rules

import (
	"strings"
	"testing"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// TestSeverityFollowsTheHarm: the same fault is less where mail comes through
// all the same.
func TestSeverityFollowsTheHarm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		id    string
		spoil func(*facts.Domain)
		want  result.Severity
	}{
		{"one host of two has no address", "mx.unresolvable", func(d *facts.Domain) {
			d.Hosts[1].V4.State, d.Hosts[1].V6.State, d.Hosts[1].Addresses = facts.NoData, facts.NoData, nil
		}, "warn"},
		{"one address of four is private", "mx.private", func(d *facts.Domain) { d.Hosts[0].Addresses[0].IP = addr("192.168.1.1") }, "warn"},
		{"private addresses in a laboratory", "mx.private", func(d *facts.Domain) {
			d.Name = "corp.test"
			each(d, func(a *facts.Address) { a.IP = addr("10.0.0.1") })
		}, "note"},
		{"no MX record, but an address", "mx.none", func(d *facts.Domain) {
			d.MX.State, d.MX.Records, d.MX.Implicit = facts.NoData, nil, found("corp.example.net")
		}, "warn"},
		{"no MX record, and nobody knows of an address", "mx.none", func(d *facts.Domain) {
			d.MX.State, d.MX.Records, d.MX.Implicit = facts.NoData, nil, facts.Lookup{State: facts.Failed}
		}, "inconclusive"},
		{"a temporary greeting", "greeting.code", onMain(func(m *facts.Session) { m.Greeting = reply(421, "busy") }), "inconclusive"},
		{"a greeting that refuses us", "greeting.code", onMain(func(m *facts.Session) {
			m.Greeting = reply(554, "your address is listed")
			m.Greeting.Ours = true
		}), "inconclusive"},
		{"a greylisted postmaster", "behaviour.postmaster", probed(facts.ProbePostmaster, 451, "come back later"), "inconclusive"},
		{"relaying that is refused as Postfix does", "behaviour.relay", probed(facts.ProbeRelay, 454, "relay access denied"), "ok"},
		{"relaying that is greylisted", "behaviour.relay", probed(facts.ProbeRelay, 450, "come back later"), "inconclusive"},
		{"a policy for tests and a host outside", "mtasts.mx", func(d *facts.Domain) {
			d.STS.Policy.Mode, d.STS.Policy.MX = "testing", []string{"other.example.net"}
		}, "warn"},
		{"STARTTLS with a temporary answer", "tls.handshake", onMain(func(m *facts.Session) {
			m.StartTLS, m.TLS = reply(454, "not now"), facts.TLS{}
		}), "inconclusive"},
		{"a certificate of one week with two days left", "tls.expiring", func(d *facts.Domain) {
			each(d, func(a *facts.Address) {
				a.Certificates[0].NotBefore, a.Certificates[0].NotAfter = now.Add(-4*24*time.Hour), now.Add(3*24*time.Hour)
			})
		}, "ok"},
		{"a DMARC record for tests that asks for nothing", "dmarc.testing", dmarcText("v=DMARC1; p=none; t=y"), "ok"},
		{"a DMARC policy for subdomains that is none", "dmarc.policy", dmarcText("v=DMARC1; p=reject; sp=no; rua=mailto:a@corp.example.net"), "note"},
		{"a void DMARC record hides the one above", "dmarc.none", func(d *facts.Domain) {
			dmarcText("v=DMARC1")(d)
			d.DMARC.Walk = append(d.DMARC.Walk[:1], text("_dmarc.example.net", "v=DMARC1; p=reject"))
		}, "warn"},
		{"one void look-up", "spf.void", func(d *facts.Domain) { d.SPF.Report.Voids = []string{"a:x"} }, "note"},
		{"an include that could not be looked up", "spf.lookups", func(d *facts.Domain) { d.SPF.Report.Unknown = []string{"include:x"} }, "inconclusive"},
		{"eleven look-ups, whatever else", "spf.lookups", func(d *facts.Domain) {
			d.SPF.Report.Unknown, d.SPF.Report.Lookups = []string{"include:x"}, 11
		}, "fail"},
		{"softfail for us", "self.spf", func(d *facts.Domain) { d.Self.Addresses[0].SPF = "softfail" }, "note"},
		{"a DKIM key with 1024 bits", "dkim.short", func(d *facts.Domain) {
			d.DKIM[0].Records = []string{"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugdUWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvwUAUparCwlvdbH6dvEOfou0/gCFQsHUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5Do2kQ+X5xK9cipRgEKwIDAQAB"}
		}, "note"},
	}
	for _, tt := range tests {
		d := sound()
		tt.spoil(d)
		worst := result.SeverityOK
		for _, f := range judge(d, tt.id) {
			if f.Severity.Rank() < worst.Rank() {
				worst = f.Severity
			}
		}
		if worst != tt.want {
			t.Errorf("%s: %s is %s; want %s", tt.name, tt.id, worst, tt.want)
		}
	}
}

// TestRelayInCatchAll: where every name is taken, one with a percent sign is one
// of them, and says nothing of relaying.
func TestRelayInCatchAll(t *testing.T) {
	t.Parallel()
	d := sound()
	probed(facts.ProbeUnknown, 250, "Ok")(d)
	probed(facts.ProbeRelayHack, 250, "Ok")(d)
	for _, f := range judge(d, "behaviour.relay") {
		if f.Severity != result.SeverityOK {
			t.Errorf("%s: %s", f.Severity, f.Evidence)
		}
	}
}

// TestNullSenderBehindRefusedRecipient: a recipient that nobody may write to says
// nothing of the null sender.
func TestNullSenderBehindRefusedRecipient(t *testing.T) {
	t.Parallel()
	d := sound()
	probed(facts.ProbePostmaster, 550, "unknown")(d)
	probed(facts.ProbeNullSender, 550, "unknown")(d)
	for _, f := range judge(d, "behaviour.null-sender") {
		if f.Severity != result.SeverityOK {
			t.Errorf("%s: %s", f.Severity, f.Evidence)
		}
	}
}

func TestLooksGeneric(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, ip string
		want     bool
	}{
		{"mail.example.org", "81.2.69.142", false},
		{"mx-142.example.org", "81.2.69.142", false},
		{"mx81.example.org", "81.2.69.142", false},
		{"a2.69.example.org", "81.2.69.142", false},
		{"81-2-69-142.example.org", "81.2.69.142", true},
		{"ip81.2.69.142.example.org", "81.2.69.142", true},
		{"142.69.2.81.in.example.org", "81.2.69.142", true},
		{"host081002069142.example.org", "81.2.69.142", false},
		{"p5102458e.dip0.t.example.org", "81.2.69.142", true},
		{"dsl-pool.example.org", "81.2.69.142", true},
		{"pooler.example.org", "81.2.69.142", false},
		{"customers.example.org", "81.2.69.142", false},
		{"mail.dynamics.example.org", "81.2.69.142", false},
		{"2001-0db8-0000-0000-0000-0000-0000-0025.example.org", "2001:db8::25", true},
		{"mx.ip6.example.org", "2001:db8::25", false},
	}
	for _, tt := range tests {
		if got := looksGeneric(tt.name, addr(tt.ip)); got != tt.want {
			t.Errorf("looksGeneric(%s, %s) = %t; want %t", tt.name, tt.ip, got, tt.want)
		}
	}
}

func TestReverseName(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"192.0.2.25":   "25.2.0.192.in-addr.arpa",
		"2001:db8::25": "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	}
	for ip, want := range tests {
		if got := reverseName(addr(ip)); got != want {
			t.Errorf("reverseName(%s) = %s; want %s", ip, got, want)
		}
	}
}

func TestSenders(t *testing.T) {
	t.Parallel()
	first := func(d *facts.Domain) *facts.Address { return &d.Hosts[0].Addresses[0] }
	tests := []struct {
		name             string
		spoil            func(*facts.Domain)
		plain, sts, dane string
	}{
		{"sound", func(*facts.Domain) {}, "TLS 1.3", "TLS 1.3, verified", "TLS 1.3, verified by 3 1 1"},
		{"a certificate of nobody", func(d *facts.Domain) { first(d).Certificates[0].Chain = "self-signed" }, "TLS 1.3", "does not deliver: the certificate is not trusted: self-signed", "TLS 1.3, verified by 3 1 1"},
		{"only for tests", func(d *facts.Domain) {
			first(d).Certificates[0].Chain, d.STS.Policy.Mode = "self-signed", "testing"
		}, "TLS 1.3", "TLS 1.3, reports: the certificate is not trusted: self-signed", "TLS 1.3, verified by 3 1 1"},
		{"no record fits", func(d *facts.Domain) { first(d).Certificates[0].TLSA = nil }, "TLS 1.3", "TLS 1.3, verified", "does not deliver: no TLSA record fits"},
		{"no STARTTLS", func(d *facts.Domain) {
			first(d).Main.Hello.Keywords, first(d).Main.TLS = nil, facts.TLS{}
		}, "in clear", "does not deliver: no STARTTLS", "does not deliver: no STARTTLS"},
		{"nothing promised", func(d *facts.Domain) {
			d.STS.Policy, d.Hosts[0].TLSA.State = facts.STSPolicy{}, facts.NoData
		}, "TLS 1.3", "TLS 1.3 (no policy)", "TLS 1.3 (no TLSA record)"},
		{"out of reach", func(d *facts.Domain) {
			first(d).Main = facts.Session{State: facts.NoData, Why: "refused"}
		}, "no service", "no service", "no service"},
		{"nobody knows", func(d *facts.Domain) {
			first(d).Main = facts.Session{State: facts.Failed, Why: "no route"}
		}, "not known", "not known", "not known"},
		{"a resolver without a word", func(d *facts.Domain) { d.DNSSEC.Resolver = facts.NoData }, "TLS 1.3", "TLS 1.3, verified", "not known"},
	}
	for _, tt := range tests {
		d := sound()
		tt.spoil(d)
		got := Senders(d)
		if len(got) != 4 || got[0].Opportunistic != tt.plain || got[0].STS != tt.sts || got[0].DANE != tt.dane {
			t.Errorf("%s: Senders = %+v; want %q, %q, %q first", tt.name, got[0], tt.plain, tt.sts, tt.dane)
		}
	}
}

// TestAdviceIsForTheZone: records to publish are lines of a zone file.
func TestAdviceIsForTheZone(t *testing.T) {
	t.Parallel()
	seen := 0
	for id, tw := range twins() {
		d := sound()
		tw.spoil(d)
		for _, f := range judge(d, id) {
			for _, line := range f.Publish {
				seen++
				fields := strings.Fields(line)
				if len(fields) < 4 || !strings.HasSuffix(fields[0], ".") || fields[1] != "IN" {
					t.Errorf("%s: %q is no record", id, line)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d records were seen", seen)
	}
}

// dmarcText gives the domain a DMARC record of its own.
func dmarcText(record string) func(*facts.Domain) {
	return func(d *facts.Domain) { d.DMARC.Walk[0] = text("_dmarc.corp.example.net", record) }
}
