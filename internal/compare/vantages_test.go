package compare

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// from is what a vantage saw of the made-up domain.
func from(vantage string, servers ...server) *result.Domain {
	d := domainOf(servers...)
	d.Vantage = vantage
	return d
}

// disagreed returns the disagreements as "property: message".
func disagreed(views ...*result.Domain) []string {
	var out []string
	for _, f := range Disagreements(views) {
		out = append(out, f.Property+": "+f.Message)
	}
	return out
}

func changed(s server, change func(*server)) server { change(&s); return s }

// dead makes a server one that cannot be spoken to.
func dead(reason result.Reason, status result.Verdict) func(*server) {
	return func(s *server) { s.ehlo, s.rcpt, s.status, s.reason = "-", "", status, reason }
}

func signed(sha, until, issuer string) *result.Certificate {
	c := cert(sha, until, "mx1")
	c.Issuer = issuer
	return c
}

// TestDisagreements has what is to be said. Each view is a vantage, in the order
// fra1, nyc1, sgp1.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	const usual = "PIPELINING,SIZE 1000,STARTTLS"
	a := server{host: "mx1", ip: "192.0.2.1", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	b := server{host: "mx2", ip: "192.0.2.2", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	const le, other = "CN=R11,O=Let's Encrypt,C=US", "CN=E1,O=Filter Inc.,C=US"
	for _, tt := range []struct {
		name  string
		views []*result.Domain
		want  []string
	}{
		{
			"reachable from here and not from there",
			[]*result.Domain{from("fra1", a), from("nyc1", a), from("sgp1", changed(a, dead(result.Timeout, result.Fail)))},
			[]string{"reachability: mx1 192.0.2.1:25: from sgp1 it cannot be reached (no answer in time), from the other 2 it greets"},
		},
		{
			"refused from here, in two ways",
			[]*result.Domain{from("fra1", a), from("nyc1", changed(a, dead(result.Refused, result.Fail))), from("sgp1", changed(a, dead(result.Reset, result.Fail)))},
			[]string{"reachability: mx1 192.0.2.1:25: from fra1 it greets, from nyc1 it cannot be reached (connection refused), from sgp1 it cannot be reached (the connection was closed without a greeting)"},
		},
		{
			"two hosts of which the same is to be said",
			[]*result.Domain{from("fra1", a, b), from("sgp1", changed(a, dead(result.Timeout, result.Fail)), changed(b, dead(result.Timeout, result.Fail)))},
			[]string{"reachability: mx1 192.0.2.1:25 and mx2 192.0.2.2:25: from fra1 they greet, from sgp1 they cannot be reached (no answer in time)"},
		},
		{
			"STARTTLS taken out on the way",
			[]*result.Domain{from("fra1", a), from("nyc1", a), from("sgp1", changed(a, func(s *server) { s.ehlo = "PIPELINING,SIZE 1000" }))},
			[]string{"keyword STARTTLS: mx1 192.0.2.1:25: from sgp1 it does not offer STARTTLS, from the other 2 it offers STARTTLS"},
		},
		{
			"another size",
			[]*result.Domain{from("fra1", a), from("sgp1", changed(a, func(s *server) { s.ehlo = "PIPELINING,SIZE 500,STARTTLS" }))},
			[]string{"keyword SIZE: mx1 192.0.2.1:25: from fra1 it offers SIZE 1000, from sgp1 it offers SIZE 500"},
		},
		{
			"a certificate of another authority",
			[]*result.Domain{
				from("fra1", changed(a, func(s *server) { s.cert, s.days = signed("aa", "2027-01-01", le), 60 })),
				from("nyc1", changed(a, func(s *server) { s.cert, s.days = signed("aa", "2027-01-01", le), 60 })),
				from("sgp1", changed(a, func(s *server) { s.cert, s.days = signed("bb", "2027-01-01", other), 60 })),
			},
			[]string{"certificate: mx1 192.0.2.1:25: from sgp1 it shows the certificate bb00000000000000... (until 2027-01-01), from the other 2 it shows the certificate aa00000000000000... (until 2027-01-01)"},
		},
		{
			"one that is not good in place of one that is",
			[]*result.Domain{
				from("fra1", changed(a, func(s *server) { s.cert, s.days = signed("aa", "2027-01-01", le), 60 })),
				from("sgp1", changed(a, func(s *server) { s.cert, s.days, s.chain = signed("bb", "2027-01-01", le), 60, "self-signed" })),
			},
			[]string{
				"certificate: mx1 192.0.2.1:25: from fra1 it shows the certificate aa00000000000000... (until 2027-01-01), from sgp1 it shows the certificate bb00000000000000... (until 2027-01-01)",
				"certificate chain: mx1 192.0.2.1:25: from fra1 it shows a certificate with a good chain, from sgp1 it shows a certificate whose chain is not good",
			},
		},
		{
			"one that nobody renewed there",
			[]*result.Domain{
				from("fra1", changed(a, func(s *server) { s.cert, s.days = signed("aa", "2027-01-01", le), 80 })),
				from("sgp1", changed(a, func(s *server) { s.cert, s.days = signed("bb", "2026-11-01", le), 4 })),
			},
			[]string{"certificate days left: mx1 192.0.2.1:25: from fra1 it shows a certificate that lasts 19 days and more, from sgp1 it shows a certificate that ends in 4 days"},
		},
		{
			"our address is listed there",
			[]*result.Domain{from("fra1", a), from("nyc1", a), from("sgp1", changed(a, func(s *server) {
				s.rcpt, s.status, s.reason = "554 5.7.1 Service unavailable; Client host [192.0.2.99] blocked using zen.spamhaus.org", result.Inconclusive, result.Policy
			}))},
			[]string{"reply to RCPT TO:<kate@a.test>: mx1 192.0.2.1:25: from sgp1 it answers RCPT TO:<kate@a.test> with 554 5.7.1, from the other 2 it answers RCPT TO:<kate@a.test> with 250"},
		},
		{
			"no service at the greeting",
			[]*result.Domain{from("fra1", a), from("sgp1", changed(a, func(s *server) {
				s.greeting, s.ehlo, s.rcpt, s.status, s.reason = 554, "", "", result.Fail, result.Reply
			}))},
			[]string{
				"keywords PIPELINING, SIZE, STARTTLS: mx1 192.0.2.1:25: from fra1 it offers PIPELINING, SIZE and STARTTLS, from sgp1 it does not offer PIPELINING, SIZE and STARTTLS",
				"reply to the connection: mx1 192.0.2.1:25: from fra1 it greets with 220, from sgp1 it greets with 554",
			},
		},
		{
			"a version of TLS",
			[]*result.Domain{from("fra1", changed(a, func(s *server) { s.under = "DSN" })), from("sgp1", changed(a, func(s *server) { s.under, s.version = "DSN", "TLS 1.2" }))},
			[]string{"TLS version: mx1 192.0.2.1:25: from fra1 it speaks TLS 1.3, from sgp1 it speaks TLS 1.2"},
		},
		{
			"a verdict that no reply explains",
			[]*result.Domain{from("fra1", a), from("sgp1", changed(a, func(s *server) { s.status, s.reason = result.Fail, result.Timeout }))},
			[]string{`verdict of talk: mx1 192.0.2.1:25: from fra1 it passes "talk", from sgp1 it fails "talk"`},
		},
		{
			"a name that leads elsewhere, where another policy holds",
			[]*result.Domain{from("fra1", a), from("sgp1", changed(a, func(s *server) {
				s.ip, s.rcpt, s.status, s.reason = "198.51.100.1", "550 5.7.1 no", result.Fail, result.Reply
			}))},
			[]string{"reply to RCPT TO:<kate@a.test>: mx1 port 25: from fra1 it answers RCPT TO:<kate@a.test> with 250, from sgp1 it answers RCPT TO:<kate@a.test> with 550 5.7.1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, disagreed(tt.views...)); diff != "" {
				t.Errorf("disagreements (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAgreements has what must not be called a disagreement.
func TestAgreements(t *testing.T) {
	t.Parallel()
	const usual = "PIPELINING,SIZE 1000,STARTTLS"
	const le = "CN=R11,O=Let's Encrypt,C=US"
	a := server{host: "mx1", ip: "192.0.2.1", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	b := server{host: "mx2", ip: "192.0.2.2", ehlo: usual, rcpt: "250 2.1.5 Ok"}
	crypt := changed(a, func(s *server) { s.under, s.cert, s.days = "DSN", signed("aa", "2027-01-01", le), 60 })
	for name, views := range map[string][]*result.Domain{
		"one vantage":  {from("fra1", a, b)},
		"all the same": {from("fra1", a, b), from("sgp1", a, b)},
		"the address of the probe in a reply": {from("fra1", a), from("sgp1", changed(a, func(s *server) {
			s.rcpt = "250 2.1.5 Ok, 203.0.113.7"
		}))},
		"another acceptance": {from("fra1", a), from("sgp1", changed(a, func(s *server) { s.rcpt = "251 2.1.0 forwarded" }))},
		"greylisted there": {from("fra1", a), from("sgp1", changed(a, func(s *server) {
			s.rcpt, s.status, s.reason = "451 4.7.1 Greylisted", result.Inconclusive, result.Temporary
		}))},
		"greylisted there, once": {from("fra1", a), from("sgp1", changed(a, func(s *server) { s.attempts = []string{"450 4.2.0 Greylisted"} }))},
		"too busy there": {from("fra1", a), from("sgp1", changed(a, func(s *server) {
			s.greeting, s.ehlo, s.rcpt, s.status, s.reason = 421, "-", "", result.Inconclusive, result.Temporary
		}))},
		"a mailbox busy there":    {from("fra1", a), from("sgp1", changed(a, func(s *server) { s.rcpt, s.status, s.reason = "450 4.2.1 busy", result.Inconclusive, result.Temporary }))},
		"no IPv6 there":           {from("fra1", a), from("sgp1", changed(a, dead(result.NoRoute, result.Inconclusive)))},
		"no socket there":         {from("fra1", a), from("sgp1", changed(a, dead(result.Local, result.Inconclusive)))},
		"the run was over there":  {from("fra1", a), from("sgp1", changed(a, dead(result.Deadline, result.NotRun)))},
		"left alone there":        {from("fra1", a), from("sgp1", changed(a, dead(result.Policy, result.NotRun)))},
		"nobody reaches it":       {from("fra1", changed(a, dead(result.Timeout, result.Fail))), from("sgp1", changed(a, dead(result.Refused, result.Fail)))},
		"only slower":             {from("fra1", a), from("sgp1", changed(a, func(s *server) { s.status, s.reason = result.Fail, result.Slow }))},
		"renewed between the two": {from("fra1", crypt), from("sgp1", changed(crypt, func(s *server) { s.cert, s.days = signed("bb", "2027-03-01", "CN=E7,O=Let's Encrypt,C=US"), 89 }))},
		"looked at a day later":   {from("fra1", crypt), from("sgp1", changed(crypt, func(s *server) { s.days = 59 }))},
		"no trust store there":    {from("fra1", crypt), from("sgp1", changed(crypt, func(s *server) { s.chain = "unknown authority"; s.status, s.reason = result.Fail, result.TLS }))},
		"each its own address":    {from("fra1", crypt), from("sgp1", changed(crypt, func(s *server) { s.ip, s.cert = "198.51.100.1", signed("cc", "2027-02-01", le) }))},
		"another order of keywords": {from("fra1", a), from("sgp1", changed(a, func(s *server) {
			s.ehlo = "STARTTLS,SIZE 1000,PIPELINING"
		}))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := disagreed(views...); got != nil {
				t.Errorf("%q", got)
			}
		})
	}
}

// TestDisagreementsOfTheDNS: where it leads, not what was not answered.
func TestDisagreementsOfTheDNS(t *testing.T) {
	t.Parallel()
	one := server{host: "mx1", ip: "192.0.2.1", rcpt: "250 Ok"}
	two := server{host: "mx2", ip: "192.0.2.2", rcpt: "250 Ok"}
	none := func(reason result.Reason, temporary bool) *result.Domain {
		return &result.Domain{Domain: "a.test", Status: result.Fail, Reason: reason, Temporary: temporary, Seen: result.Seen{Vantage: "sgp1"}}
	}
	noAddress := from("sgp1", one)
	noAddress.Hosts = append(noAddress.Hosts, result.Host{Name: "MX2", Preference: 20, Status: result.Fail, Reason: result.DNS})
	silent := from("sgp1", one)
	silent.Hosts = append(silent.Hosts, result.Host{Name: "mx2", Preference: 20, Status: result.Fail, Reason: result.DNS, Temporary: true})
	for name, tt := range map[string]struct {
		there *result.Domain
		want  []string
	}{
		"no such domain":        {none(result.DNS, false), []string{"route: a.test: from fra1 it has the MX hosts mx1 and mx2, from sgp1 it has no host in the DNS"}},
		"no answer":             {none(result.DNS, true), nil},
		"a resolver that fails": {none(result.Resolver, false), nil},
		"a host less":           {from("sgp1", one), []string{"route: a.test: from fra1 it has the MX hosts mx1 and mx2, from sgp1 it has the MX host mx1"}},
		"a host without":        {noAddress, []string{"addresses: mx2: from fra1 it has an address, from sgp1 it has no address"}},
		"one that is not known": {silent, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, disagreed(from("fra1", one, two), tt.there)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestServersBehindOneAddress: what is not the same twice from one vantage is no
// matter of vantages.
func TestServersBehindOneAddress(t *testing.T) {
	t.Parallel()
	pool := func(vantage, first, second string) *result.Domain {
		d := from(vantage, server{host: "mx1", ip: "192.0.2.1", ehlo: first})
		e := from(vantage, server{host: "mx1", ip: "192.0.2.1", ehlo: second})
		again := e.Hosts[0].Addresses[0].Checks[0]
		again.Scenario = "again"
		d.Hosts[0].Addresses[0].Checks = append(d.Hosts[0].Addresses[0].Checks, again)
		return d
	}
	if got := disagreed(pool("fra1", "SIZE 5", "SIZE 9"), pool("sgp1", "SIZE 9", "SIZE 9")); got != nil {
		t.Errorf("a pool: %q", got)
	}
	if got := disagreed(pool("fra1", "SIZE 5", "SIZE 5"), pool("sgp1", "SIZE 9", "SIZE 9")); len(got) != 1 {
		t.Errorf("no pool: %q", got)
	}
}

func TestDisagreementsOfFindings(t *testing.T) {
	t.Parallel()
	checked := func(vantage string, severity result.Severity, actor result.Actor) *result.Domain {
		d := from(vantage, server{host: "mx1", ip: "192.0.2.1", rcpt: "250 Ok"})
		d.Reception = []result.Reception{}
		d.Findings = []result.Finding{{ID: "tls.offered", Severity: severity, Subject: result.Subject{Domain: "a.test", Host: "mx1", Address: "192.0.2.1"}, Actor: actor}}
		return d
	}
	for name, tt := range map[string]struct {
		there *result.Domain
		want  []string
	}{
		"fails there":         {checked("sgp1", result.SeverityFail, result.ActorServer), []string{"finding tls.offered: mx1 192.0.2.1: from fra1 it is sound by tls.offered, from sgp1 it fails tls.offered"}},
		"a warning there":     {checked("sgp1", result.SeverityWarn, result.ActorServer), []string{"finding tls.offered: mx1 192.0.2.1: from fra1 it is sound by tls.offered, from sgp1 it has a warning by tls.offered"}},
		"noted there":         {checked("sgp1", result.SeverityNote, ""), nil},
		"not known there":     {checked("sgp1", result.SeverityInconclusive, result.ActorServer), nil},
		"about the vantage":   {checked("sgp1", result.SeverityFail, result.ActorUs), nil},
		"nobody looked there": {from("sgp1", server{host: "mx1", ip: "192.0.2.1", rcpt: "250 Ok"}), nil},
	} {
		if diff := cmp.Diff(tt.want, disagreed(checked("fra1", result.SeverityOK, ""), tt.there)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDisagreementsAreBounded: a hostile server that says something else each time.
func TestDisagreementsAreBounded(t *testing.T) {
	t.Parallel()
	many := func(vantage, mark string) *result.Domain {
		var all []server
		for i := range 200 {
			n := strconv.Itoa(i)
			all = append(all, server{host: "mx" + n, ip: "192.0.2." + n, ehlo: "X" + mark + strings.Repeat("A", i%50), rcpt: "250 Ok"})
		}
		return from(vantage, all...)
	}
	views := []*result.Domain{many("fra1", "F"), many("sgp1", "S")}
	got := Disagreements(views)
	if len(got) == 0 || len(got) > maxDifferences {
		t.Errorf("%d disagreements", len(got))
	}
	if i := slices.IndexFunc(got, func(d result.Difference) bool { return len(d.Message) > 1500 }); i >= 0 {
		t.Errorf("a message of %d bytes", len(got[i].Message))
	}
}
