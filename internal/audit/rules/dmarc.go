package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/records"
	"mxprobe/probe/result"
)

func dmarcRules() []Rule {
	return slices.Concat(dmarcRecordRules(), dmarcPolicyRules(), dmarcReportRules())
}

// walkKnown reports whether the tree walk could be made as far as it decides: a
// domain with a record of its own needs none above.
func walkKnown(d *facts.Domain, s *sheet) bool {
	if len(d.DMARC.Walk) > 0 && d.DMARC.Walk[0].State == facts.Found {
		if text, _ := records.OneDMARC(d.DMARC.Walk[0].Records); text != "" {
			return true
		}
	}
	for i := range d.DMARC.Walk {
		if d.DMARC.Walk[i].State == facts.Failed {
			s.unknown(place{}, "%s", d.DMARC.Walk[i].Failure("TXT"))
			return false
		}
	}
	return len(d.DMARC.Walk) > 0
}

// dmarcPolicy is the record that counts; false if there is none or nobody knows.
func dmarcPolicy(d *facts.Domain, s *sheet) (records.Policy, bool) {
	if !walkKnown(d, s) {
		return records.Policy{}, false
	}
	return findPolicy(d)
}

func findPolicy(d *facts.Domain) (records.Policy, bool) {
	var texts [][]string
	for _, w := range d.DMARC.Walk {
		texts = append(texts, w.Records)
	}
	return records.FindPolicy(records.WalkNames(d.Name), texts)
}

func dmarcLine(d *facts.Domain, policy string) string {
	return `_dmarc.` + d.Name + `. IN TXT "v=DMARC1; p=` + policy + `; rua=mailto:dmarc@` + d.Name + `"`
}

func dmarcRecordRules() []Rule {
	return []Rule{
		{
			ID: "dmarc.none", Title: "no DMARC policy counts for the domain", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.10",
			Means:  "Nobody is told what to do with forged mail of the domain, and large receivers ask for a policy of whoever sends much.",
			Advice: "begin with the policy none and an address for reports",
			check: func(d *facts.Domain, s *sheet) {
				if !walkKnown(d, s) {
					return
				}
				p, ok := findPolicy(d)
				if ok {
					s.ok(place{}, "%s: %s", p.Domain, p.Text)
					return
				}
				if p.Record.Void != "" {
					f := s.bad(place{}, "the record at _dmarc.%s counts for nothing: %s", p.Domain, p.Record.Void)
					f.Advice = "mend the record: " + p.Text
					return
				}
				f := s.bad(place{}, "no record at _dmarc.%s or above", d.Name)
				f.Publish = []string{dmarcLine(d, "none")}
			},
		},
		{
			ID: "dmarc.several", Title: "there are several DMARC records at one name", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.10",
			Means:  "Receivers then take it as if there was none.",
			Advice: "keep one record",
			check: func(d *facts.Domain, s *sheet) {
				if !walkKnown(d, s) {
					return
				}
				if _, n := records.OneDMARC(d.DMARC.Walk[0].Records); n > 1 {
					s.bad(place{}, "%d records at _dmarc.%s", n, d.Name)
					return
				} else if n == 1 {
					s.ok(place{}, "one record")
				}
			},
		},
		{
			ID: "dmarc.syntax", Title: "the DMARC record has mistakes", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.7",
			Means:  "What cannot be read is as if it was not there. A p, sp or np that is no policy makes the whole record one of p=none, and without an address for reports none at all.",
			Advice: "mend what is named",
			check: func(d *facts.Domain, s *sheet) {
				if !walkKnown(d, s) {
					return
				}
				text, n := records.OneDMARC(d.DMARC.Walk[0].Records)
				if n != 1 {
					return
				}
				r := records.ParseDMARC(text)
				if faults := join("; ", append([]string{r.Void}, r.Problems...)...); faults != "" {
					s.bad(place{}, "%s", faults)
					return
				}
				s.ok(place{}, "%s", text)
			},
		},
		{
			ID: "dmarc.inherited", Title: "the DMARC policy is that of a domain above", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.10",
			Means:  "The domain has no record of its own, and the policy for subdomains (sp, or p) counts. That is often what is meant.",
			Advice: "publish a record of its own, if the domain needs another policy",
			check: func(d *facts.Domain, s *sheet) {
				if p, ok := dmarcPolicy(d, s); ok {
					if p.Domain != d.Name {
						s.bad(place{}, "of %s: %s", p.Domain, effective(&p))
						return
					}
					s.ok(place{}, "a record of its own")
				}
			},
		},
		{
			ID: "dmarc.removed", Title: "the DMARC record has tags that are no longer used", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 appendix C",
			Means:  "pct, rf and ri were taken out; receivers of today overlook them. Instead of pct there is t=y.",
			Advice: "take the tags out; write t=y where the policy is not yet to be applied",
			check: func(d *facts.Domain, s *sheet) {
				if p, ok := dmarcPolicy(d, s); ok {
					if old := append(slices.Clone(p.Record.Removed), p.Record.Unknown...); len(old) > 0 {
						s.bad(place{}, "%s", strings.Join(old, ", "))
						return
					}
					s.ok(place{}, "none")
				}
			},
		},
	}
}

// effective is the policy for a domain by a record of its own or of one above
// it.
func effective(p *records.Policy) string {
	return or(p.Record.Subdomain, p.Record.Policy)
}

func dmarcPolicyRules() []Rule {
	return []Rule{
		{
			ID: "dmarc.policy", Title: "the DMARC policy asks for nothing", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.7",
			Means:  "With p=none forged mail is delivered as any other. It is right at the beginning, to see in the reports who sends.",
			Advice: "when the reports show no mail of your own that fails, go on to quarantine or reject",
			check: func(d *facts.Domain, s *sheet) {
				if p, ok := dmarcPolicy(d, s); ok {
					policy := p.Record.Policy
					if p.Domain != d.Name {
						policy = effective(&p)
					}
					if policy == "none" {
						s.bad(place{}, "policy none")
						return
					}
					s.ok(place{}, "policy %s", policy)
				}
			},
		},
		{
			ID: "dmarc.testing", Title: "the DMARC policy is for tests", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.7",
			Means:  "With t=y receivers apply the next weaker policy.",
			Advice: "take t=y out when the reports show no mail of your own that fails",
			check: func(d *facts.Domain, s *sheet) {
				if p, ok := dmarcPolicy(d, s); ok {
					policy := p.Record.Policy
					if p.Domain != d.Name {
						policy = effective(&p)
					}
					if p.Record.Testing && policy != "none" { // else it changes nothing
						s.bad(place{}, "t=y with policy %s", policy)
						return
					}
					s.ok(place{}, "no t=y")
				}
			},
		},
		{
			ID: "dmarc.subdomains", Title: "the DMARC policy for subdomains is weaker than that of the domain", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.7",
			Means:  "Who forges mail takes a name below the domain, existing (sp) or not (np), instead.",
			Advice: "take sp and np out, or make them as strict as p",
			check: func(d *facts.Domain, s *sheet) {
				p, ok := dmarcPolicy(d, s)
				if !ok || p.Domain != d.Name {
					return
				}
				var weak []string
				sub := effective(&p)
				if strictness(sub) < strictness(p.Record.Policy) {
					weak = append(weak, "sp="+sub)
				}
				if np := or(p.Record.NonExistent, sub); np != sub && strictness(np) < strictness(p.Record.Policy) {
					weak = append(weak, "np="+np)
				}
				if len(weak) > 0 {
					s.bad(place{}, "p=%s, %s", p.Record.Policy, strings.Join(weak, ", "))
					return
				}
				s.ok(place{}, "as strict as the domain's")
			},
		},
	}
}

func strictness(policy string) int {
	return slices.Index([]string{"none", "quarantine", "reject"}, policy)
}

func dmarcReportRules() []Rule {
	return []Rule{
		{
			ID: "dmarc.no-reports", Title: "nobody gets the DMARC reports", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 9989 section 4.7",
			Means:  "Without them nobody sees whether mail of the domain's own fails.",
			Advice: "add rua=mailto: and an address to the record",
			check: func(d *facts.Domain, s *sheet) {
				if p, ok := dmarcPolicy(d, s); ok {
					if len(p.Record.Aggregate) == 0 {
						s.bad(place{}, "no rua=")
						return
					}
					s.ok(place{}, "%s", strings.Join(p.Record.Aggregate, ", "))
				}
			},
		},
		{
			ID: "dmarc.report-address", Title: "a DMARC report address in another domain is not authorised there", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 9990 section 4",
			Means:  "Receivers send reports to another organisation only if its DNS says that it wants them. These reports get lost.",
			Advice: "have the other domain publish the record",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.DMARC.Reports {
					a := &d.DMARC.Reports[i]
					p := place{host: a.Host}
					if !s.known(p, &a.Lookup, "TXT") {
						continue
					}
					if slices.ContainsFunc(a.Records, records.IsDMARC) {
						s.ok(p, "authorised by %s", a.Name)
						continue
					}
					s.bad(p, "no record at %s", a.Name).Publish = []string{a.Name + `. IN TXT "v=DMARC1;"`}
				}
			},
		},
	}
}
