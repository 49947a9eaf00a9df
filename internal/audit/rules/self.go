package rules

import (
	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func selfRules() []Rule {
	return []Rule{
		{
			ID: "self.address", Title: "the address that servers see of us is not known", Severity: result.SeverityNote, Actor: result.ActorUs,
			Means:  "This machine has an address of a network of its own, which a router translates, and no server told the one it saw. What hangs on the address is not known.",
			Advice: "run the check on a machine with a public address, or ask a server that names the client in its reply to EHLO",
			check: func(d *facts.Domain, s *sheet) {
				eachSelf(d, func(p place, a *facts.SelfAddress) {
					switch {
					case a.Private && !a.Told && !facts.SpecialUse(d.Name):
						s.bad(p, "%s is private", a.IP)
					case a.Told:
						s.ok(p, "a server told it")
					default:
						s.ok(p, "of this machine")
					}
				})
			},
		},
		{
			ID: "self.ptr", Title: "our address has no name (reverse DNS)", Severity: result.SeverityFail, Actor: result.ActorUs,
			RFC:    "RFC 1912 section 2.1",
			Means:  "Many servers refuse mail from here, and refuse this check as well.",
			Advice: "ask who owns the address, mostly the provider, for a PTR record with the name of this machine",
			check: func(d *facts.Domain, s *sheet) {
				eachPublicSelf(d, func(p place, a *facts.SelfAddress) {
					if !s.known(p, &a.PTR.Lookup, "PTR") {
						return
					}
					if a.PTR.Missing() {
						s.bad(p, "no PTR record").Publish = []string{reverseName(a.IP) + ". IN PTR " + d.Self.HELO + "."}
						return
					}
					s.ok(p, "%s", names(a.PTR.Names))
				})
			},
		},
		{
			ID: "self.unconfirmed", Title: "the name of our address does not lead back to it", Severity: result.SeverityFail, Actor: result.ActorUs,
			RFC:    "RFC 1912 section 2.1",
			Means:  "Many servers refuse mail from here.",
			Advice: "publish an address record of that name, or have the PTR record changed",
			check: func(d *facts.Domain, s *sheet) {
				eachPublicSelf(d, func(p place, a *facts.SelfAddress) {
					if s.known(p, &a.PTR.Lookup, "PTR") && a.PTR.State == facts.Found {
						checkConfirmed(s, p, &facts.Address{IP: a.IP, PTR: a.PTR})
					}
				})
			},
		},
		{
			ID: "self.generic", Title: "the name of our address looks like one of a customer line", Severity: result.SeverityWarn, Actor: result.ActorUs,
			Means:  "Some servers refuse mail from such names.",
			Advice: "have the PTR record changed to the name of this machine",
			check: func(d *facts.Domain, s *sheet) {
				eachPublicSelf(d, func(p place, a *facts.SelfAddress) {
					if !s.known(p, &a.PTR.Lookup, "PTR") || a.PTR.State != facts.Found {
						return
					}
					notGeneric(s, p, a.PTR.Names, a.IP)
				})
			},
		},
		{
			ID: "self.helo", Title: "the name we give does not exist", Severity: result.SeverityFail, Actor: result.ActorUs,
			RFC:    "RFC 5321 section 4.1.1.1, section 2.3.5",
			Means:  "Many servers refuse a client whose name in EHLO has no address.",
			Advice: "give a name that the DNS knows with --helo, or publish an address for it",
			check: func(d *facts.Domain, s *sheet) {
				if d.Self == nil || isLiteral(d.Self.HELO) || !s.known(place{}, &d.Self.Named, "the address") {
					return
				}
				if d.Self.Named.Missing() {
					s.bad(place{host: d.Self.HELO}, "%s", d.Self.Named.State)
					return
				}
				s.ok(place{host: d.Self.HELO}, "it has addresses")
			},
		},
		{
			ID: "self.helo-address", Title: "the name we give belongs to another address", Severity: result.SeverityNote, Actor: result.ActorUs,
			RFC:    "RFC 5321 section 4.1.4",
			Means:  "A server must not refuse mail for that alone, but filters count it.",
			Advice: "give the name of this machine with --helo, or publish our address for it",
			check: func(d *facts.Domain, s *sheet) {
				eachPublicSelf(d, func(p place, a *facts.SelfAddress) {
					if isLiteral(d.Self.HELO) || !s.known(p, &d.Self.Named, "the address") || d.Self.Named.Missing() {
						return
					}
					if !a.HELOAgrees {
						s.bad(p, "%s has other addresses", d.Self.HELO).Publish = []string{addressLine(d.Self.HELO, a.IP)}
						return
					}
					s.ok(p, "%s", d.Self.HELO)
				})
			},
		},
		{
			ID: "self.spf", Title: "the domain of our sender does not allow us to send", Severity: result.SeverityFail, Actor: result.ActorUs,
			RFC:    "RFC 7208 section 2.6",
			Means:  "Servers that look at SPF refuse mail with this sender from our address.",
			Advice: "add our address to the SPF record of the domain, or use another sender with --from",
			check: func(d *facts.Domain, s *sheet) {
				eachPublicSelf(d, func(p place, a *facts.SelfAddress) {
					switch a.SPF {
					case "":
					case "pass":
						s.ok(p, "%s: pass (%s)", d.Self.From, a.SPFWhy)
					case "temperror":
						s.unknown(p, "%s: %s", d.Self.From, a.SPFWhy)
					case "fail", "permerror":
						s.bad(p, "%s: %s (%s)", d.Self.From, a.SPF, a.SPFWhy)
					default:
						s.as(result.SeverityNote, p, "%s: %s (%s)", d.Self.From, a.SPF, a.SPFWhy)
					}
				})
			},
		},
		{
			ID: "self.listed", Title: "our address is on a block list", Severity: result.SeverityFail, Actor: result.ActorUs,
			RFC:    "RFC 5782 section 2.1",
			Means:  "Servers that ask this list refuse mail from here, and refuse this check as well.",
			Advice: "find out why it was listed (the text of the list says more), stop that, then ask the list to take the entry out",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.Lists {
					l := &d.Lists[i]
					if !working(l) {
						continue
					}
					for j := range l.Answers {
						e := &l.Answers[j]
						if p := (place{address: e.Subject}); e.Ours && s.known(p, &e.Lookup, "the entry") {
							judgeListing(s, p, l, e)
						}
					}
				}
			},
		},
	}
}

func eachSelf(d *facts.Domain, f func(place, *facts.SelfAddress)) {
	if d.Self == nil {
		return
	}
	for i := range d.Self.Addresses {
		f(place{address: d.Self.Addresses[i].IP.String()}, &d.Self.Addresses[i])
	}
}

// eachPublicSelf calls f for each address of ours that servers elsewhere see.
func eachPublicSelf(d *facts.Domain, f func(place, *facts.SelfAddress)) {
	eachSelf(d, func(p place, a *facts.SelfAddress) {
		if !a.Private || a.Told || facts.SpecialUse(d.Name) {
			f(p, a)
		}
	})
}
