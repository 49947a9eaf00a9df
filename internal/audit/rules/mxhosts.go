package rules

import (
	"net/netip"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func mxHostRules() []Rule {
	return []Rule{
		{
			ID: "mx.cname", Title: "a mail host is an alias", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 2181 section 10.3, RFC 5321 section 5.1",
			Means:  "The name in an MX record must not be an alias (CNAME). Most senders follow it, some return the mail.",
			Advice: "name in the MX record the host that the alias leads to",
			check: func(d *facts.Domain, s *sheet) {
				eachHost(d, s, func(p place, h *facts.Host) {
					if alias := h.Alias(); alias != "" {
						s.bad(p, "alias of %s", alias).Publish = []string{mxLine(d.Name, h.Preference, alias)}
						return
					}
					s.ok(p, "no alias")
				})
			},
		},
		{
			ID: "mx.address", Title: "an MX record names an address instead of a host", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 5321 section 5.1, RFC 1035 section 3.3.9",
			Means:  "An MX record names a host. Senders look for the addresses of a host of that name, and find none.",
			Advice: "give the address a name with an A or AAAA record, and name that in the MX record",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.Hosts {
					h := &d.Hosts[i]
					if addr, err := netip.ParseAddr(strings.TrimSuffix(h.Name, ".")); err == nil {
						s.bad(at(h), "%s is an address", h.Name).Publish = []string{
							addressLine("mail."+d.Name, addr), mxLine(d.Name, h.Preference, "mail."+d.Name),
						}
						continue
					}
					s.ok(at(h), "the name of a host")
				}
			},
		},
		{
			ID: "mx.name", Title: "the name of a mail host is none that a host may have", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 1123 section 2.1, RFC 5321 section 2.3.5",
			Means:  "Names of hosts have letters, digits and hyphens. Some senders refuse others, such as names with an underscore.",
			Advice: "rename the host",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.Hosts {
					h := &d.Hosts[i]
					if why := hostFault(h.Name); why != "" {
						s.bad(at(h), "%s", why)
						continue
					}
					s.ok(at(h), "a name of a host")
				}
			},
		},
		{
			ID: "mx.unresolvable", Title: "a mail host has no address", Severity: result.SeverityFail, Actor: result.ActorDNS,
			RFC:    "RFC 5321 section 5.1",
			Means:  "Senders cannot reach the host. They go on to the next one, and return the mail where there is none.",
			Advice: "publish A and AAAA records for the host, or take out its MX record",
			check:  checkUnresolvable,
		},
		addressRule("mx.loopback", "loopback", "Each sender would connect to itself."),
		addressRule("mx.private", "private", "The address is for use inside a network; senders elsewhere cannot reach it, or reach another machine of their own network."),
		addressRule("mx.reserved", "reserved", "The address is for documents, tests, groups or future use; no machine of the Internet has it."),
	}
}

// eachHost calls f for each host whose addresses were looked up.
func eachHost(d *facts.Domain, s *sheet, f func(place, *facts.Host)) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if h.V4.State == facts.Failed && h.V6.State != facts.Found {
			s.unknown(at(h), "%s", h.V4.Failure("A"))
			continue
		}
		if h.V4.Known() || h.V6.Known() {
			f(at(h), h)
		}
	}
}

func mxLine(domain string, preference uint16, host string) string {
	return domain + ". IN MX " + itoa(int(preference)) + " " + host + "."
}

func addressLine(name string, addr netip.Addr) string {
	if addr.Is4() {
		return name + ". IN A " + addr.String()
	}
	return name + ". IN AAAA " + addr.String()
}

// hostFault says why a name is none of a host, or nothing.
func hostFault(name string) string {
	name = strings.TrimSuffix(name, ".")
	if !strings.Contains(name, ".") {
		return "a single label"
	}
	for _, label := range strings.Split(name, ".") {
		switch {
		case label == "" || len(label) > 63:
			return "a label of no or too many characters"
		case label[0] == '-' || label[len(label)-1] == '-':
			return "a label with a hyphen at its end"
		case strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
			return "other characters than letters, digits and hyphens"
		}
	}
	return ""
}

func checkUnresolvable(d *facts.Domain, s *sheet) {
	usable := 0
	for i := range d.Hosts {
		if len(d.Hosts[i].Addresses) > 0 || d.Hosts[i].V4.State == facts.Failed || d.Hosts[i].V6.State == facts.Failed {
			usable++
		}
	}
	for i := range d.Hosts {
		h := &d.Hosts[i]
		switch {
		case h.V4.State == facts.Found || h.V6.State == facts.Found:
			s.ok(at(h), "%s", count(len(h.Addresses), "address", "addresses"))
		case h.V4.State == facts.Failed:
			s.unknown(at(h), "%s", h.V4.Failure("A"))
		case h.V6.State == facts.Failed:
			s.unknown(at(h), "%s", h.V6.Failure("AAAA"))
		case h.V4.State == facts.NotAsked && h.V6.State == facts.NotAsked:
		case usable > 0:
			s.as(result.SeverityWarn, at(h), "%s; other hosts have addresses", noAddress(h))
		default:
			s.bad(at(h), "%s", noAddress(h))
		}
	}
}

func noAddress(h *facts.Host) string {
	if h.V4.State == facts.NoName || h.V6.State == facts.NoName {
		return "there is no such name"
	}
	return "neither A nor AAAA record"
}

// addressRule is a rule on a kind of address that no sender elsewhere can use.
// It is a failure where no host has another.
func addressRule(id, kind, means string) Rule {
	return Rule{
		ID: id, Title: "a mail host has a " + kind + " address", Severity: result.SeverityFail, Actor: result.ActorDNS,
		RFC: "RFC 6890 section 2.2.2", Means: means,
		Advice: "publish the address that the host has in the Internet, or take this one out; for use inside a network keep a zone of its own",
		check: func(d *facts.Domain, s *sheet) {
			public := false
			eachAddress(d, func(_ place, _ *facts.Host, a *facts.Address) { public = public || addrKind(a.IP) == "" })
			eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
				switch {
				case addrKind(a.IP) != kind:
					s.ok(p, "not %s", kind)
				case facts.SpecialUse(d.Name):
					s.as(result.SeverityNote, p, "%s, in a domain that is none of the public DNS", a.IP)
				case public:
					s.as(result.SeverityWarn, p, "%s; other addresses are public", a.IP)
				default:
					s.bad(p, "%s", a.IP)
				}
			})
		},
	}
}
