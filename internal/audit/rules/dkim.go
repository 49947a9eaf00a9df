package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/records"
	"mxprobe/probe/result"
)

func dkimRules() []Rule {
	return []Rule{
		{
			ID: "dkim.none", Title: "no DKIM key is published", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 6376 section 3.6.2, RFC 8020",
			Means:  "Mail of the domain has no signature of its own, so that DMARC depends on SPF alone, which forwarding breaks. Large receivers ask for one of whoever sends much.",
			Advice: "have the server that sends sign its mail, and publish the key; a domain that sends nothing needs none",
			check: func(d *facts.Domain, s *sheet) {
				if d.MX.Null() || !s.known(place{}, &d.Keys, "TXT") {
					return
				}
				if d.Keys.State == facts.NoName {
					s.bad(place{}, "there is nothing below %s", d.Keys.Name)
					return
				}
				s.ok(place{}, "there are names below %s", d.Keys.Name)
			},
		},
		{
			ID: "dkim.missing", Title: "a DKIM selector has no key", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 6376 section 3.6.2",
			Means:  "Signatures that name this selector fail.",
			Advice: "publish the key that the signing server has, or sign with a selector that is published",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.DKIM {
					k := &d.DKIM[i]
					p := place{host: k.Name}
					if !s.known(p, &k.Lookup, "TXT") {
						continue
					}
					if k.Missing() {
						s.bad(p, "%s", k.State)
						continue
					}
					s.ok(p, "there is a record")
				}
			},
		},
		{
			ID: "dkim.syntax", Title: "a DKIM key cannot be read", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 6376 section 3.6.1",
			Means:  "Signatures with this key fail.",
			Advice: "publish the record as the signing server wrote it; long keys are divided into several strings of one record",
			check: func(d *facts.Domain, s *sheet) {
				eachKey(d, s, func(p place, k *records.DKIM, several int) {
					faults := k.Problems
					if several > 1 {
						faults = append(slices.Clone(faults), count(several, "record", "records")+" at one name")
					}
					if k.NotMail {
						faults = append(slices.Clone(faults), "the key is not for mail (s=)")
					}
					if len(faults) > 0 {
						s.bad(p, "%s", strings.Join(faults, "; "))
						return
					}
					s.ok(p, "%s with %d bits", k.Key, k.Bits)
				})
			},
		},
		{
			ID: "dkim.revoked", Title: "a DKIM key was taken back", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 6376 section 3.6.1",
			Means:  "An empty p= says that signatures with this selector no longer count.",
			Advice: "see that nothing signs with this selector any more",
			check: func(d *facts.Domain, s *sheet) {
				eachKey(d, s, func(p place, k *records.DKIM, _ int) {
					if k.Revoked {
						s.bad(p, "p= is empty")
						return
					}
					s.ok(p, "there is a key")
				})
			},
		},
		{
			ID: "dkim.short", Title: "a DKIM key is short", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 8301 section 3.2",
			Means:  "Receivers do not count keys under 1024 bits; keys under 2048 bits can be broken with effort.",
			Advice: "make a new key with 2048 bits under a new selector, publish it, then sign with it",
			check: func(d *facts.Domain, s *sheet) {
				eachKey(d, s, func(p place, k *records.DKIM, _ int) {
					switch {
					case k.Bits == 0 || k.Key != "rsa":
						if k.Bits > 0 {
							s.ok(p, "%s", k.Key)
						}
					case k.Bits < 1024:
						s.bad(p, "%d bits", k.Bits)
					case k.Bits < 2048:
						s.as(result.SeverityNote, p, "%d bits", k.Bits)
					default:
						s.ok(p, "%d bits", k.Bits)
					}
				})
			},
		},
		{
			ID: "dkim.testing", Title: "a DKIM key is for tests", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 6376 section 3.6.1",
			Means:  "With t=y receivers treat mail whose signature fails as if it was not signed.",
			Advice: "take t=y out when the signatures are known to be good",
			check: func(d *facts.Domain, s *sheet) {
				eachKey(d, s, func(p place, k *records.DKIM, _ int) {
					if k.Testing {
						s.bad(p, "t=y")
						return
					}
					s.ok(p, "no t=y")
				})
			},
		},
		{
			ID: "dkim.hash", Title: "a DKIM key allows SHA-1 alone", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 8301 section 3.1",
			Means:  "Receivers do not count signatures with SHA-1, and this key allows no others.",
			Advice: "take h= out of the record, and sign with rsa-sha256",
			check: func(d *facts.Domain, s *sheet) {
				eachKey(d, s, func(p place, k *records.DKIM, _ int) {
					if k.OnlySHA1 {
						s.bad(p, "h=sha1")
						return
					}
					s.ok(p, "SHA-256 is allowed")
				})
			},
		},
	}
}

// eachKey calls f for the first record of each selector that has any.
func eachKey(d *facts.Domain, s *sheet, f func(p place, k *records.DKIM, several int)) {
	for i := range d.DKIM {
		k := &d.DKIM[i]
		p := place{host: k.Name}
		if !s.known(p, &k.Lookup, "TXT") || len(k.Records) == 0 {
			continue
		}
		key := records.ParseDKIM(k.Records[0])
		f(p, &key, len(k.Records))
	}
}
