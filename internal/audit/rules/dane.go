package rules

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func daneRules() []Rule {
	return []Rule{
		{
			ID: "dane.none", Title: "a mail host has no TLSA record", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 1.3",
			Means:  "Its addresses are signed, so that DANE could protect mail to it from being led elsewhere or read. Nothing is broken.",
			Advice: "publish a TLSA record with the hash of the server's key, a second one before each change of the key",
			check: func(d *facts.Domain, s *sheet) {
				eachTLSA(d, s, func(p place, h *facts.Host) {
					if !h.TLSA.Missing() {
						s.ok(p, "%s", count(len(h.TLSA.Records), "TLSA record", "TLSA records"))
						return
					}
					s.bad(p, "none at %s", h.TLSA.Name).Publish = tlsaLines(h)
				})
			},
		},
		{
			ID: "dane.unsigned", Title: "TLSA records are not signed", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 2.2",
			Means:  "Records that are not validated with DNSSEC are as none. They protect nothing.",
			Advice: "sign the zone of the host, or take the records out",
			check: func(d *facts.Domain, s *sheet) {
				if d.DNSSEC.Resolver != facts.Found {
					return
				}
				for i := range d.Hosts {
					h := &d.Hosts[i]
					if !s.known(at(h), &h.TLSA.Lookup, "TLSA") || h.TLSA.State != facts.Found {
						continue
					}
					if !h.TLSA.Validated {
						s.bad(at(h), "%s, not validated", count(len(h.TLSA.Records), "record", "records"))
						continue
					}
					s.ok(at(h), "validated")
				}
			},
		},
		{
			ID: "dane.unusable", Title: "TLSA records are of a kind that no sender uses", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 3.1.3",
			Means:  "For mail only the usages 2 and 3 count. With none of them, senders encrypt without looking at the certificate.",
			Advice: "publish \"3 1 1\" with the SHA-256 hash of the server's key instead",
			check: func(d *facts.Domain, s *sheet) {
				eachTLSASet(d, s, func(p place, h *facts.Host) {
					for _, r := range h.TLSA.Records {
						if r.Unusable != "" {
							s.bad(p, "%s", r.Unusable).Publish = tlsaLines(h)
							return
						}
					}
					s.ok(p, "%s", numbers(h))
				})
			},
		},
		{
			ID: "dane.mismatch", Title: "no TLSA record fits the certificate", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 2.2",
			Means:  "Senders that follow DANE, some of the largest among them, do not deliver to this address. Mail waits there and is returned after some days.",
			Advice: "publish the record of the key that the server uses, and later the next key's before the key changes",
			check: func(d *facts.Domain, s *sheet) {
				eachDANE(d, s, func(p place, h *facts.Host, c *facts.Certificate) {
					if len(c.TLSA) > 0 {
						s.ok(p, "%s", recordText(h.TLSA.Records[c.TLSA[0]]))
						return
					}
					s.bad(p, "certificate %.16s (%s): %s", c.SHA256, c.Key, or(c.DANE, "no record fits")).Publish = tlsaLines(h)
				})
			},
		},
		{
			ID: "dane.no-starttls", Title: "there are TLSA records, and the server offers no STARTTLS", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 7672 section 2.2",
			Means:  "TLSA records promise TLS. Senders that follow DANE do not deliver without it.",
			Advice: "turn STARTTLS on, or take the TLSA records out",
			check: func(d *facts.Domain, s *sheet) {
				eachSecured(d, s, func(p place, _ *facts.Host, m *facts.Session) {
					if !s.replied(p, &m.Hello.Reply, "EHLO") || !m.Hello.Positive() {
						return
					}
					if !m.Hello.Offers("STARTTLS") {
						s.bad(p, "not in the reply to EHLO")
						return
					}
					s.ok(p, "STARTTLS is offered")
				})
			},
		},
		{
			ID: "dane.rollover", Title: "there is no TLSA record for the next key", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7671 section 8.1, RFC 7672 section 2.2",
			Means:  "Each record belongs to the key in use. When the key changes, mail of senders that follow DANE stops until the new record has come through everywhere.",
			Advice: "publish a second record in time: of the next key (3 1 1), or of the authority that signs it (2 1 1)",
			check: func(d *facts.Domain, s *sheet) {
				eachTLSASet(d, s, func(p place, h *facts.Host) { checkRollover(s, p, h) })
			},
		},
		{
			ID: "dane.partial", Title: "some mail hosts have TLSA records, others have none", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7672 section 2.2",
			Means:  "Who wants to read mail leads the sender to the host that is not protected.",
			Advice: "publish TLSA records for all mail hosts",
			check:  checkPartial,
		},
	}
}

// eachTLSA calls f for each host of which TLSA records were asked for and count.
func eachTLSA(d *facts.Domain, s *sheet, f func(place, *facts.Host)) {
	if d.DNSSEC.Resolver != facts.Found {
		return
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if !h.TLSA.Unsigned && s.known(at(h), &h.TLSA.Lookup, "TLSA") {
			f(at(h), h)
		}
	}
}

// eachTLSASet calls f for each host with TLSA records that count.
func eachTLSASet(d *facts.Domain, s *sheet, f func(place, *facts.Host)) {
	eachTLSA(d, s, func(p place, h *facts.Host) {
		if h.TLSA.State == facts.Found && h.TLSA.Validated {
			f(p, h)
		}
	})
}

// eachSecured calls f for each session with a host that has TLSA records.
func eachSecured(d *facts.Domain, s *sheet, f func(place, *facts.Host, *facts.Session)) {
	eachTLSASet(d, s, func(_ place, h *facts.Host) {
		for j := range h.Addresses {
			a := &h.Addresses[j]
			switch a.Main.State {
			case facts.Found:
				f(on(h, a), h, &a.Main)
			case facts.Failed:
				s.unknown(on(h, a), "%s", a.Main.Why)
			}
		}
	})
}

// eachDANE calls f for each certificate of a host with TLSA records of which
// some are usable.
func eachDANE(d *facts.Domain, s *sheet, f func(place, *facts.Host, *facts.Certificate)) {
	eachTLSASet(d, s, func(_ place, h *facts.Host) {
		if !slices.ContainsFunc(h.TLSA.Records, func(r facts.TLSARecord) bool { return r.Unusable == "" }) {
			return
		}
		for j := range h.Addresses {
			a := &h.Addresses[j]
			if len(a.Certificates) == 0 && (a.Main.State == facts.Failed || a.Main.TLS.State == facts.Failed) {
				s.unknown(on(h, a), "no certificate: %s", or(a.Main.TLS.Why, a.Main.Why))
			}
			for k := range a.Certificates {
				if a.Certificates[k].Judged {
					f(on(h, a), h, &a.Certificates[k])
				}
			}
		}
	})
}

func recordText(r facts.TLSARecord) string {
	return fmt.Sprintf("%d %d %d", r.Usage, r.Selector, r.Matching)
}

func numbers(h *facts.Host) string {
	var all []string
	for _, r := range h.TLSA.Records {
		all = append(all, recordText(r))
	}
	return strings.Join(all, ", ")
}

// tlsaLines are the records that the host should have: one for each key that
// its servers show.
func tlsaLines(h *facts.Host) []string {
	var lines []string
	for _, a := range h.Addresses {
		for _, c := range a.Certificates {
			if c.KeySHA256 == "" {
				continue
			}
			line := "_25._tcp." + h.Name + ". IN TLSA 3 1 1 " + c.KeySHA256
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// checkRollover is sound if a record is there that belongs to no key in use, or
// to the authority, which stays when the key changes.
func checkRollover(s *sheet, p place, h *facts.Host) {
	inUse := map[int]bool{}
	judged, met := false, false
	for _, a := range h.Addresses {
		met = met || a.Main.State != facts.NotAsked
		for _, c := range a.Certificates {
			judged = judged || c.Judged
			for _, i := range c.TLSA {
				inUse[i] = true
			}
		}
	}
	if !met {
		return
	}
	if !judged {
		s.unknown(p, "no certificate was seen to hold the records against")
		return
	}
	if len(inUse) == 0 {
		return // another rule
	}
	for i, r := range h.TLSA.Records {
		switch {
		case r.Unusable != "":
		case r.Usage == 2:
			s.ok(p, "%s is of an authority", recordText(r))
			return
		case !inUse[i]:
			s.ok(p, "%s is of no key in use", recordText(r))
			return
		}
	}
	s.bad(p, "each of %s is of the key in use", numbers(h))
}

func checkPartial(d *facts.Domain, s *sheet) {
	if d.DNSSEC.Resolver != facts.Found {
		return
	}
	var with, lacking []string
	for i := range d.Hosts {
		h := &d.Hosts[i]
		switch {
		case h.TLSA.State == facts.Failed:
			s.unknown(at(h), "%s", h.TLSA.Failure("TLSA"))
			return
		case h.TLSA.State == facts.Found && h.TLSA.Validated:
			with = append(with, h.Name)
		case h.TLSA.Known() || h.TLSA.Unsigned:
			lacking = append(lacking, h.Name)
		}
	}
	switch {
	case len(with) > 0 && len(lacking) > 0:
		s.bad(place{}, "%s; none: %s", strings.Join(with, ", "), strings.Join(lacking, ", "))
	case len(with)+len(lacking) > 0:
		s.ok(place{}, "all hosts alike")
	}
}
