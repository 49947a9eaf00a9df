package rules

import (
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func consistencyRules() []Rule {
	return []Rule{
		alikeRule("consistency.keywords", "the servers offer different extensions", result.SeverityNote,
			"What a sender can do depends on which server it meets.",
			"give all servers the same settings",
			func(_ *facts.Domain, a *facts.Address) (string, bool) {
				h := offer(&a.Main)
				var all []string
				for _, k := range h.Keywords {
					if k.Name != "STARTTLS" { // another rule
						all = append(all, k.Name)
					}
				}
				slices.Sort(all)
				return strings.Join(all, " "), h.Positive()
			}),
		alikeRule("consistency.tls", "some servers offer TLS, others do not", result.SeverityWarn,
			"Who wants to read mail leads the sender to the server without TLS.",
			"turn STARTTLS on everywhere",
			func(_ *facts.Domain, a *facts.Address) (string, bool) {
				if a.Main.Hello.Offers("STARTTLS") {
					return "STARTTLS", a.Main.Hello.Positive()
				}
				return "no STARTTLS", a.Main.Hello.Positive()
			}),
		alikeRule("consistency.version", "the servers agree on different versions of TLS", result.SeverityNote,
			"One of them may have older software or settings.",
			"bring the software and its settings to the same state",
			func(_ *facts.Domain, a *facts.Address) (string, bool) {
				return a.Main.TLS.Version, a.Main.TLS.State == facts.Found
			}),
		alikeRule("consistency.unknown", "some servers take unknown recipients, others refuse them", result.SeverityNote,
			"Senders of spam choose the server that takes everything, and what it cannot deliver comes back as reports to forged senders.",
			"have all servers know the recipients",
			func(_ *facts.Domain, a *facts.Address) (string, bool) {
				return takes(a.Manners.Probe(facts.ProbeUnknown))
			}),
		alikeRule("consistency.postmaster", "some servers take mail for postmaster, others do not", result.SeverityWarn,
			"Whether a recipient is taken depends on which server a sender meets.",
			"bring the lists of recipients to the same state",
			func(_ *facts.Domain, a *facts.Address) (string, bool) {
				return takes(a.Main.Probe(facts.ProbePostmaster))
			}),
		{
			ID: "consistency.certificates", Title: "the addresses of one host show different certificates", Severity: result.SeverityNote, Actor: result.ActorServer,
			Means:  "Several machines behind one name, of which one may have been left out when the certificate was renewed.",
			Advice: "renew the certificate on all machines at once",
			check: func(d *facts.Domain, s *sheet) {
				for i := range d.Hosts {
					values, unknown := variants(&d.Hosts[i], func(a *facts.Address) (string, bool) {
						var all []string
						for _, c := range a.Certificates {
							all = append(all, c.SHA256[:min(16, len(c.SHA256))])
						}
						slices.Sort(all)
						return strings.Join(all, "+"), len(all) > 0 && a.Main.State == facts.Found
					})
					tell(s, at(&d.Hosts[i]), values, unknown)
				}
			},
		},
		{
			ID: "consistency.failover", Title: "only one host takes mail", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 5.1",
			Means:  "There are several hosts, and all but one fail. When that one is down, mail waits.",
			Advice: "mend the other hosts, or take their MX records out",
			check:  checkFailover,
		},
	}
}

// takes says whether a recipient was taken; false if that is not known.
func takes(r *facts.Probe) (string, bool) {
	switch {
	case r.Positive():
		return "taken", true
	case r.Negative() && !r.Ours:
		return "refused", true
	}
	return "", false
}

// variants are the different values of the addresses of a host, and whether
// some are not known.
func variants(h *facts.Host, value func(*facts.Address) (string, bool)) (values map[string][]string, unknown string) {
	values = map[string][]string{}
	for j := range h.Addresses {
		a := &h.Addresses[j]
		if v, ok := value(a); ok {
			values[v] = append(values[v], h.Name+" "+a.IP.String())
		} else if a.Main.State == facts.Failed {
			unknown = h.Name + " " + a.IP.String() + ": " + a.Main.Why
		}
	}
	return values, unknown
}

// tell takes down whether there is one value or several. Of one address there
// is nothing to compare.
func tell(s *sheet, p place, values map[string][]string, unknown string) {
	if len(values) > 1 {
		s.bad(p, "%s", spell(values))
		return
	}
	for v, where := range values {
		switch {
		case unknown != "":
			s.unknown(p, "%s", unknown)
		case len(where) > 1:
			s.ok(p, "all %d alike: %s", len(where), v)
		}
	}
}

// spell names the values with their places, the most common first.
func spell(values map[string][]string) string {
	var keys []string
	for v := range values {
		keys = append(keys, v)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if n := len(values[b]) - len(values[a]); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for _, v := range keys {
		parts = append(parts, strings.Join(values[v], ", ")+": "+v)
	}
	return strings.Join(parts, "; ")
}

// alikeRule is sound if all addresses of the domain have the same value.
func alikeRule(id, title string, severity result.Severity, means, advice string, value func(*facts.Domain, *facts.Address) (string, bool)) Rule {
	return Rule{
		ID: id, Title: title, Severity: severity, Actor: result.ActorServer, Means: means, Advice: advice,
		check: func(d *facts.Domain, s *sheet) {
			all, unknown := map[string][]string{}, ""
			for i := range d.Hosts {
				values, missing := variants(&d.Hosts[i], func(a *facts.Address) (string, bool) { return value(d, a) })
				for v, where := range values {
					all[v] = append(all[v], where...)
				}
				unknown = or(unknown, missing)
			}
			tell(s, place{}, all, unknown)
		},
	}
}

func checkFailover(d *facts.Domain, s *sheet) {
	if len(d.Hosts) < 2 {
		return
	}
	var good, bad, open []string
	for i := range d.Hosts {
		h := &d.Hosts[i]
		switch takesMail(h) {
		case facts.Found:
			good = append(good, h.Name)
		case facts.Failed:
			open = append(open, h.Name)
		case facts.NotAsked:
			return
		default:
			bad = append(bad, h.Name)
		}
	}
	switch {
	case len(good) == 1 && len(open) == 0:
		s.bad(place{}, "%s alone; not %s", good[0], strings.Join(bad, ", "))
	case len(good) > 1:
		s.ok(place{}, "without %s, %s takes the mail", good[0], good[1])
	case len(open) > 0:
		s.unknown(place{}, "not known of %s", strings.Join(open, ", "))
	}
}

// takesMail says whether a host takes mail at one of its addresses.
func takesMail(h *facts.Host) facts.State {
	state := facts.NoData
	if len(h.Addresses) == 0 && (h.V4.State == facts.Failed || h.V6.State == facts.Failed) {
		return facts.Failed
	}
	for j := range h.Addresses {
		switch m := &h.Addresses[j].Main; {
		case m.State == facts.NotAsked:
			return facts.NotAsked
		case m.State == facts.Found && m.Greeting.Positive() && m.Hello.Positive():
			return facts.Found
		case m.State == facts.Failed, m.State == facts.Found && !m.Greeting.Negative() && !m.Hello.Negative():
			state = facts.Failed
		}
	}
	return state
}
