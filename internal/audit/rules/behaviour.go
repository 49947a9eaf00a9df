package rules

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func behaviourRules() []Rule {
	return slices.Concat(recipientRules(), relayRules(), tellingRules())
}

func recipientRules() []Rule {
	return []Rule{
		{
			ID: "behaviour.sender", Title: "a usual sender is refused", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 3.3",
			Means:  "The server refuses MAIL. If it does so with others as well, no mail comes in.",
			Advice: "look in the log of the server why it refuses the sender; try another with --from",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeSender, func(p place, _ *facts.Session, r *facts.Probe) {
					judgeReply(s, p, r, result.SeverityFail)
				})
			},
		},
		{
			ID: "behaviour.postmaster", Title: "postmaster is refused", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.5.1",
			Means:  "Each domain has to take mail for postmaster: it is where others write to when something is wrong.",
			Advice: "add a mailbox or an alias postmaster",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbePostmaster, func(p place, _ *facts.Session, r *facts.Probe) {
					judgeReply(s, p, r, result.SeverityWarn)
				})
			},
		},
		{
			ID: "behaviour.abuse", Title: "abuse is refused", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 2142 section 4",
			Means:  "Others write to abuse when spam comes from the domain; providers without it get a bad name.",
			Advice: "add an alias abuse that somebody reads",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeAbuse, func(p place, _ *facts.Session, r *facts.Probe) {
					judgeReply(s, p, r, result.SeverityNote)
				})
			},
		},
		{
			ID: "behaviour.null-sender", Title: "the null sender is refused", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.5.5, section 6.1",
			Means:  "Reports of mail that could not be delivered come from the null sender. Users are never told that their mail did not arrive, and some servers refuse mail of such domains.",
			Advice: "take mail from <>; to keep forged reports out, sign the senders of outgoing mail instead",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeNullSender, func(p place, m *facts.Session, r *facts.Probe) {
					control := m.Probe(facts.ProbePostmaster)
					if strings.HasPrefix(r.Sent, "RCPT") && r.Negative() && !control.Positive() {
						return // the recipient is refused, whoever the sender is
					}
					judgeReply(s, p, r, result.SeverityFail)
				})
			},
		},
		{
			ID: "behaviour.catch-all", Title: "every recipient is taken", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 3.3",
			Means:  "Either all names of the domain go to a mailbox, or the server refuses unknown ones only after it took the message, and then reports that to senders who are mostly forged.",
			Advice: "if it is not meant, have the server ask for the recipient at RCPT (relay_recipient_maps, recipient verification)",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeUnknown, func(p place, _ *facts.Session, r *facts.Probe) {
					switch {
					case r.Positive():
						s.bad(p, "%s got %d", r.Sent, r.Code)
					case r.Negative() && !r.Ours:
						s.ok(p, "%d %s", r.Code, r.String())
					default:
						s.postponed(p, &r.Reply)
					}
				})
			},
		},
		{
			ID: "behaviour.own-sender", Title: "mail from the domain itself is taken from anybody", Severity: result.SeverityNote, Actor: result.ActorServer,
			Means:  "Forged mail from colleagues passes RCPT here. Filters may still find it out later, by SPF and DMARC.",
			Advice: "refuse senders of the domain's own from outside, or leave it to SPF and DMARC",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeOwnSender, func(p place, _ *facts.Session, r *facts.Probe) {
					switch {
					case r.Positive():
						s.bad(p, "%s got %d", r.Sent, r.Code)
					case r.Negative():
						s.ok(p, "%d %s", r.Code, r.String())
					default:
						s.postponed(p, &r.Reply)
					}
				})
			},
		},
	}
}

// eachProbe calls f for the reply to a probe, of the first session that had it.
func eachProbe(d *facts.Domain, s *sheet, name string, f func(place, *facts.Session, *facts.Probe)) {
	eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
		for _, m := range []*facts.Session{&a.Main, &a.Manners} {
			r := m.Probe(name)
			if r.State == facts.NotAsked {
				continue
			}
			if s.replied(p, &r.Reply, or(r.Sent, name)) {
				f(p, m, r)
			}
			return
		}
	})
}

// judgeReply is sound for a 2xx. A refusal counts unless it is temporary or
// aimed at this machine.
func judgeReply(s *sheet, p place, r *facts.Probe, severity result.Severity) {
	said := fmt.Sprintf("%s got %d %s", r.Sent, r.Code, r.String())
	switch {
	case r.Positive():
		s.ok(p, "%s", said)
	case r.Ours, !r.Negative():
		s.postponed(p, &r.Reply)
	default:
		s.as(severity, p, "%s", said)
	}
}

// relayProbe is a probe with a recipient elsewhere, and in which way it differs
// from the others.
type relayProbe struct{ name, way string }

func relayProbes() []relayProbe {
	return []relayProbe{
		{facts.ProbeRelay, "from the usual sender"},
		{facts.ProbeRelayNull, "from the null sender"},
		{facts.ProbeRelayOwn, "from a sender of the domain"},
		{facts.ProbeRelayRoute, "with a source route"},
		{facts.ProbeRelayHack, "with a percent sign"},
		{facts.ProbeRelayQuote, "in quotes"},
	}
}

func relayRules() []Rule {
	return []Rule{{
		ID: "behaviour.relay", Title: "a recipient elsewhere is taken", Severity: result.SeverityWarn, Actor: result.ActorServer,
		RFC:    "RFC 5321 section 7.1, section 3.7",
		Means:  "This is suspicious: a server that delivers such mail is an open relay and soon listed everywhere. Some servers take each recipient and throw the mail away, which cannot be told apart without sending.",
		Advice: "allow relaying only from your own networks and after a login (mynetworks, relay_from_hosts); this test is fair only from outside them",
		check: func(d *facts.Domain, s *sheet) {
			eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) { checkRelay(s, p, a) })
		},
	}}
}

// checkRelay grades what was taken: a plain recipient elsewhere weighs more than
// a name that only looks like one where every name of the domain is taken.
func checkRelay(s *sheet, p place, a *facts.Address) {
	m := &a.Manners
	catchAll := m.Probe(facts.ProbeUnknown).Positive()
	var taken, unclear []string
	asked := 0
	said := ""
	for _, probe := range relayProbes() {
		name := probe.name
		r := m.Probe(name)
		if r.State == facts.NotAsked {
			continue
		}
		asked++
		local := name == facts.ProbeRelayHack || name == facts.ProbeRelayQuote
		switch {
		case r.State == facts.Failed:
			unclear = append(unclear, r.Sent+": "+r.Why)
		case r.Positive() && local && catchAll: // any name of the domain is taken
		case r.Positive():
			taken = append(taken, probe.way)
			said = or(said, r.Sent)
		case r.Code/100 == 4 && r.Code != 454 && !strings.HasPrefix(r.Enhanced, "4.7."):
			unclear = append(unclear, fmt.Sprintf("%s got %d", r.Sent, r.Code))
		}
	}
	switch {
	case len(taken) > 0:
		s.bad(p, "suspicious: %d of %d were taken: %s, %s", len(taken), asked, said, strings.Join(taken, ", "))
	case len(unclear) > 0:
		s.unknown(p, "%s", strings.Join(unclear, "; "))
	case asked > 0:
		s.ok(p, "%d recipients elsewhere were refused", asked)
	}
}

func tellingRules() []Rule {
	return []Rule{
		{
			ID: "behaviour.auth-clear", Title: "a login is offered in clear", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 4954 section 4",
			Means:  "A mail program that is led to this server sends name and password over the line for all to read.",
			Advice: "offer AUTH only under TLS (smtpd_tls_auth_only, auth_advertise_hosts), and not at all on port 25",
			check: func(d *facts.Domain, s *sheet) {
				eachHello(d, s, func(p place, h *facts.Hello) {
					if k, ok := h.Keyword("AUTH"); ok && clearMechanism(k) != "" {
						s.bad(p, "AUTH %s before TLS", strings.Join(k.Params, " "))
						return
					}
					s.ok(p, "no password before TLS")
				})
			},
		},
		{
			ID: "behaviour.vrfy", Title: "VRFY tells which names exist", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 7.3",
			Means:  "Senders of spam find names that exist with it, faster than with RCPT.",
			Advice: "turn VRFY off; 252 is the answer that tells nothing (disable_vrfy_command)",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeVRFYNobody, func(p place, m *facts.Session, nobody *facts.Probe) {
					known := m.Probe(facts.ProbeVRFY)
					if !s.replied(p, &known.Reply, "VRFY") {
						return
					}
					if known.Code == 250 && nobody.Negative() {
						s.bad(p, "%s got 250, %s got %d", known.Sent, nobody.Sent, nobody.Code)
						return
					}
					s.ok(p, "%d for both, or nothing told", known.Code)
				})
			},
		},
		{
			ID: "behaviour.expn", Title: "EXPN tells who is on a list", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 7.3",
			Means:  "Anybody gets the addresses behind an alias or a mailing list.",
			Advice: "turn EXPN off (PrivacyOptions=noexpn)",
			check: func(d *facts.Domain, s *sheet) {
				eachProbe(d, s, facts.ProbeEXPN, func(p place, _ *facts.Session, r *facts.Probe) {
					if r.Code == 250 && slices.ContainsFunc(r.Text, func(l string) bool { return strings.Contains(l, "@") }) {
						s.bad(p, "%s got 250 %s", r.Sent, r.String())
						return
					}
					s.ok(p, "%d %s", r.Code, r.String())
				})
			},
		},
	}
}
