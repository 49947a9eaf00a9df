package rules

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func nameServerRules() []Rule {
	return []Rule{
		{
			ID: "dns.unresolvable", Title: "a name server has no address", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1912 section 2.8",
			Means:  "Resolvers cannot ask it, so one server less stands behind the domain.",
			Advice: "publish an address for the name server, or take out its NS record",
			check: func(d *facts.Domain, s *sheet) {
				eachServer(d, s, func(p place, n *facts.Server) {
					if n.Addresses.Missing() {
						s.bad(p, "%s", n.Addresses.State)
						return
					}
					s.ok(p, "%s", count(len(n.Asked), "address", "addresses"))
				})
			},
		},
		{
			ID: "dns.cname", Title: "a name server is an alias", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 2181 section 10.3",
			Means:  "The name in an NS record must not be an alias (CNAME): some resolvers do not follow it.",
			Advice: "name in the NS record the host that the alias leads to",
			check: func(d *facts.Domain, s *sheet) {
				eachServer(d, s, func(p place, n *facts.Server) {
					if n.Addresses.Alias != "" {
						s.bad(p, "alias of %s", n.Addresses.Alias)
						return
					}
					s.ok(p, "no alias")
				})
			},
		},
		{
			ID: "dns.reach", Title: "no name server of the domain answers us", Severity: result.SeverityNote, Actor: result.ActorUs,
			Means:  "The usual resolver knows the domain, so they answer others: questions from here to port 53 elsewhere are likely to be blocked. What hangs on them is not known.",
			Advice: "run the check from a network that may ask name servers directly",
			check: func(d *facts.Domain, s *sheet) {
				asked, answered := serversAnswer(d)
				switch {
				case asked == 0:
				case answered == 0:
					s.bad(place{}, "%s asked, none answered", count(asked, "address", "addresses"))
				default:
					s.ok(place{}, "%d of %d addresses answered", answered, asked)
				}
			},
		},
		{
			ID: "dns.no-ipv6", Title: "no name server has an IPv6 address", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 3901 section 4",
			Means:  "Resolvers with IPv6 alone find neither the mail hosts nor anything else of the domain. Nearly all have IPv4.",
			Advice: "give at least one name server an IPv6 address, and publish an AAAA record",
			check:  checkServersIPv6,
		},
		{
			ID: "dns.silent", Title: "a name server does not answer", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 2182 section 5",
			Means:  "Resolvers lose time with it before they ask another, and one server less stands behind the domain.",
			Advice: "look whether it runs and whether port 53 is open for UDP and TCP",
			check: func(d *facts.Domain, s *sheet) {
				eachAnswer(d, func(p place, a *facts.ServerAnswer) {
					if a.SOA.State == facts.Failed {
						s.bad(p, "%s", a.SOA.Why)
						return
					}
					s.ok(p, "answers")
				})
			},
		},
		{
			ID: "dns.slow", Title: "a name server answers late", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 1035 section 7.2",
			Means:  "Resolvers wait for it before they ask another, so that each delivery begins later.",
			Advice: "look at its load and at the way to it",
			check: func(d *facts.Domain, s *sheet) {
				eachAnswer(d, func(p place, a *facts.ServerAnswer) {
					switch {
					case a.SOA.State == facts.Failed: // another rule
					case a.Took > lateAnswer:
						s.bad(p, "after %s", took(a.Took))
					default:
						s.ok(p, "after %s", took(a.Took))
					}
				})
			},
		},
		{
			ID: "dns.lame", Title: "a name server knows nothing of the zone", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1912 section 2.8",
			Means:  "It is named as a server of the zone and does not serve it, or no longer (a lame delegation).",
			Advice: "load the zone there, or take out its NS record here and in the zone above",
			check: func(d *facts.Domain, s *sheet) {
				eachAnswer(d, func(p place, a *facts.ServerAnswer) {
					switch {
					case a.SOA.State == facts.Failed: // another rule
					case !a.Authoritative:
						s.bad(p, "answers without authority")
					default:
						s.ok(p, "answers with authority")
					}
				})
			},
		},
		{
			ID: "dns.serial", Title: "the name servers have different versions of the zone", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 1912 section 2.2",
			Means:  "For a short time after a change that is as it should be. Later it means that a server no longer takes the zone over.",
			Advice: "look again in an hour; then look at the zone transfers of the servers that are behind",
			check: func(d *facts.Domain, s *sheet) {
				compare(d, s, "serial", func(a *facts.ServerAnswer) (string, bool) {
					return itoa(int(a.Serial)), a.SOA.State == facts.Found && a.Authoritative
				})
			},
		},
		{
			ID: "dns.answers", Title: "the name servers give different MX records", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1034 section 4.1",
			Means:  "Which hosts get the mail depends on which server a sender happens to ask.",
			Advice: "look at the zone transfers of the servers that differ",
			check: func(d *facts.Domain, s *sheet) {
				compare(d, s, "MX records", func(a *facts.ServerAnswer) (string, bool) {
					return strings.Join(a.Hosts, ", "), a.MX.Known() && a.Authoritative
				})
			},
		},
	}
}

// checkServersIPv6 is sound if a name server has an IPv6 address. Names of a
// laboratory have the name servers that it has.
func checkServersIPv6(d *facts.Domain, s *sheet) {
	asked, failed := false, ""
	for i := range d.Zone.Servers {
		n := &d.Zone.Servers[i]
		switch n.V6.State {
		case facts.Found:
			s.ok(place{}, "%s has one", n.Name)
			return
		case facts.Failed:
			failed = n.V6.Failure("AAAA")
		}
		asked = asked || n.V6.Missing()
	}
	switch {
	case failed != "":
		s.unknown(place{}, "%s", failed)
	case asked && !facts.SpecialUse(d.Name):
		s.bad(place{}, "no AAAA record")
	}
}

// lateAnswer is when resolvers have mostly turned to another name server.
const lateAnswer = 2 * time.Second

// eachServer calls f for each name server whose addresses were looked up.
func eachServer(d *facts.Domain, s *sheet, f func(place, *facts.Server)) {
	for i := range d.Zone.Servers {
		n := &d.Zone.Servers[i]
		p := place{host: n.Name}
		if s.known(p, &n.Addresses, "the address") {
			f(p, n)
		}
	}
}

// serverAddrs are the addresses of the name servers; failed says what of them
// is not known.
func serverAddrs(d *facts.Domain) (addrs []netip.Addr, failed string) {
	for i := range d.Zone.Servers {
		n := &d.Zone.Servers[i]
		if n.Addresses.State == facts.Failed {
			failed = n.Addresses.Failure("the address")
		}
		for _, a := range n.Asked {
			if !slices.Contains(addrs, a.IP) {
				addrs = append(addrs, a.IP)
			}
		}
	}
	return addrs, failed
}

func serversAnswer(d *facts.Domain) (asked, answered int) {
	for i := range d.Zone.Servers {
		for _, a := range d.Zone.Servers[i].Asked {
			if a.SOA.State != facts.NotAsked {
				asked++
			}
			if a.SOA.Known() {
				answered++
			}
		}
	}
	return asked, answered
}

// eachAnswer calls f for what each address of each name server said. Where none
// of them answered, the way to them is what fails, and nothing is known.
func eachAnswer(d *facts.Domain, f func(place, *facts.ServerAnswer)) {
	if _, answered := serversAnswer(d); answered == 0 {
		return
	}
	for i := range d.Zone.Servers {
		n := &d.Zone.Servers[i]
		for j := range n.Asked {
			if n.Asked[j].SOA.State != facts.NotAsked {
				f(place{n.Name, n.Asked[j].IP.String()}, &n.Asked[j])
			}
		}
	}
}

// compare is sound if all servers that answered say the same.
func compare(d *facts.Domain, s *sheet, what string, value func(*facts.ServerAnswer) (string, bool)) {
	who := map[string][]string{}
	var values []string
	eachAnswer(d, func(p place, a *facts.ServerAnswer) {
		v, ok := value(a)
		if !ok {
			return
		}
		if who[v] == nil {
			values = append(values, v)
		}
		who[v] = append(who[v], p.host+" "+p.address)
	})
	switch len(values) {
	case 0:
	case 1:
		s.ok(place{}, "%s: %s", what, values[0])
	default:
		var parts []string
		for _, v := range values {
			parts = append(parts, strings.Join(who[v], ", ")+": "+v)
		}
		s.bad(place{}, "%s", strings.Join(parts, "; "))
	}
}
