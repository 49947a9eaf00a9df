package rules

import (
	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func dnssecRules() []Rule {
	return []Rule{
		{
			ID: "dnssec.bogus", Title: "the signatures of the zone are wrong", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 4035 section 5.5",
			Means:  "Resolvers that validate, and most large ones do, give no answer at all: to their users the domain is gone.",
			Advice: "sign the zone again, and see that the DS record in the zone above belongs to a key of the zone",
			check: func(d *facts.Domain, s *sheet) {
				switch {
				case d.MX.Known():
					s.ok(place{}, "the resolver answers")
				case d.DNSSEC.Unvalidated.Known():
					s.bad(place{}, "%s, and there is an answer when validation is left out", d.MX.Why)
				case d.MX.State == facts.Failed:
					s.unknown(place{}, "%s", d.MX.Failure("MX"))
				}
			},
		},
		{
			ID: "dnssec.resolver", Title: "nothing is known of DNSSEC from here", Severity: result.SeverityNote, Actor: result.ActorUs,
			RFC:    "RFC 4035 section 4.9.3",
			Means:  "Whether an answer was validated is the word of a resolver, which counts only if it validates and the way to it is safe. What hangs on it, such as DANE, is left out.",
			Advice: "run a validating resolver on this machine and name it: --dns 127.0.0.1",
			check: func(d *facts.Domain, s *sheet) {
				switch d.DNSSEC.Resolver {
				case facts.Found:
					s.ok(place{}, "%s", or(d.DNSSEC.Why, "the resolver validates, and its word counts"))
				case facts.NoData:
					s.bad(place{}, "%s", or(d.DNSSEC.Why, "its word does not count"))
				case facts.Failed:
					s.unknown(place{}, "%s", d.DNSSEC.Why)
				}
			},
		},
		{
			ID: "dnssec.unsigned", Title: "the zone is not signed", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 4033 section 3, RFC 7672 section 1.3",
			Means:  "Who can forge DNS answers can lead mail elsewhere, and DANE is unavailable.",
			Advice: "sign the zone with DNSSEC, and have the registrar publish the DS record",
			check: func(d *facts.Domain, s *sheet) {
				if d.DNSSEC.Resolver != facts.Found || !s.known(place{}, &d.MX.Lookup, "MX") {
					return
				}
				if !d.MX.Authentic {
					s.bad(place{}, "the answer about its MX records was not validated")
					return
				}
				s.ok(place{}, "the answer about its MX records was validated")
			},
		},
		{
			ID: "dnssec.host-unsigned", Title: "a mail host is in a zone that is not signed", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 2.2.2",
			Means:  "The zone of the domain is signed, that of its mail host is not, so that the addresses can be forged and DANE is unavailable for this host.",
			Advice: "sign the zone of the host, or name a host in a signed zone",
			check: func(d *facts.Domain, s *sheet) {
				if d.DNSSEC.Resolver != facts.Found || !s.known(place{}, &d.MX.Lookup, "MX") || !d.MX.Authentic {
					return
				}
				eachHost(d, s, func(p place, h *facts.Host) {
					if !h.V4.Authentic && !h.V6.Authentic {
						s.bad(p, "the answers about its addresses were not validated")
						return
					}
					s.ok(p, "the answers about its addresses were validated")
				})
			},
		},
		{
			ID: "dnssec.ds", Title: "the zone has signatures and no DS record above", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 4035 section 2.4",
			Means:  "Without the DS record in the zone above nobody can check the signatures, so that they are of no use.",
			Advice: "have the registrar publish the DS record of the zone's key",
			check: func(d *facts.Domain, s *sheet) {
				keys := &d.DNSSEC.Keys
				if !s.known(place{}, &d.DNSSEC.DS, "DS") || !s.known(place{}, keys, "DNSKEY") || keys.Missing() {
					return
				}
				if d.DNSSEC.DS.Missing() {
					s.bad(place{}, "DNSKEY records and no DS record")
					return
				}
				s.ok(place{}, "there is a DS record")
			},
		},
	}
}

// or is the first text, or the second where that is empty.
func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
