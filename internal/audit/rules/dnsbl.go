package rules

import (
	"net/netip"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func dnsblRules() []Rule {
	return []Rule{
		{
			ID: "dnsbl.broken", Title: "a block list does not work", Severity: result.SeverityNote, Actor: result.ActorUs,
			RFC:    "RFC 5782 section 5",
			Means:  "Every list has the entry 127.0.0.2 and must not have 127.0.0.1. One without the first is empty or gone, one with the second says yes to everything. Its answers count for nothing.",
			Advice: "leave the list out; a mail server that asks it should stop doing so",
			check: func(d *facts.Domain, s *sheet) {
				eachList(d, s, func(p place, l *facts.List) {
					if why := listFault(l); why != "" {
						s.bad(p, "%s", why)
						return
					}
					s.ok(p, "both test entries are as they must be")
				})
			},
		},
		{
			ID: "dnsbl.refused", Title: "a block list refuses to be asked from here", Severity: result.SeverityNote, Actor: result.ActorUs,
			RFC:    "RFC 5782 section 2.1",
			Means:  "Answers in 127.255.255.0/24 say that the question came by a public resolver, or that there were too many. Nothing is known then.",
			Advice: "ask by a resolver of your own: --dns 127.0.0.1; some lists want a registration",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.Lists {
					l := &d.Lists[i]
					p := place{host: l.Zone}
					if !s.known(p, &l.Listed.Lookup, "the test entry") {
						continue
					}
					if code, refused := refusal(l); refused {
						s.bad(p, "%s", code)
						continue
					}
					s.ok(p, "no refusal")
				}
			},
		},
		{
			ID: "dnsbl.listed", Title: "an address of a mail host is on a block list", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5782 section 2.1",
			Means:  "Servers that ask this list refuse mail that the address sends. Mail to it is not touched.",
			Advice: "find out why it was listed (the text of the list says more), stop that, then ask the list to take the entry out",
			check: func(d *facts.Domain, s *sheet) {
				eachListing(d, s, false, func(p place, l *facts.List, e *facts.Listing) { judgeListing(s, p, l, e) })
			},
		},
		{
			ID: "dnsbl.domain", Title: "a name is on a block list of names", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 5782 section 2.3",
			Means:  "Filters that ask this list sort out mail with the name in its sender or its text.",
			Advice: "find out why it was listed (the text of the list says more), stop that, then ask the list to take the entry out",
			check: func(d *facts.Domain, s *sheet) {
				eachListing(d, s, true, func(p place, l *facts.List, e *facts.Listing) { judgeListing(s, p, l, e) })
			},
		},
	}
}

// eachList calls f for each list whose test entries were looked up.
func eachList(d *facts.Domain, s *sheet, f func(place, *facts.List)) {
	for i := range d.Lists {
		l := &d.Lists[i]
		p := place{host: l.Zone}
		if !s.known(p, &l.Listed.Lookup, "the test entry") || !s.known(p, &l.Unlisted.Lookup, "the test entry") {
			continue
		}
		if _, refused := refusal(l); !refused {
			f(p, l)
		}
	}
}

// listFault says why the answers of a list count for nothing, or nothing.
func listFault(l *facts.List) string {
	switch {
	case l.Listed.Missing():
		return "the entry that each list has is not there (" + l.Listed.Name + ")"
	case l.Unlisted.State == facts.Found:
		return "an entry is there that no list may have (" + l.Unlisted.Name + ")"
	}
	for _, c := range l.Listed.Codes {
		if !isCode(c) {
			return "an answer outside 127.0.0.0/8: " + c.String()
		}
	}
	return ""
}

func isCode(a netip.Addr) bool { return a.Is4() && a.As4()[0] == 127 }

// refusal is the answer by which a list refuses to be asked.
func refusal(l *facts.List) (string, bool) {
	for _, e := range append([]facts.Listing{l.Listed, l.Unlisted}, l.Answers...) {
		for _, c := range e.Codes {
			if isRefusal(c) {
				return join(": ", c.String(), strings.Join(e.Reasons, " / ")), true
			}
		}
	}
	return "", false
}

func isRefusal(a netip.Addr) bool {
	return netip.MustParsePrefix("127.255.255.0/24").Contains(a)
}

// eachListing calls f for each answer of a list that works. Answers about our
// own address belong to another rule.
func eachListing(d *facts.Domain, s *sheet, domains bool, f func(place, *facts.List, *facts.Listing)) {
	for i := range d.Lists {
		l := &d.Lists[i]
		if l.Domains != domains || !working(l) {
			continue
		}
		for j := range l.Answers {
			e := &l.Answers[j]
			if e.Ours {
				continue
			}
			p := place{host: e.Host, address: e.Subject}
			if domains {
				p = place{host: e.Subject}
			}
			if s.known(p, &e.Lookup, "the entry") {
				f(p, l, e)
			}
		}
	}
}

// working reports whether the answers of a list count.
func working(l *facts.List) bool {
	_, refused := refusal(l)
	return !refused && l.Listed.Known() && l.Unlisted.Known() && listFault(l) == ""
}

func judgeListing(s *sheet, p place, l *facts.List, e *facts.Listing) {
	if e.Missing() || !slices.ContainsFunc(e.Codes, isCode) {
		s.ok(p, "not on %s", l.Zone)
		return
	}
	var codes []string
	for _, c := range e.Codes {
		codes = append(codes, c.String())
	}
	s.bad(p, "%s: %s", l.Zone, join(" ", strings.Join(codes, ", "), strings.Join(e.Reasons, " / ")))
}
