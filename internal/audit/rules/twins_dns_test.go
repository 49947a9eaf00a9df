package rules

import (
	"net/netip"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

// each changes every address of every host.
func each(d *facts.Domain, f func(*facts.Address)) {
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			f(&d.Hosts[i].Addresses[j])
		}
	}
}

func mxTwins() map[string]twin {
	ip := func(all ...string) func(*facts.Domain) {
		return func(d *facts.Domain) {
			each(d, func(a *facts.Address) { a.IP = addr(all[0]) })
		}
	}
	return map[string]twin{
		"mx.domain": {spoil: func(d *facts.Domain) { d.MX.State = facts.NoName }, evidence: "NXDOMAIN"},
		"mx.none": {spoil: func(d *facts.Domain) {
			d.MX.State, d.MX.Records = facts.NoData, nil
			d.MX.Implicit = missing("corp.example.net")
		}, evidence: "nowhere to deliver", publish: "corp.example.net. IN MX 10 mail.corp.example.net."},
		"mx.null":        {spoil: func(d *facts.Domain) { d.MX.Records = []facts.MXRecord{{}} }, evidence: "MX 0 ."},
		"mx.null-beside": {spoil: func(d *facts.Domain) { d.MX.Records = append(d.MX.Records, facts.MXRecord{}) }, evidence: "2 hosts and a null MX"},
		"mx.duplicate": {spoil: func(d *facts.Domain) {
			d.MX.Records = append(d.MX.Records, facts.MXRecord{Preference: 30, Host: "mx1.corp.example.net"})
		}, evidence: "preferences 10 and 30"},
		"mx.ttl": {spoil: func(d *facts.Domain) {
			for i := range d.Zone.Servers {
				d.Zone.Servers[i].Asked[0].MX.TTL = time.Minute
			}
		}, evidence: "1m0s"},
		"mx.wildcard": {spoil: func(d *facts.Domain) { d.MX.Wildcard.State = facts.Found }, evidence: "zz.corp.example.net"},
		"mx.cname": {
			spoil:    func(d *facts.Domain) { d.Hosts[0].V4.Alias = "real.example.org" },
			evidence: "alias of real.example.org", publish: "corp.example.net. IN MX 10 real.example.org.",
		},
		"mx.address": {spoil: func(d *facts.Domain) { d.Hosts[1].Name = "8.8.8.8" }, evidence: "8.8.8.8 is an address", publish: "mail.corp.example.net. IN A 8.8.8.8"},
		"mx.name":    {spoil: func(d *facts.Domain) { d.Hosts[0].Name = "mx_1.example.net" }, evidence: "other characters"},
		"mx.unresolvable": {spoil: func(d *facts.Domain) {
			for i := range d.Hosts {
				d.Hosts[i].V4.State, d.Hosts[i].V6.State, d.Hosts[i].Addresses = facts.NoName, facts.NoName, nil
			}
		}, evidence: "no such name"},
		"mx.loopback": {spoil: ip("127.0.0.1"), evidence: "127.0.0.1"},
		"mx.private":  {spoil: ip("10.1.2.3"), evidence: "10.1.2.3"},
		"mx.reserved": {spoil: ip("192.0.2.1"), evidence: "192.0.2.1"},
		"mx.single": {spoil: func(d *facts.Domain) {
			d.Hosts = d.Hosts[:1]
			d.Hosts[0].Addresses = d.Hosts[0].Addresses[:1]
		}, evidence: "8.8.1.25 alone"},
		"mx.one-network": {spoil: func(d *facts.Domain) {
			d.Hosts[0].Addresses, d.Hosts[1].Addresses = d.Hosts[0].Addresses[:1], d.Hosts[1].Addresses[:1]
			d.Hosts[1].Addresses[0].IP = addr("8.8.1.26")
		}, evidence: "8.8.1.0/24"},
		"mx.no-ipv6": {spoil: func(d *facts.Domain) { d.Hosts[0].V6.State, d.Hosts[1].V6.State = facts.NoData, facts.NoData }, evidence: "no AAAA"},
		"mx.no-ipv4": {spoil: func(d *facts.Domain) { d.Hosts[0].V4.State, d.Hosts[1].V4.State = facts.NoData, facts.NoData }, evidence: "no A record"},
	}
}

func dnsTwins() map[string]twin {
	first := func(d *facts.Domain) *facts.ServerAnswer { return &d.Zone.Servers[0].Asked[0] }
	return map[string]twin{
		"dns.single":    {spoil: func(d *facts.Domain) { d.Zone.NS.Names = d.Zone.NS.Names[:1] }, evidence: "ns1.example.net alone"},
		"dns.parent":    {spoil: func(d *facts.Domain) { d.Zone.Parent.Names = []string{"ns1.example.net", "old.example.net"} }, evidence: "only above: old.example.net; only in the zone: ns2.example.org"},
		"dns.soa":       {spoil: func(d *facts.Domain) { d.Zone.SOA.State = facts.NoData }, evidence: "corp.example.net"},
		"dns.soa-times": {spoil: func(d *facts.Domain) { d.Zone.SOA.Expire = 60 }, evidence: "expire is not longer than refresh"},
		"dns.one-network": {spoil: func(d *facts.Domain) {
			d.Zone.Servers[1].Asked[0].IP = addr("8.8.4.54")
		}, evidence: "8.8.4.0/24"},
		"dns.unresolvable": {spoil: func(d *facts.Domain) { d.Zone.Servers[0].Addresses.State = facts.NoName }, evidence: "no such name"},
		"dns.cname":        {spoil: func(d *facts.Domain) { d.Zone.Servers[0].Addresses.Alias = "real.example.org" }, evidence: "alias of real"},
		"dns.reach": {spoil: func(d *facts.Domain) {
			d.Zone.Servers[0].Asked[0].SOA.State, d.Zone.Servers[1].Asked[0].SOA.State = facts.Failed, facts.Failed
		}, evidence: "none answered"},
		"dns.no-ipv6": {spoil: func(d *facts.Domain) {
			for i := range d.Zone.Servers {
				d.Zone.Servers[i].V6 = missing(d.Zone.Servers[i].Name)
			}
		}, evidence: "no AAAA record"},
		"dns.slow":    {spoil: func(d *facts.Domain) { first(d).Took = 3 * time.Second }, evidence: "after 3s"},
		"dns.silent":  {spoil: func(d *facts.Domain) { first(d).SOA.State, first(d).SOA.Why = facts.Failed, "no answer in 5s" }, evidence: "no answer in 5s"},
		"dns.lame":    {spoil: func(d *facts.Domain) { first(d).Authoritative = false }, evidence: "without authority"},
		"dns.serial":  {spoil: func(d *facts.Domain) { first(d).Serial = 6 }, evidence: "ns1.example.net 8.8.4.53: 6"},
		"dns.answers": {spoil: func(d *facts.Domain) { first(d).Hosts = []string{"10 old.example.net"} }, evidence: "10 old.example.net"},
		"dnssec.bogus": {spoil: func(d *facts.Domain) {
			d.MX.State, d.MX.Why = facts.Failed, "SERVFAIL"
			d.DNSSEC.Unvalidated = found("corp.example.net")
		}, evidence: "SERVFAIL, and there is an answer"},
		"dnssec.resolver": {spoil: func(d *facts.Domain) { d.DNSSEC.Resolver, d.DNSSEC.Why = facts.NoData, "it does not validate" }, evidence: "does not validate"},
		"dnssec.unsigned": {spoil: func(d *facts.Domain) { d.MX.Authentic = false }, evidence: "not validated"},
		"dnssec.host-unsigned": {spoil: func(d *facts.Domain) {
			d.Hosts[1].V4.Authentic, d.Hosts[1].V6.Authentic = false, false
		}, evidence: "not validated"},
		"dnssec.ds":   {spoil: func(d *facts.Domain) { d.DNSSEC.DS.State = facts.NoData }, evidence: "no DS record"},
		"ptr.missing": {spoil: func(d *facts.Domain) { d.Hosts[0].Addresses[0].PTR = facts.PTR{Lookup: missing("x")} }, publish: "25.1.8.8.in-addr.arpa. IN PTR mx1.corp.example.net."},
		"ptr.unconfirmed": {
			spoil:    func(d *facts.Domain) { d.Hosts[0].Addresses[0].PTR.Names[0].Confirms = false },
			evidence: "does not lead back to 8.8.1.25", publish: "mx1.corp.example.net. IN A 8.8.1.25",
		},
		"ptr.generic":   {spoil: func(d *facts.Domain) { d.Hosts[0].Addresses[0].PTR.Names[0].Name = "25-1-8-8.dsl.example.net" }, evidence: "25-1-8-8"},
		"ptr.disagrees": {spoil: onMain(func(m *facts.Session) { m.Hello.Name = "Inner.example.net." }), evidence: `EHLO "inner.example.net"`},
		"ptr.several": {spoil: func(d *facts.Domain) {
			p := &d.Hosts[0].Addresses[0].PTR
			p.Names = append(p.Names, facts.Reverse{Name: "other.example.net", Confirms: true})
		}, evidence: "mx1.corp.example.net, other.example.net"},
	}
}

func otherTwins() map[string]twin {
	self := func(f func(*facts.Self, *facts.SelfAddress)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(d.Self, &d.Self.Addresses[0]) }
	}
	listed := func(l *facts.Listing, code string) {
		l.State, l.Codes, l.Reasons = facts.Found, []netip.Addr{addr(code)}, []string{"sends spam"}
	}
	return map[string]twin{
		"dnsbl.broken":     {spoil: func(d *facts.Domain) { d.Lists[0].Unlisted.State = facts.Found }, evidence: "no list may have"},
		"dnsbl.refused":    {spoil: func(d *facts.Domain) { listed(&d.Lists[0].Listed, "127.255.255.254") }, evidence: "127.255.255.254: sends spam"},
		"dnsbl.listed":     {spoil: func(d *facts.Domain) { listed(&d.Lists[0].Answers[0], "127.0.0.4") }, evidence: "bl.example.org: 127.0.0.4 sends spam"},
		"dnsbl.domain":     {spoil: func(d *facts.Domain) { listed(&d.Lists[1].Answers[0], "127.0.1.2") }, evidence: "names.example.org: 127.0.1.2"},
		"self.address":     {spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.Private, a.Told = true, false }), evidence: "is private"},
		"self.ptr":         {spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.PTR = facts.PTR{Lookup: missing("x")} }), publish: "1.1.9.5.in-addr.arpa. IN PTR probe.example.org."},
		"self.unconfirmed": {spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.PTR.Names[0].Confirms = false }), evidence: "does not lead back"},
		"self.generic":     {spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.PTR.Names[0].Name = "host-5-9-1-1.example.net" }), evidence: "host-5-9-1-1"},
		"self.helo":        {spoil: self(func(s *facts.Self, _ *facts.SelfAddress) { s.Named.State = facts.NoName }), evidence: "no such name"},
		"self.helo-address": {
			spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.HELOAgrees = false }), evidence: "other addresses", publish: "probe.example.org. IN A 5.9.1.1",
		},
		"self.spf":    {spoil: self(func(_ *facts.Self, a *facts.SelfAddress) { a.SPF, a.SPFWhy = "fail", "-all" }), evidence: "fail (-all)"},
		"self.listed": {spoil: func(d *facts.Domain) { listed(&d.Lists[0].Answers[1], "127.0.0.9") }, evidence: "127.0.0.9"},
		"consistency.keywords": {spoil: func(d *facts.Domain) {
			d.Hosts[1].Addresses[0].Main.Secured.Keywords = d.Hosts[1].Addresses[0].Main.Secured.Keywords[1:]
		}, evidence: "mx2.corp.example.net 9.9.2.25: 8BITMIME"},
		"consistency.tls": {spoil: func(d *facts.Domain) {
			d.Hosts[1].Addresses[0].Main.Hello.Keywords = nil
		}, evidence: "mx2.corp.example.net 9.9.2.25: no STARTTLS"},
		"consistency.version": {spoil: func(d *facts.Domain) { d.Hosts[1].Addresses[0].Main.TLS.Version = "TLS 1.2" }, evidence: "9.9.2.25: TLS 1.2"},
		"consistency.unknown": {spoil: func(d *facts.Domain) {
			*d.Hosts[1].Addresses[0].Manners.Probe(facts.ProbeUnknown) = sent(facts.ProbeUnknown, "RCPT", 250, "Ok")
		}, evidence: "9.9.2.25: taken"},
		"consistency.postmaster": {spoil: func(d *facts.Domain) {
			*d.Hosts[1].Addresses[0].Main.Probe(facts.ProbePostmaster) = sent(facts.ProbePostmaster, "RCPT", 550, "no")
		}, evidence: "9.9.2.25: refused"},
		"consistency.certificates": {spoil: func(d *facts.Domain) { d.Hosts[0].Addresses[0].Certificates[0].SHA256 = "ff00" }, evidence: "ff00"},
		"consistency.failover": {spoil: func(d *facts.Domain) {
			for j := range d.Hosts[1].Addresses {
				d.Hosts[1].Addresses[j].Main = facts.Session{State: facts.NoData, Why: "refused"}
			}
		}, severity: result.SeverityWarn, evidence: "mx1.corp.example.net alone; not mx2.corp.example.net"},
	}
}
