package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func dnsRules() []Rule {
	return slices.Concat(delegationRules(), nameServerRules())
}

func delegationRules() []Rule {
	return []Rule{
		{
			ID: "dns.single", Title: "the zone has only one name server", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1034 section 4.1, RFC 2182 section 5",
			Means:  "While it is out of reach, nobody finds the mail hosts, and mail waits at the senders.",
			Advice: "add a second name server in another network",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.Zone.NS.Lookup, "NS") || d.Zone.NS.Missing() {
					return
				}
				if len(d.Zone.NS.Names) < 2 {
					s.bad(place{}, "%s alone", strings.Join(d.Zone.NS.Names, ""))
					return
				}
				s.ok(place{}, "%d name servers", len(d.Zone.NS.Names))
			},
		},
		{
			ID: "dns.parent", Title: "the zone above names other name servers than the zone itself", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1034 section 4.2.2",
			Means:  "Resolvers begin with the servers that the zone above names. Those that are no longer meant answer with old records, or not at all.",
			Advice: "have the registrar of the domain name the same servers as the NS records of the zone",
			check: func(d *facts.Domain, s *sheet) {
				z := &d.Zone
				if !s.known(place{}, &z.NS.Lookup, "NS") || !s.known(place{}, &z.Parent.Lookup, "the delegation") ||
					z.NS.Missing() || z.Parent.Missing() {
					return
				}
				above, own := without(z.Parent.Names, z.NS.Names), without(z.NS.Names, z.Parent.Names)
				if len(above)+len(own) == 0 {
					s.ok(place{}, "both name %s", strings.Join(z.NS.Names, ", "))
					return
				}
				s.bad(place{}, "%s", join("; ", naming("only above: ", above), naming("only in the zone: ", own)))
			},
		},
		{
			ID: "dns.soa", Title: "the zone has no SOA record", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1035 section 3.3.13, RFC 2308 section 3",
			Means:  "Each zone begins with one. Without it resolvers cannot keep the answer that there is no such record.",
			Advice: "add an SOA record to the zone",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.Zone.SOA.Lookup, "SOA") {
					return
				}
				if d.Zone.SOA.Missing() {
					s.bad(place{}, "none at %s", d.Zone.SOA.Name)
					return
				}
				s.ok(place{}, "zone %s, serial %d", d.Zone.SOA.Zone, d.Zone.SOA.Serial)
			},
		},
		{
			ID: "dns.soa-times", Title: "the times of the SOA record contradict each other", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 1912 section 2.2, RFC 2308 section 5",
			Means:  "Second name servers go by them: with an expiry shorter than the refresh they stop answering while the first is down for a short time.",
			Advice: "usual times are refresh 4 hours, retry 1 hour, expire 4 weeks, minimum 1 hour",
			check:  checkSOATimes,
		},
		{
			ID: "dns.one-network", Title: "all name servers are in one network", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 2182 section 3.1",
			Means:  "One line behind all of them: while it is down, nobody finds the mail hosts.",
			Advice: "put a name server in another network",
			check: func(d *facts.Domain, s *sheet) {
				addrs, failed := serverAddrs(d)
				networks := networksOf(addrs)
				switch {
				case len(addrs) < 2:
				case len(networks) > 1:
					s.ok(place{}, "%d networks", len(networks))
				case failed != "":
					s.unknown(place{}, "%s", failed)
				default:
					s.bad(place{}, "%d addresses in %s", len(addrs), networks[0])
				}
			},
		},
	}
}

func checkSOATimes(d *facts.Domain, s *sheet) {
	soa := &d.Zone.SOA
	if !s.known(place{}, &soa.Lookup, "SOA") || soa.Missing() {
		return
	}
	var faults []string
	if soa.Expire <= soa.Refresh {
		faults = append(faults, "expire is not longer than refresh")
	}
	if soa.Retry > soa.Refresh {
		faults = append(faults, "retry is longer than refresh")
	}
	if soa.NegativeMinimum > 86400 {
		faults = append(faults, "a missing record is remembered for more than a day")
	}
	if len(faults) > 0 {
		s.bad(place{}, "refresh %d, retry %d, expire %d, minimum %d: %s",
			soa.Refresh, soa.Retry, soa.Expire, soa.NegativeMinimum, strings.Join(faults, "; "))
		return
	}
	s.ok(place{}, "refresh %d, retry %d, expire %d, minimum %d", soa.Refresh, soa.Retry, soa.Expire, soa.NegativeMinimum)
}

// without returns the names of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(n string) bool { return slices.Contains(b, n) })
}

func naming(what string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return what + strings.Join(names, ", ")
}

// join puts the texts that are not empty together.
func join(sep string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), sep)
}
