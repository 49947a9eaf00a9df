package rules

import (
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func greetingRules() []Rule {
	return []Rule{
		{
			ID: "greeting.reach", Title: "no mail server answers at an address", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 5.1",
			Means:  "Senders go on to the next address, after some time; where there is none, mail waits and is returned after some days.",
			Advice: "look whether the mail server runs and listens on this address, and whether a firewall on the way lets port 25 through",
			check: func(d *facts.Domain, s *sheet) {
				eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
					switch a.Main.State {
					case facts.Found:
						s.ok(p, "connected after %s", took(a.Main.Connect))
					case facts.NoData, facts.NoName:
						s.bad(p, "%s", a.Main.Why)
					case facts.Failed:
						s.unknown(p, "%s", a.Main.Why)
					}
				})
			},
		},
		{
			ID: "greeting.code", Title: "the server greets with a refusal", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 3.1",
			Means:  "A greeting other than 220 takes no mail: 554 makes senders go to another host or return the mail, 421 makes them come back later.",
			Advice: "look in the log of the server why it turns this client away",
			check:  checkGreetingCode,
		},
		{
			ID: "greeting.connect", Title: "the connection comes about late", Severity: result.SeverityNote, Actor: result.ActorNetwork,
			RFC:    "RFC 6298 section 2",
			Means:  "Packets are lost on the way, or the server is too busy to take connections: a lost one is sent again after one second at the earliest. Each delivery takes longer, and some fail.",
			Advice: "look for loss on the way, and at the load and the backlog of the server",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					if m.Connect > lateConnection {
						s.bad(p, "after %s", took(m.Connect))
						return
					}
					s.ok(p, "after %s", took(m.Connect))
				})
			},
		},
		{
			ID: "greeting.slow", Title: "the greeting comes late", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.5.3.2.1",
			Means:  "Senders should wait five minutes for it; some give up much earlier. A delay of some seconds may be meant to keep senders of spam away.",
			Advice: "look for slow DNS look-ups of the server about its clients, such as reverse DNS and block lists",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					switch g := &m.Greeting; {
					case !s.replied(p, g, "the connection"):
					case g.Took > 30*time.Second:
						s.as(result.SeverityNote, p, "after %s; many senders have given up by then", took(g.Took))
					case g.Took > 10*time.Second:
						s.bad(p, "after %s", took(g.Took))
					default:
						s.ok(p, "after %s", took(g.Took))
					}
				})
			},
		},
		{
			ID: "greeting.name", Title: "the greeting has no full name of the server", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.2",
			Means:  "The first word of the greeting should be the full name of the host, or an address literal. Logs of senders then say who answered.",
			Advice: "set the name of the server to a full host name that the DNS knows (myhostname, primary_hostname)",
			check: func(d *facts.Domain, s *sheet) {
				eachGreeting(d, s, func(p place, g *facts.Reply) {
					word := firstWord(g)
					if isLiteral(word) || hostFault(word) == "" {
						s.ok(p, "%s", word)
						return
					}
					s.bad(p, "%q", or(word, "220 and nothing more"))
				})
			},
		},
		{
			ID: "greeting.middlebox", Title: "a device on the way rewrites the greeting", Severity: result.SeverityWarn, Actor: result.ActorNetwork,
			Means:  "Asterisks in place of the text are the mark of firewalls that read SMTP along. They often take out STARTTLS and break other extensions.",
			Advice: "turn the inspection of SMTP off in the firewall (such as \"fixup protocol smtp\" or \"inspect esmtp\")",
			check: func(d *facts.Domain, s *sheet) {
				eachGreeting(d, s, func(p place, g *facts.Reply) {
					if strings.Count(g.String(), "*") > 10 {
						s.bad(p, "%s", g.String())
						return
					}
					s.ok(p, "no asterisks")
				})
			},
		},
		{
			ID: "greeting.esmtp", Title: "the greeting does not say ESMTP", Severity: result.SeverityNote, Actor: result.ActorServer,
			Means:  "Some old senders say EHLO only where the greeting has that word, and HELO otherwise.",
			Advice: "leave the greeting as the mail server has it by default",
			check: func(d *facts.Domain, s *sheet) {
				eachGreeting(d, s, func(p place, g *facts.Reply) {
					if strings.Contains(strings.ToUpper(g.String()), "ESMTP") {
						s.ok(p, "ESMTP")
						return
					}
					s.bad(p, "%s", g.String())
				})
			},
		},
		{
			ID: "greeting.disagrees", Title: "greeting and EHLO give different names", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.1.1.1",
			Means:  "Both should be the name of the same host. Mail is not touched.",
			Advice: "look which program writes the greeting: a proxy or a filter in front may have a name of its own",
			check: func(d *facts.Domain, s *sheet) {
				eachGreeting(d, s, func(p place, g *facts.Reply) {
					hello := &sessionAt(d, p).Hello
					if !s.replied(p, &hello.Reply, "EHLO") || !hello.Positive() {
						return
					}
					if strings.EqualFold(firstWord(g), hello.Name) {
						s.ok(p, "both %s", hello.Name)
						return
					}
					s.bad(p, "greeting %q, EHLO %q", firstWord(g), hello.Name)
				})
			},
		},
	}
}

func sessionAt(d *facts.Domain, p place) *facts.Session {
	found := &facts.Session{}
	eachAddress(d, func(q place, _ *facts.Host, a *facts.Address) {
		if p == q {
			found = &a.Main
		}
	})
	return found
}

// eachGreeting calls f for each greeting that takes mail.
func eachGreeting(d *facts.Domain, s *sheet, f func(place, *facts.Reply)) {
	eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
		if s.replied(p, &m.Greeting, "the connection") && m.Greeting.Positive() {
			f(p, &m.Greeting)
		}
	})
}

func checkGreetingCode(d *facts.Domain, s *sheet) {
	eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
		g := &m.Greeting
		switch {
		case g.State == facts.Failed:
			s.unknown(p, "no greeting: %s", g.Why)
		case g.State != facts.Found:
		case g.Ours:
			s.unknown(p, "%d %s: aimed at this machine", g.Code, g.String())
		case g.Code == 220:
			s.ok(p, "220 %s", g.String())
		case g.Code/100 == 4:
			s.unknown(p, "%d %s: temporary", g.Code, g.String())
		default:
			s.bad(p, "%d %s", g.Code, g.String())
		}
	})
}

func firstWord(r *facts.Reply) string {
	if len(r.Text) == 0 {
		return ""
	}
	word, _, _ := strings.Cut(strings.TrimSpace(r.Text[0]), " ")
	return word
}

func isLiteral(word string) bool {
	return strings.HasPrefix(word, "[") && strings.HasSuffix(word, "]")
}

// took is a time as people write it.
func took(t time.Duration) string {
	switch {
	case t < time.Millisecond:
		return "less than 1 ms"
	case t < time.Second:
		return t.Round(time.Millisecond).String()
	}
	return t.Round(100 * time.Millisecond).String()
}

// lateConnection is longer than any way round the earth, and as long as a packet
// that was lost takes to be sent again.
const lateConnection = time.Second
