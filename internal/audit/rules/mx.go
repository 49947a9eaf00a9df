package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func mxRules() []Rule {
	return slices.Concat(mxRecordRules(), mxHostRules(), mxSpreadRules())
}

func mxRecordRules() []Rule {
	return []Rule{
		{
			ID: "mx.domain", Title: "the domain does not exist", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 5321 section 5.1",
			Means:  "The DNS says that there is no such name, so every sender returns the mail at once.",
			Advice: "look for a slip in the name; else register the domain, or have its zone delegated and served again",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.MX.Lookup, "MX") {
					return
				}
				if d.MX.State == facts.NoName {
					s.bad(place{}, "NXDOMAIN")
					return
				}
				s.ok(place{}, "the name exists")
			},
		},
		{
			ID: "mx.none", Title: "the domain has no MX record", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 5321 section 5.1",
			Means:  "Senders then deliver to the address of the domain itself, which is often a web server. Without such an address the mail is returned.",
			Advice: "publish an MX record for each mail host, or a null MX if the domain takes no mail",
			check:  checkMXNone,
		},
		{
			ID: "mx.null", Title: "the domain says that it takes no mail", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 7505 section 3",
			Means:  "A null MX tells every sender to return mail at once. This is right for a domain that has no mailboxes.",
			Advice: "if the domain has mailboxes, publish MX records of its hosts instead",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.MX.Lookup, "MX") {
					return
				}
				if d.MX.Null() {
					s.bad(place{}, "%s. MX 0 .", d.Name)
					return
				}
				if d.MX.State == facts.Found {
					s.ok(place{}, "no null MX")
				}
			},
		},
		{
			ID: "mx.null-beside", Title: "a null MX stands beside other MX records", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 7505 section 3",
			Means:  "The records contradict each other: senders may take the domain for one that takes no mail.",
			Advice: "take out the null MX (a host of \".\"), or all the others",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.MX.Lookup, "MX") || d.MX.State != facts.Found {
					return
				}
				if !d.MX.Null() && slices.ContainsFunc(d.MX.Records, func(r facts.MXRecord) bool { return r.Host == "" }) {
					s.bad(place{}, "%s and a null MX", count(len(d.MX.Records)-1, "host", "hosts"))
					return
				}
				s.ok(place{}, "no null MX beside others")
			},
		},
		{
			ID: "mx.duplicate", Title: "a host is named by several MX records", Severity: result.SeverityNote, Actor: result.ActorDNS,
			Means:  "Only one of the records is of use; the others hide which preference is meant.",
			Advice: "keep one MX record for each host",
			check:  checkMXDuplicate,
		},
		{
			ID: "mx.ttl", Title: "the MX records may be kept for a very short time only", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 1912 section 2.2",
			Means:  "With a time to live under five minutes, senders ask again for nearly every message, and a short failure of the name servers already delays mail.",
			Advice: "give the MX records a time to live of an hour or more",
			check:  checkMXTTL,
		},
		{
			ID: "mx.wildcard", Title: "every name below the domain has MX records", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 1034 section 4.3.3",
			Means:  "A wildcard makes mail for any misspelt name below the domain go to its servers.",
			Advice: "if that is not meant, take out the MX record of the name \"*\"",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.MX.Wildcard, "MX") {
					return
				}
				if d.MX.Wildcard.State == facts.Found {
					s.bad(place{}, "%s, which nobody published, has MX records", d.MX.Wildcard.Name)
					return
				}
				s.ok(place{}, "no wildcard MX")
			},
		},
	}
}

func checkMXNone(d *facts.Domain, s *sheet) {
	if !s.known(place{}, &d.MX.Lookup, "MX") || d.MX.State == facts.NoName {
		return
	}
	if d.MX.State == facts.Found {
		s.ok(place{}, "%s", count(len(d.MX.Records), "MX record", "MX records"))
		return
	}
	publish := []string{d.Name + ". IN MX 10 mail." + d.Name + "."}
	switch implicit := &d.MX.Implicit; {
	case !implicit.Known():
		s.unknown(place{}, "no MX record, and %s", implicit.Failure("the address"))
	case implicit.Missing():
		s.bad(place{}, "no MX record and no address: there is nowhere to deliver to").Publish = publish
	default:
		s.as(result.SeverityWarn, place{}, "no MX record; senders use the address of the domain").Publish = publish
	}
}

// checkMXTTL goes by the name servers of the zone: a resolver tells what is left
// of the time.
func checkMXTTL(d *facts.Domain, s *sheet) {
	var ttl time.Duration
	eachAnswer(d, func(_ place, a *facts.ServerAnswer) {
		if a.Authoritative && a.MX.State == facts.Found {
			ttl = max(ttl, a.MX.TTL)
		}
	})
	switch {
	case ttl == 0:
	case ttl < 5*time.Minute:
		s.bad(place{}, "time to live of %s", ttl)
	default:
		s.ok(place{}, "time to live of %s", ttl)
	}
}

func checkMXDuplicate(d *facts.Domain, s *sheet) {
	if !s.known(place{}, &d.MX.Lookup, "MX") || d.MX.State != facts.Found {
		return
	}
	seen := map[string][]string{}
	for _, r := range d.MX.Records {
		seen[r.Host] = append(seen[r.Host], fmt.Sprint(r.Preference))
	}
	sound := true
	for _, r := range d.MX.Records {
		if preferences := seen[r.Host]; len(preferences) > 1 {
			s.bad(place{host: r.Host}, "preferences %s", strings.Join(preferences, " and "))
			delete(seen, r.Host)
			sound = false
		}
	}
	if sound {
		s.ok(place{}, "each host is named once")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// addrKind says for what an address is of no use to senders elsewhere, or
// nothing.
func addrKind(ip netip.Addr) string {
	ip = ip.Unmap()
	switch {
	case ip.IsLoopback():
		return "loopback"
	case ip.IsPrivate(), ip.IsLinkLocalUnicast(), inAny(ip, "100.64.0.0/10", "fec0::/10"):
		return "private"
	case ip.IsUnspecified(), ip.IsMulticast(),
		inAny(ip, "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
			"2001:db8::/32", "3fff::/20", "100::/64"):
		return "reserved"
	}
	return ""
}

func inAny(ip netip.Addr, networks ...string) bool {
	return slices.ContainsFunc(networks, func(n string) bool { return netip.MustParsePrefix(n).Contains(ip) })
}
