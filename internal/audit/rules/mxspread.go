package rules

import (
	"net/netip"
	"strconv"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func mxSpreadRules() []Rule {
	return []Rule{
		{
			ID: "mx.single", Title: "there is only one address to deliver to", Severity: result.SeverityNote, Actor: result.ActorServer,
			Means:  "While that machine is down, mail waits at the senders, for some days at most. That is often good enough.",
			Advice: "if mail must come in while the machine is down, add a second host",
			check: func(d *facts.Domain, s *sheet) {
				addrs, whole := publicAddrs(d)
				switch {
				case len(addrs) == 1 && whole:
					s.bad(place{}, "%s alone", addrs[0])
				case len(addrs) == 1:
					s.unknown(place{}, "one address is known, others could not be looked up")
				case len(addrs) > 1:
					s.ok(place{}, "%d addresses", len(addrs))
				}
			},
		},
		{
			ID: "mx.one-network", Title: "all addresses are in one network", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			Means:  "One router or one line behind all of them takes the whole mail service away when it fails.",
			Advice: "if mail must come in meanwhile, put a host in another network",
			check: func(d *facts.Domain, s *sheet) {
				addrs, whole := publicAddrs(d)
				networks := networksOf(addrs)
				switch {
				case len(addrs) < 2:
				case len(networks) > 1:
					s.ok(place{}, "%d networks", len(networks))
				case !whole:
					s.unknown(place{}, "all known addresses are in one network, others could not be looked up")
				default:
					s.bad(place{}, "%d addresses in %s", len(addrs), networks[0])
				}
			},
		},
		{
			ID: "mx.no-ipv6", Title: "no mail host has an IPv6 address", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			RFC:    "RFC 3974",
			Means:  "Senders with IPv6 alone cannot deliver. Nearly all senders have IPv4.",
			Advice: "give at least one mail host an IPv6 address, with reverse DNS, and publish an AAAA record",
			check: func(d *facts.Domain, s *sheet) {
				familyRule(d, s, "AAAA", func(h *facts.Host) *facts.Lookup { return &h.V6 })
			},
		},
		{
			ID: "mx.no-ipv4", Title: "no mail host has an IPv4 address", Severity: result.SeverityWarn, Actor: result.ActorNetwork,
			RFC:    "RFC 3974",
			Means:  "Senders without IPv6, and there are many, cannot deliver.",
			Advice: "give at least one mail host an IPv4 address, and publish an A record",
			check: func(d *facts.Domain, s *sheet) {
				familyRule(d, s, "A", func(h *facts.Host) *facts.Lookup { return &h.V4 })
			},
		},
	}
}

// publicAddrs are the different addresses of all hosts; whole is whether all
// could be looked up.
func publicAddrs(d *facts.Domain) (addrs []netip.Addr, whole bool) {
	whole = true
	seen := map[netip.Addr]bool{}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		whole = whole && h.V4.State != facts.Failed && h.V6.State != facts.Failed
		for _, a := range h.Addresses {
			if !seen[a.IP] {
				seen[a.IP] = true
				addrs = append(addrs, a.IP)
			}
		}
	}
	return addrs, whole
}

// networksOf are the networks of addresses, as far as they are likely to have
// one line: 24 bits of IPv4, 48 of IPv6.
func networksOf(addrs []netip.Addr) []netip.Prefix {
	var networks []netip.Prefix
	seen := map[netip.Prefix]bool{}
	for _, a := range addrs {
		bits := 48
		if a.Is4() {
			bits = 24
		}
		if p, err := a.WithZone("").Prefix(bits); err == nil && !seen[p] {
			seen[p] = true
			networks = append(networks, p)
		}
	}
	return networks
}

// familyRule is sound if a host has an address of the family.
func familyRule(d *facts.Domain, s *sheet, what string, family func(*facts.Host) *facts.Lookup) {
	asked, failed := false, ""
	for i := range d.Hosts {
		switch l := family(&d.Hosts[i]); l.State {
		case facts.Found:
			s.ok(place{}, "%s has one", d.Hosts[i].Name)
			return
		case facts.Failed:
			failed = l.Failure(what)
		case facts.NotAsked:
			continue
		}
		asked = true
	}
	switch {
	case failed != "":
		s.unknown(place{}, "%s", failed)
	case asked:
		s.bad(place{}, "no %s record", what)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
