package rules

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/internal/audit/spf"
	"mxprobe/probe/result"
)

// What a faulty record costs.
const spfVoid = "The record is an error for every receiver (permerror): SPF passes for none of the domain's mail, and some servers refuse it."

func spfRules() []Rule {
	return slices.Concat(spfRecordRules(), spfTermRules(), spfLimitRules())
}

func spfRecordRules() []Rule {
	return []Rule{
		{
			ID: "spf.none", Title: "the domain has no SPF record", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 3",
			Means:  "Anybody may send in its name without being found out, and large receivers refuse or sort out mail of such domains.",
			Advice: "publish a record with the servers that send for the domain; one that sends nothing has \"v=spf1 -all\"",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.SPF.Lookup, "TXT") {
					return
				}
				if len(spfTexts(d)) > 0 {
					s.ok(place{}, "%s", spfTexts(d)[0])
					return
				}
				text := "v=spf1 mx -all"
				if d.MX.Null() {
					text = "v=spf1 -all"
				}
				s.bad(place{}, "none among %s", count(len(d.SPF.Records), "TXT record", "TXT records")).Publish = []string{
					d.Name + `. IN TXT "` + text + `"`,
				}
			},
		},
		{
			ID: "spf.several", Title: "the domain has several SPF records", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC: "RFC 7208 section 3.2, section 4.5", Means: spfVoid,
			Advice: "put all terms into one record, and take the others out",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.SPF.Lookup, "TXT") {
					return
				}
				switch texts := spfTexts(d); len(texts) {
				case 0:
				case 1:
					s.ok(place{}, "one record")
				default:
					s.bad(place{}, "%s", strings.Join(texts, " | "))
				}
			},
		},
		faultRule("spf.syntax", "the SPF record cannot be read", "RFC 7208 section 4.6", "mend the term", spf.FaultSyntax),
		faultRule("spf.include", "the SPF record includes a domain without one", "RFC 7208 section 5.2", "take the term out, or mend the name in it", spf.FaultInclude, spf.FaultSeveral),
		faultRule("spf.loop", "SPF records include each other", "RFC 7208 section 4.6.4", "take one of the terms out", spf.FaultLoop),
	}
}

func spfTexts(d *facts.Domain) []string {
	return slices.DeleteFunc(slices.Clone(d.SPF.Records), func(t string) bool { return !spf.IsRecord(t) })
}

// walked returns what following the record gave, if there is one record.
func walked(d *facts.Domain, s *sheet) *spf.Report {
	if !s.known(place{}, &d.SPF.Lookup, "TXT") || len(spfTexts(d)) != 1 {
		return nil
	}
	return &d.SPF.Report
}

// whole is walked for rules that have to know all of the record.
func whole(d *facts.Domain, s *sheet) *spf.Report {
	r := walked(d, s)
	if r == nil {
		return nil
	}
	if len(r.Unknown) > 0 {
		s.unknown(place{}, "%s", strings.Join(r.Unknown, "; "))
		return nil
	}
	if r.Cut {
		s.unknown(place{}, "the record leads to more records than anybody follows")
		return nil
	}
	return r
}

// faultRule is a rule on kinds of faults that make a record void.
func faultRule(id, title, rfc, advice string, kinds ...spf.FaultKind) Rule {
	return Rule{
		ID: id, Title: title, Severity: result.SeverityFail, Actor: result.ActorDNS, RFC: rfc, Means: spfVoid, Advice: advice,
		check: func(d *facts.Domain, s *sheet) {
			r := walked(d, s)
			if r == nil {
				return
			}
			found := false
			for _, f := range r.Faults {
				if slices.Contains(kinds, f.Kind) {
					s.bad(place{}, "%s: %s", f.Domain, f.Text)
					found = true
				}
			}
			if !found && whole(d, s) != nil {
				s.ok(place{}, "%s", count(len(r.Records), "record", "records"))
			}
		},
	}
}

func spfLimitRules() []Rule {
	return []Rule{
		{
			ID: "spf.lookups", Title: "the SPF record causes more than 10 look-ups", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 4.6.4",
			Means:  "Receivers stop at ten (permerror): SPF fails for the servers named last, and for all who may not send.",
			Advice: "take out includes of services that no longer send, and a and mx terms; name networks with ip4: and ip6: instead",
			check: func(d *facts.Domain, s *sheet) {
				r := walked(d, s)
				if r == nil {
					return
				}
				if r.Lookups > spf.MaxLookups {
					s.bad(place{}, "%d", r.Lookups)
					return
				}
				if whole(d, s) != nil {
					s.ok(place{}, "%d of 10", r.Lookups)
				}
			},
		},
		{
			ID: "spf.void", Title: "terms of the SPF record lead to nothing", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 4.6.4",
			Means:  "With more than two of them many receivers take the record for an error (permerror).",
			Advice: "take the terms out whose names have no such record",
			check: func(d *facts.Domain, s *sheet) {
				r := walked(d, s)
				if r == nil {
					return
				}
				switch n := len(r.Voids); {
				case n > spf.MaxVoids:
					s.bad(place{}, "%d: %s", n, strings.Join(r.Voids, "; "))
				case n > 0:
					s.as(result.SeverityNote, place{}, "%s", strings.Join(r.Voids, "; "))
				case whole(d, s) != nil:
					s.ok(place{}, "each finds something")
				}
			},
		},
		{
			ID: "spf.mx", Title: "an mx term of the SPF record names more than 10 hosts", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC: "RFC 7208 section 4.6.4", Means: spfVoid,
			Advice: "name the networks of the hosts with ip4: and ip6: instead",
			check: func(d *facts.Domain, s *sheet) {
				r := walked(d, s)
				if r == nil {
					return
				}
				for _, f := range r.Faults {
					if f.Kind == spf.FaultMX {
						s.bad(place{}, "%s: %s", f.Domain, f.Text)
						return
					}
				}
				if whole(d, s) != nil {
					s.ok(place{}, "none does")
				}
			},
		},
		{
			ID: "spf.length", Title: "the SPF record is long", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 3.4",
			Means:  "Answers over 512 octets do not pass every network.",
			Advice: "divide the record with include:, and keep other TXT records at other names",
			check: func(d *facts.Domain, s *sheet) {
				r := walked(d, s)
				if r == nil {
					return
				}
				if n := len(spfTexts(d)[0]); n > 450 {
					s.bad(place{}, "%d octets", n)
					return
				}
				s.ok(place{}, "%d octets", len(spfTexts(d)[0]))
			},
		},
	}
}

func spfTermRules() []Rule {
	return []Rule{
		{
			ID: "spf.plus-all", Title: "the SPF record allows everybody to send", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 5.1",
			Means:  "With +all each server of the world may send in the name of the domain, and receivers trust such records less than none.",
			Advice: "end the record with -all or ~all",
			check: func(d *facts.Domain, s *sheet) {
				if r := whole(d, s); r != nil && r.All != 0 {
					if r.All == spf.PassQualifier {
						s.bad(place{}, "+all")
						return
					}
					s.ok(place{}, "%call", r.All)
				}
			},
		},
		{
			ID: "spf.no-all", Title: "the SPF record does not say what others may", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 4.7, section 5.1",
			Means:  "Without all, or with ?all, servers that are not named are neither allowed nor refused, so that the record finds nobody out.",
			Advice: "end the record with -all or ~all",
			check: func(d *facts.Domain, s *sheet) {
				r := whole(d, s)
				switch {
				case r == nil || len(r.Faults) > 0:
				case r.All == 0:
					s.bad(place{}, "no all")
				case r.All == spf.NeutralQualifier:
					s.bad(place{}, "?all")
				default:
					s.ok(place{}, "%call", r.All)
				}
			},
		},
		{
			ID: "spf.ptr", Title: "the SPF record has a ptr term", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 5.5",
			Means:  "It is slow, leads to wrong results when reverse DNS fails, and should not be used; some receivers leave it out.",
			Advice: "name the networks with ip4: and ip6:, or the hosts with a:",
			check: func(d *facts.Domain, s *sheet) {
				if r := walked(d, s); r != nil {
					if r.PTR {
						s.bad(place{}, "ptr")
						return
					}
					if whole(d, s) != nil {
						s.ok(place{}, "no ptr")
					}
				}
			},
		},
		{
			ID: "spf.after-all", Title: "parts of the SPF record are never looked at", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7208 section 5.1, section 6.1",
			Means:  "What stands behind all, and a redirect beside it, is ignored.",
			Advice: "put all at the end, and take redirect out",
			check: func(d *facts.Domain, s *sheet) {
				r := walked(d, s)
				if r == nil {
					return
				}
				var parts []string
				if len(r.After) > 0 {
					parts = append(parts, fmt.Sprintf("behind all: %s", strings.Join(r.After, " ")))
				}
				if r.Ignored {
					parts = append(parts, "redirect beside all")
				}
				if len(parts) > 0 {
					s.bad(place{}, "%s", strings.Join(parts, "; "))
					return
				}
				if whole(d, s) != nil {
					s.ok(place{}, "nothing is left out")
				}
			},
		},
	}
}
