package rules

import (
	"net/netip"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func ptrRules() []Rule {
	return []Rule{
		{
			ID: "ptr.missing", Title: "an address has no name (reverse DNS)", Severity: result.SeverityWarn, Actor: result.ActorNetwork,
			RFC:    "RFC 1912 section 2.1",
			Means:  "Mail that this address sends is refused by many servers. Mail to it is not touched.",
			Advice: "ask who owns the address, mostly the provider, for a PTR record with the name of the host",
			check: func(d *facts.Domain, s *sheet) {
				eachPTR(d, s, func(p place, h *facts.Host, a *facts.Address) {
					if a.PTR.Missing() {
						s.bad(p, "no PTR record").Publish = []string{ptrLine(a, h)}
						return
					}
					s.ok(p, "%s", names(a.PTR.Names))
				})
			},
		},
		{
			ID: "ptr.unconfirmed", Title: "the name of an address does not lead back to it", Severity: result.SeverityWarn, Actor: result.ActorNetwork,
			RFC:    "RFC 1912 section 2.1, RFC 8601 section 3",
			Means:  "Anybody can give an address any name; only one that leads back counts. Mail that this address sends is refused by many servers.",
			Advice: "publish an address record of that name, or have the PTR record changed to a name that has one",
			check: func(d *facts.Domain, s *sheet) {
				eachPTR(d, s, func(p place, h *facts.Host, a *facts.Address) {
					if a.PTR.State == facts.Found {
						checkConfirmed(s, p, a)
					}
				})
			},
		},
		{
			ID: "ptr.generic", Title: "the name of an address looks like one of a customer line", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			Means:  "Such names hold the address itself or words like dynamic. Some servers refuse mail from them. Mail to the address is not touched.",
			Advice: "if the address sends mail, have the PTR record changed to the name of the mail host",
			check: func(d *facts.Domain, s *sheet) {
				eachPTR(d, s, func(p place, _ *facts.Host, a *facts.Address) {
					if a.PTR.State != facts.Found {
						return
					}
					notGeneric(s, p, a.PTR.Names, a.IP)
				})
			},
		},
		{
			ID: "ptr.disagrees", Title: "an address has another name than its server gives", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			RFC:    "RFC 5321 section 4.1.4",
			Means:  "Filters compare the name of the address with that in EHLO, for mail that the address sends. Mail to it is not touched.",
			Advice: "if the address sends mail, have the PTR record and the server's name agree",
			check:  checkNamesAgree,
		},
		{
			ID: "ptr.several", Title: "an address has several names", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			RFC:    "RFC 1912 section 2.1",
			Means:  "Which of them a server sees is left to chance.",
			Advice: "keep one PTR record, with the name that the server gives in EHLO",
			check: func(d *facts.Domain, s *sheet) {
				eachPTR(d, s, func(p place, _ *facts.Host, a *facts.Address) {
					switch {
					case a.PTR.State != facts.Found:
					case len(a.PTR.Names) > 1:
						s.bad(p, "%s", names(a.PTR.Names))
					default:
						s.ok(p, "one name")
					}
				})
			},
		},
	}
}

// notGeneric judges the names of an address: each must look like one that was
// given to it.
func notGeneric(s *sheet, p place, all []facts.Reverse, ip netip.Addr) {
	for _, n := range all {
		if looksGeneric(n.Name, ip) {
			s.bad(p, "%s", n.Name)
			return
		}
	}
	s.ok(p, "%s", names(all))
}

// checkNamesAgree holds the names of an address against the one in EHLO.
func checkNamesAgree(d *facts.Domain, s *sheet) {
	eachSession(d, s, func(p place, a *facts.Address, m *facts.Session) {
		said := strings.ToLower(strings.TrimSuffix(m.Hello.Name, "."))
		switch {
		case !s.known(p, &a.PTR.Lookup, "PTR"), a.PTR.State != facts.Found, !s.replied(p, &m.Hello.Reply, "EHLO"):
		case !m.Hello.Positive(), isLiteral(said), hostFault(said) != "": // another rule
		case slices.ContainsFunc(a.PTR.Names, func(r facts.Reverse) bool { return r.Name == said }):
			s.ok(p, "%s in both", said)
		default:
			s.bad(p, "PTR %s, EHLO %q", names(a.PTR.Names), said)
		}
	})
}

func eachPTR(d *facts.Domain, s *sheet, f func(place, *facts.Host, *facts.Address)) {
	eachAddress(d, func(p place, h *facts.Host, a *facts.Address) {
		if s.known(p, &a.PTR.Lookup, "PTR") {
			f(p, h, a)
		}
	})
}

func names(all []facts.Reverse) string {
	var list []string
	for _, n := range all {
		list = append(list, n.Name)
	}
	return strings.Join(list, ", ")
}

func checkConfirmed(s *sheet, p place, a *facts.Address) {
	failed := ""
	for _, n := range a.PTR.Names {
		if n.Confirms {
			s.ok(p, "%s leads back", n.Name)
			return
		}
		if n.Forward.State == facts.Failed {
			failed = n.Forward.Failure("the address")
		}
	}
	if failed != "" {
		s.unknown(p, "%s", failed)
		return
	}
	f := s.bad(p, "%s does not lead back to %s", names(a.PTR.Names), a.IP)
	for _, n := range a.PTR.Names[:min(1, len(a.PTR.Names))] {
		f.Publish = []string{addressLine(n.Name, a.IP)}
	}
}

func ptrLine(a *facts.Address, h *facts.Host) string {
	return reverseName(a.IP) + ". IN PTR " + h.Name + "."
}

// reverseName is the name of the PTR record of an address (RFC 1035 section
// 3.5, RFC 3596 section 2.5).
func reverseName(ip netip.Addr) string {
	ip = ip.Unmap()
	if ip.Is4() {
		parts := strings.Split(ip.String(), ".")
		slices.Reverse(parts)
		return strings.Join(parts, ".") + ".in-addr.arpa"
	}
	nibbles := strings.Split(strings.ReplaceAll(ip.StringExpanded(), ":", ""), "")
	slices.Reverse(nibbles)
	return strings.Join(nibbles, ".") + ".ip6.arpa"
}

// genericWords are labels, or parts of labels between hyphens, of names that
// providers give to lines of customers.
const genericWords = " dynamic dyn dynip dhcp dialup dial ppp pppoe adsl dsl vdsl cable pool pools broadband dip customer client cust "

// looksGeneric reports whether a name holds the address itself in some way, or
// words of customer lines. One number of the address alone says nothing: hosts
// are numbered.
func looksGeneric(name string, ip netip.Addr) bool {
	name = strings.ToLower(name)
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		if strings.Contains(genericWords, " "+word+" ") {
			return true
		}
	}
	ip = ip.Unmap()
	if !ip.Is4() {
		return strings.Contains(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), ".", ""), strings.ReplaceAll(ip.StringExpanded(), ":", ""))
	}
	return holdsNumbers(name, ip.As4())
}

// holdsNumbers reports whether three or more of the numbers of an IPv4 address
// stand in the name, forwards or backwards one after the other, or all of it in
// hexadecimal.
func holdsNumbers(name string, octets [4]byte) bool {
	var numbers []string
	for _, f := range strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' }) {
		numbers = append(numbers, strings.TrimLeft(f, "0"))
	}
	var text [4]string
	const digits = "0123456789abcdef"
	hex := ""
	for i, o := range octets {
		text[i] = strings.TrimLeft(itoa(int(o)), "0")
		hex += string([]byte{digits[o>>4], digits[o&15]})
	}
	for _, run := range [][]string{text[:3], text[1:], {text[2], text[1], text[0]}, {text[3], text[2], text[1]}} {
		for i := 0; i+3 <= len(numbers); i++ {
			if slices.Equal(numbers[i:i+3], run) {
				return true
			}
		}
	}
	return strings.Contains(name, hex)
}
