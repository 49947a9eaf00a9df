package rules

import (
	"slices"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func ehloRules() []Rule {
	return slices.Concat(ehloReplyRules(), keywordRules())
}

func ehloReplyRules() []Rule {
	return []Rule{
		{
			ID: "ehlo.refused", Title: "EHLO is refused", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 3.2",
			Means:  "The server refuses each client, or this one, before any mail. Nothing can be sent.",
			Advice: "look in the log of the server why it refuses the name given in EHLO",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					switch h := &m.Hello; {
					case h.State == facts.NoData:
						s.bad(p, "no reply: %s", h.Why)
					case !s.replied(p, &h.Reply, "EHLO"), h.HELO: // another rule
					case h.Positive():
						s.ok(p, "%d", h.Code)
					case h.Ours, !h.Negative():
						s.unknown(p, "%d %s", h.Code, h.String())
					default:
						s.bad(p, "%d %s", h.Code, h.String())
					}
				})
			},
		},
		{
			ID: "ehlo.helo", Title: "EHLO is not understood, only HELO", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 2.2.1",
			Means:  "Without EHLO there are no extensions: no TLS, no size limit told, no letters outside ASCII. A server of today knows EHLO; a firewall on the way may not.",
			Advice: "turn the inspection of SMTP off in the firewall, or replace the server",
			check: func(d *facts.Domain, s *sheet) {
				eachHello(d, s, func(p place, h *facts.Hello) {
					if h.HELO {
						s.bad(p, "HELO had to be said")
						return
					}
					s.ok(p, "EHLO is understood")
				})
			},
		},
		{
			ID: "ehlo.name", Title: "the reply to EHLO has no full name of the server", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.1.1.1",
			Means:  "The first word must be the full name of the host, or an address literal. Mail is not touched.",
			Advice: "set the name of the server to a full host name that the DNS knows (myhostname, primary_hostname)",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					if isLiteral(h.Name) || hostFault(h.Name) == "" {
						s.ok(p, "%s", h.Name)
						return
					}
					s.bad(p, "%q", h.Name)
				})
			},
		},
		{
			ID: "ehlo.unresolvable", Title: "the name that the server gives has no address", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 5321 section 2.3.5, section 4.1.1.1",
			Means:  "The name in EHLO should be one that the DNS knows. Mail to the server is not touched; mail that it sends under this name is refused by many.",
			Advice: "publish an address for the name, or have the server give the name of its MX record",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, a *facts.Address, m *facts.Session) {
					if !s.replied(p, &m.Hello.Reply, "EHLO") || !s.known(p, &a.Named, "the address") {
						return
					}
					if a.Named.Missing() {
						s.bad(p, "%s: %s", a.Named.Name, a.Named.State)
						return
					}
					s.ok(p, "%s has an address", a.Named.Name)
				})
			},
		},
		{
			ID: "ehlo.middlebox", Title: "a device on the way rewrites the reply to EHLO", Severity: result.SeverityWarn, Actor: result.ActorNetwork,
			Means:  "Keywords of the letter X alone are the mark of firewalls that overwrite those they do not like, mostly STARTTLS, so that mail goes in clear.",
			Advice: "turn the inspection of SMTP off in the firewall (such as \"inspect esmtp\")",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					for _, k := range h.Keywords {
						if len(k.Name) >= 4 && strings.Trim(strings.TrimSuffix(k.Name, "A"), "X") == "" {
							s.bad(p, "keyword %s", k.Name)
							return
						}
					}
					s.ok(p, "no keyword is overwritten")
				})
			},
		},
		{
			ID: "ehlo.malformed", Title: "the reply to EHLO has lines that are no keyword", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.1.1.1",
			Means:  "Senders overlook such lines, and the extension that was meant. \"AUTH=\" is one from before the standard, for old mail programs.",
			Advice: "take the option out that writes the line, such as broken_sasl_auth_clients",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					if len(h.Odd) > 0 {
						s.bad(p, "%s", strings.Join(h.Odd, " / "))
						return
					}
					s.ok(p, "%s", count(len(h.Keywords), "keyword", "keywords"))
				})
			},
		},
		{
			ID: "ehlo.slow", Title: "the server answers late", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.5.3.2",
			Means:  "Each command that takes seconds lengthens every delivery. Some servers wait on purpose, to keep senders of spam away.",
			Advice: "look for slow look-ups of the server: DNS, directories, filters",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					if !s.replied(p, &m.Hello.Reply, "EHLO") {
						return
					}
					stage, longest := slowest(m)
					if longest > 5*time.Second {
						s.bad(p, "%s after %s", stage, took(longest))
						return
					}
					s.ok(p, "%s after %s is the slowest", stage, took(longest))
				})
			},
		},
	}
}

// slowest is the command that was answered last of all.
func slowest(m *facts.Session) (stage string, longest time.Duration) {
	look := func(name string, r *facts.Reply) {
		if r.State == facts.Found && r.Took >= longest {
			stage, longest = name, r.Took
		}
	}
	look("EHLO", &m.Hello.Reply)
	look("STARTTLS", &m.StartTLS)
	look("EHLO under TLS", &m.Secured.Reply)
	for i := range m.Probes {
		look(m.Probes[i].Sent, &m.Probes[i].Reply)
	}
	return stage, longest
}

// eachHello calls f for each reply to EHLO, or to the HELO said instead.
func eachHello(d *facts.Domain, s *sheet, f func(place, *facts.Hello)) {
	eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
		if s.replied(p, &m.Hello.Reply, "EHLO") {
			f(p, &m.Hello)
		}
	})
}

// eachOffer calls f for each reply to EHLO that offers something: that under
// TLS where there is one, as this is the one that senders go by.
func eachOffer(d *facts.Domain, s *sheet, f func(place, *facts.Hello)) {
	eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
		h := offer(m)
		if s.replied(p, &h.Reply, "EHLO") && h.Positive() && !h.HELO {
			f(p, h)
		}
	})
}

// offer is the reply to EHLO that senders go by: that under TLS, where they get
// there.
func offer(m *facts.Session) *facts.Hello {
	if m.Secured.State == facts.NotAsked {
		return &m.Hello
	}
	return &m.Secured
}
