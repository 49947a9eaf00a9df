package gather

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/rules"
	"mxprobe/probe/result"
)

func gatherer(f *fake) *Gatherer {
	return &Gatherer{Resolver: f, Web: noWeb{}, Now: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }}
}

// found returns the findings that are not ok, each as "severity id".
func foundIn(d *facts.Domain) []string {
	findings, _ := rules.Judge(d, &rules.Choice{})
	var all []string
	for _, f := range findings {
		if f.Severity != result.SeverityOK {
			all = append(all, string(f.Severity)+" "+f.ID)
		}
	}
	return slices.Compact(all)
}

// TestDNS gathers the sound world, and worlds with one thing changed.
func TestDNS(t *testing.T) {
	t.Parallel()
	const mtaSTS = "note mtasts.none" // the sound world has none, for there is no web server
	tests := []struct {
		name    string
		changes map[string][]string
		want    []string
	}{
		{"sound", nil, []string{mtaSTS}},
		{"the domain does not exist", map[string][]string{"MX corp.example.net": nil, "TXT corp.example.net": nil}, nil},
		{"MX fails", map[string][]string{"MX corp.example.net": {"!"}}, []string{"inconclusive mx.domain", "inconclusive mx.none"}},
		{"DNSSEC is broken", map[string][]string{"MX corp.example.net": {"bogus"}}, []string{"fail dnssec.bogus"}},
		{"null MX", map[string][]string{"MX corp.example.net": {"0 ."}}, []string{"note mx.null"}},
		{"no MX, but an address", map[string][]string{"MX corp.example.net": nil, "A corp.example.net": {"9.9.2.1"}}, []string{"warn mx.none"}},
		{"no MX and no address", map[string][]string{"MX corp.example.net": nil}, []string{"fail mx.none"}},
		{"an alias", map[string][]string{"A mx1.corp.example.net": {"alias real.example.org", "9.9.2.25"}}, []string{"warn mx.cname"}},
		{"a host without address", map[string][]string{"A mx1.corp.example.net": nil, "AAAA mx1.corp.example.net": nil}, []string{"warn mx.unresolvable"}},
		{"a host that cannot be looked up", map[string][]string{"A mx1.corp.example.net": {"!"}, "AAAA mx1.corp.example.net": {"!"}}, []string{"inconclusive mx.unresolvable"}},
		{"a wildcard", map[string][]string{"MX mxprobe-nobody-has-this-name.corp.example.net": {"10 mx1.corp.example.net"}}, []string{"note mx.wildcard"}},
		{"no reverse DNS", map[string][]string{"PTR 25.2.9.9.in-addr.arpa": nil}, []string{"warn ptr.missing"}},
		{"reverse DNS elsewhere", map[string][]string{"PTR 25.2.9.9.in-addr.arpa": {"a.example.org"}, "A a.example.org": {"9.9.9.9"}}, []string{"warn ptr.unconfirmed"}},
		{"reverse DNS to a name that fails", map[string][]string{"PTR 25.2.9.9.in-addr.arpa": {"a.example.org"}, "A a.example.org": {"!"}}, []string{"inconclusive ptr.unconfirmed"}},
		{"other servers above", map[string][]string{"above corp.example.net": {"ns1.example.net", "ns3.example.net"}, "A ns3.example.net": {"127.0.2.53"}}, []string{"warn dns.parent"}},
		{"a lame server", map[string][]string{"127.0.0.53 SOA corp.example.net": {"lame"}}, []string{"warn dns.lame"}},
		{"a silent server", map[string][]string{"127.0.0.53 SOA corp.example.net": {"!"}}, []string{"warn dns.silent"}},
		{"all servers silent", map[string][]string{"127.0.0.53 SOA corp.example.net": {"!"}, "127.0.1.53 SOA corp.example.net": {"!"}, "::53 SOA corp.example.net": {"!"}}, []string{"note dns.reach"}},
		{"different MX records", map[string][]string{"127.0.0.53 MX corp.example.net": {"10 old.example.net"}}, []string{"warn dns.answers"}},
		{"a name server without address", map[string][]string{"A ns1.example.net": nil, "AAAA ns1.example.net": nil}, []string{"warn dns.unresolvable"}},
		{"name servers without IPv6", map[string][]string{"AAAA ns1.example.net": nil}, []string{"note dns.no-ipv6"}},
		{"name servers of which IPv6 is not known", map[string][]string{"AAAA ns1.example.net": {"!"}}, []string{"inconclusive dns.no-ipv6"}},
		{"no DKIM key", map[string][]string{"TXT s1._domainkey.corp.example.net": nil}, []string{"note dkim.none"}},
		{"no SPF", map[string][]string{"TXT corp.example.net": {"other"}}, []string{"warn spf.none"}},
		{"SPF includes nothing", map[string][]string{"TXT spf.example.org": nil}, []string{"fail spf.include"}},
		{"SPF includes what fails", map[string][]string{"TXT spf.example.org": {"!"}}, []string{"inconclusive spf.lookups"}},
		{"DMARC fails", map[string][]string{"TXT _dmarc.corp.example.net": {"!"}}, []string{"inconclusive dmarc.none"}},
		{"DMARC from above", map[string][]string{"TXT _dmarc.corp.example.net": nil, "TXT _dmarc.example.net": {"v=DMARC1; p=none"}}, []string{"note dmarc.inherited", "note dmarc.policy"}},
		{"DMARC of its own, and a domain above that fails", map[string][]string{"TXT _dmarc.net": {"!"}}, nil},
		{"reports not authorised", map[string][]string{"TXT corp.example.net._report._dmarc.reports.example.org": nil}, []string{"warn dmarc.report-address"}},
		{"TLSA fails", map[string][]string{"TLSA _25._tcp.mx1.corp.example.net": {"!"}}, []string{"inconclusive dane.unsigned"}},
		{"TLSA at one host", map[string][]string{"TLSA _25._tcp.mx1.corp.example.net": nil}, []string{"note dane.partial", "note dane.none"}},
		{"a policy that cannot be fetched", map[string][]string{"TXT _mta-sts.corp.example.net": {"v=STSv1; id=1"}}, []string{"warn mtasts.fetch"}},
		{"a policy host that fails", map[string][]string{"TXT _mta-sts.corp.example.net": {"v=STSv1; id=1"}, "A mta-sts.corp.example.net": {"!"}}, []string{"inconclusive mtasts.fetch"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := foundIn(gatherer(newFake(tt.changes)).DNS(t.Context(), "Corp.Example.NET."))
			for _, w := range tt.want {
				if !slices.Contains(got, w) {
					t.Errorf("findings = %q; want %q", got, w)
				}
			}
			if tt.name == "sound" && !slices.Equal(got, tt.want) {
				t.Errorf("findings = %q; want %q alone", got, tt.want)
			}
		})
	}
}

// TestQuestions: what a sound domain with two hosts costs.
func TestQuestions(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	gatherer(f).DNS(t.Context(), "corp.example.net")
	total := 0
	for _, n := range f.asked {
		total += n
	}
	if len(f.asked) > 60 {
		t.Errorf("%d different questions; want at most 60: %v", len(f.asked), f.asked)
	}
	t.Logf("%d different questions, %d with those that the resolver has kept", len(f.asked), total)
}

// TestTrap63BlockListIsTriedFirst: a list is tested first, and what it says is printable.
func TestTrap63BlockListIsTriedFirst(t *testing.T) {
	t.Parallel()
	g := gatherer(newFake(map[string][]string{
		"listed 127.0.0.2 bl.example.org":  {"127.0.0.2"},
		"listed 9.9.2.25 bl.example.org":   {"127.0.0.4"},
		"listed 127.0.0.2 all.example.org": {"127.0.0.2"}, "listed 127.0.0.1 all.example.org": {"127.0.0.2"}, "listed 9.9.2.25 all.example.org": {"127.0.0.2"},
		"listed 127.0.0.2 shut.example.org": {"127.255.255.254"}, "listed 9.9.2.25 shut.example.org": {"127.255.255.254"},
		"listed test names.example.org": {"127.0.1.2"}, "listed corp.example.net names.example.org": {"127.0.1.2"},
		"listed 127.0.0.2 silent.example.org": {"!"},
	}))
	g.Lists, g.NameLists = []string{"bl.example.org", "all.example.org", "none.example.org", "shut.example.org", "silent.example.org"}, []string{"names.example.org"}
	findings, _ := rules.Judge(g.DNS(t.Context(), "corp.example.net"), &rules.Choice{Only: []string{"dnsbl"}})
	var got []string
	for _, f := range findings {
		if f.Severity != result.SeverityOK {
			got = append(got, string(f.Severity)+" "+f.ID+" "+f.Subject.String())
		}
		if strings.Contains(f.Evidence, "\x1b") {
			t.Errorf("evidence = %q", f.Evidence)
		}
	}
	want := []string{
		"inconclusive dnsbl.broken silent.example.org", "inconclusive dnsbl.refused silent.example.org",
		"warn dnsbl.listed mx1.corp.example.net 9.9.2.25", "warn dnsbl.domain corp.example.net",
		"note dnsbl.broken all.example.org", "note dnsbl.broken none.example.org", "note dnsbl.refused shut.example.org",
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings = %q; want %q", got, want)
	}
}
