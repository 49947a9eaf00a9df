package rules

import (
	"strconv"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// keywordRules are the rules on what a server offers in its reply to EHLO.
func keywordRules() []Rule {
	return []Rule{
		keywordRule("ehlo.8bitmime", "8BITMIME", "RFC 6152", "Mail with letters outside ASCII has to be rewritten on the way, which breaks its signatures."),
		keywordRule("ehlo.pipelining", "PIPELINING", "RFC 2920", "Each delivery takes some round trips more."),
		keywordRule("ehlo.dsn", "DSN", "RFC 3461", "Senders who ask for a receipt get none from this server, or only that the mail was handed over."),
		keywordRule("ehlo.enhanced", "ENHANCEDSTATUSCODES", "RFC 2034", "Refusals carry no code that programs understand, so that reports to senders say less."),
		{
			ID: "ehlo.size", Title: "messages of usual size are not taken", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 1870 section 4",
			Means:  "Senders return larger messages at once. Mail with attachments is often some ten megabytes long.",
			Advice: "raise the limit (message_size_limit, MaxMessageSize) to 10 MB at least",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					k, ok := h.Keyword("SIZE")
					if !ok || len(k.Params) == 0 {
						s.ok(p, "no limit is told")
						return
					}
					n, err := strconv.ParseUint(k.Params[0], 10, 64)
					if err == nil && n > 0 && n < 10_000_000 {
						s.bad(p, "SIZE %d", n)
						return
					}
					s.ok(p, "SIZE %s", k.Params[0])
				})
			},
		},
		{
			ID: "ehlo.obsolete", Title: "commands are offered that are no longer in use", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 appendix F",
			Means:  "TURN hands the mail of a domain to whoever asks for it; SEND, SOML and SAML write to terminals.",
			Advice: "turn these commands off in the server",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					var old []string
					for _, k := range []string{"TURN", "SEND", "SOML", "SAML"} {
						if h.Offers(k) {
							old = append(old, k)
						}
					}
					if len(old) > 0 {
						s.bad(p, "%s", strings.Join(old, ", "))
						return
					}
					s.ok(p, "none")
				})
			},
		},
		{
			ID: "ehlo.limits", Title: "few recipients are taken in one message", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 5321 section 4.5.3.1.8, RFC 9422 section 5",
			Means:  "A server has to take a hundred recipients at once. With fewer, senders repeat the message.",
			Advice: "raise the limit of recipients to 100 at least",
			check: func(d *facts.Domain, s *sheet) {
				eachOffer(d, s, func(p place, h *facts.Hello) {
					k, _ := h.Keyword("LIMITS")
					for _, param := range k.Params {
						if most, ok := strings.CutPrefix(strings.ToUpper(param), "RCPTMAX="); ok {
							if n, err := strconv.Atoi(most); err == nil && n < 100 {
								s.bad(p, "RCPTMAX=%d", n)
								return
							}
						}
					}
					s.ok(p, "no limit under 100 is told")
				})
			},
		},
		{
			ID: "ehlo.requiretls", Title: "REQUIRETLS is offered before TLS", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8689 section 2",
			Means:  "It may be offered under TLS alone, where senders can ask that a message is never sent in clear. Before TLS it means nothing.",
			Advice: "offer it in the reply to EHLO under TLS only",
			check: func(d *facts.Domain, s *sheet) {
				eachHello(d, s, func(p place, h *facts.Hello) {
					if h.Offers("REQUIRETLS") {
						s.bad(p, "REQUIRETLS in the reply to EHLO before TLS")
						return
					}
					s.ok(p, "not before TLS")
				})
			},
		},
		{
			ID: "ehlo.starttls-again", Title: "STARTTLS is still offered under TLS", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 3207 section 4.2",
			Means:  "The server must not offer it again. One that does may not have noticed that TLS began, as with a proxy before it.",
			Advice: "let the server itself speak TLS, or tell it that the connection is secured",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					if !s.replied(p, &m.Secured.Reply, "EHLO under TLS") || !m.Secured.Positive() {
						return
					}
					if m.Secured.Offers("STARTTLS") {
						s.bad(p, "STARTTLS in the reply to EHLO under TLS")
						return
					}
					s.ok(p, "no longer offered")
				})
			},
		},
	}
}

// keywordRule is a rule on a keyword that servers of today offer.
func keywordRule(id, keyword, rfc, means string) Rule {
	return Rule{
		ID: id, Title: keyword + " is not offered", Severity: result.SeverityNote, Actor: result.ActorServer,
		RFC: rfc, Means: means, Advice: "turn " + keyword + " on in the server, or see what takes it out on the way",
		check: func(d *facts.Domain, s *sheet) {
			eachOffer(d, s, func(p place, h *facts.Hello) {
				if !h.Offers(keyword) {
					s.bad(p, "not among its %s", count(len(h.Keywords), "keyword", "keywords"))
					return
				}
				s.ok(p, "offered")
			})
		},
	}
}
