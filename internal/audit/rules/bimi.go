package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/records"
	"mxprobe/probe/result"
)

func bimiRules() []Rule {
	return []Rule{
		{
			ID: "bimi.syntax", Title: "the BIMI record has mistakes", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "draft-brand-indicators-for-message-identification section 4.2",
			Means:  "Mailbox providers show no logo. Mail is not touched.",
			Advice: "write it as v=BIMI1; l=https://HOST/logo.svg; a=https://HOST/certificate.pem",
			check: func(d *facts.Domain, s *sheet) {
				texts := bimiTexts(d, s)
				switch len(texts) {
				case 0:
				case 1:
					if problems := records.ParseBIMI(texts[0]).Problems; len(problems) > 0 {
						s.bad(place{}, "%s", strings.Join(problems, "; "))
						return
					}
					s.ok(place{}, "%s", texts[0])
				default:
					s.bad(place{}, "%d records", len(texts))
				}
			},
		},
		{
			ID: "bimi.dmarc", Title: "the logo (BIMI) is not shown without a DMARC policy that asks for something", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "draft-brand-indicators-for-message-identification section 7.1",
			Means:  "Mailbox providers show the logo only where forged mail is refused or sorted out.",
			Advice: "set the DMARC policy of the domain and its subdomains to quarantine or reject",
			check: func(d *facts.Domain, s *sheet) {
				texts := bimiTexts(d, s)
				if len(texts) != 1 || records.ParseBIMI(texts[0]).Logo == "" || !walkKnown(d, s) {
					return
				}
				p, ok := findPolicy(d)
				switch {
				case !ok:
					s.bad(place{}, "no DMARC policy")
				case p.Record.Policy == "none" || effective(&p) == "none":
					s.bad(place{}, "policy none")
				default:
					s.ok(place{}, "policy %s", effective(&p))
				}
			},
		},
	}
}

func bimiTexts(d *facts.Domain, s *sheet) []string {
	if !s.known(place{}, &d.BIMI.Lookup, "TXT") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.BIMI.Records), func(t string) bool { return !records.IsBIMI(t) })
}
