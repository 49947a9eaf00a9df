package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/records"
	"mxprobe/probe/result"
)

func tlsrptRules() []Rule {
	return []Rule{
		{
			ID: "tlsrpt.none", Title: "nobody is told of TLS that fails (no TLS-RPT)", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 8460 section 3",
			Means:  "With a record, large senders report each day which of their connections to the domain could not be secured.",
			Advice: "publish a record with an address for the reports",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.TLSRPT.Lookup, "TXT") {
					return
				}
				if len(tlsrptTexts(d)) == 0 {
					s.bad(place{}, "no record at %s", d.TLSRPT.Name).Publish = []string{
						`_smtp._tls.` + d.Name + `. IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@` + d.Name + `"`,
					}
					return
				}
				s.ok(place{}, "there is a record")
			},
		},
		{
			ID: "tlsrpt.several", Title: "there are several TLS-RPT records", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 8460 section 3",
			Means:  "Senders then take it as if there was none.",
			Advice: "keep one record, with all addresses in it and commas between them",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.TLSRPT.Lookup, "TXT") {
					return
				}
				switch n := len(tlsrptTexts(d)); {
				case n > 1:
					s.bad(place{}, "%d records", n)
				case n == 1:
					s.ok(place{}, "one record")
				}
			},
		},
		{
			ID: "tlsrpt.syntax", Title: "the TLS-RPT record has mistakes", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 8460 section 3",
			Means:  "Senders cannot tell where the reports go.",
			Advice: "write it as v=TLSRPTv1; rua=mailto:ADDRESS, or rua=https://HOST/PATH",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.TLSRPT.Lookup, "TXT") {
					return
				}
				for _, text := range tlsrptTexts(d) {
					if problems := records.ParseTLSRPT(text).Problems; len(problems) > 0 {
						s.bad(place{}, "%s", strings.Join(problems, "; "))
						continue
					}
					s.ok(place{}, "%s", text)
				}
			},
		},
	}
}

func tlsrptTexts(d *facts.Domain) []string {
	return slices.DeleteFunc(slices.Clone(d.TLSRPT.Records), func(t string) bool { return !records.IsTLSRPT(t) })
}
