package rules

import (
	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func submissionRules() []Rule {
	return []Rule{
		{
			ID: "submission.tls", Title: "a port for mail programs works without TLS", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 8314 section 3.3",
			Means:  "Mail programs may send names, passwords and mail in clear there.",
			Advice: "offer STARTTLS on 587 and TLS from the first byte on 465, and require it before AUTH and MAIL",
			check: func(d *facts.Domain, s *sheet) {
				eachSubmission(d, s, func(p place, sub *facts.Submission) {
					switch {
					case sub.Implicit && sub.TLS.State == facts.Found, sub.Hello.Offers("STARTTLS"):
						s.ok(p, "port %d: TLS", sub.Port)
					case sub.Hello.State == facts.Found:
						s.bad(p, "port %d: no STARTTLS in the reply to EHLO", sub.Port)
					case sub.TLS.State == facts.NoData:
						s.bad(p, "port %d: %s", sub.Port, sub.TLS.Why)
					default:
						s.unknown(p, "port %d: %s", sub.Port, or(sub.TLS.Why, sub.Hello.Why))
					}
				})
			},
		},
		{
			ID: "submission.auth", Title: "a port for mail programs offers no login", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 6409 section 4.3",
			Means:  "Mail programs cannot log in there, so that the port is of no use to them.",
			Advice: "turn AUTH on for this port, under TLS",
			check: func(d *facts.Domain, s *sheet) {
				eachSubmission(d, s, func(p place, sub *facts.Submission) {
					switch h := offer(&sub.Session); {
					case !h.Positive():
						s.unknown(p, "port %d: no reply to EHLO", sub.Port)
					case h.Offers("AUTH"):
						s.ok(p, "port %d: AUTH", sub.Port)
					default:
						s.bad(p, "port %d: no AUTH in the reply to EHLO", sub.Port)
					}
				})
			},
		},
		{
			ID: "submission.auth-clear", Title: "a port for mail programs offers a login in clear", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 4954 section 4, RFC 8314 section 3.3",
			Means:  "A mail program that is led to it sends name and password over the line for all to read.",
			Advice: "offer AUTH only under TLS (smtpd_tls_auth_only, auth_advertise_hosts)",
			check: func(d *facts.Domain, s *sheet) {
				eachSubmission(d, s, func(p place, sub *facts.Submission) {
					if sub.Implicit || !s.replied(p, &sub.Hello.Reply, "EHLO") || !sub.Hello.Positive() {
						return
					}
					if k, ok := sub.Hello.Keyword("AUTH"); ok && clearMechanism(k) != "" {
						s.bad(p, "port %d: AUTH %s before TLS", sub.Port, clearMechanism(k))
						return
					}
					s.ok(p, "port %d: no password before TLS", sub.Port)
				})
			},
		},
		{
			ID: "submission.open", Title: "a port for mail programs takes a sender without a login", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 6409 section 4.3",
			Means:  "The port has to refuse mail from whoever did not log in (530). If it delivers elsewhere too, it is an open relay.",
			Advice: "refuse MAIL, or RCPT at the latest, before AUTH on this port",
			check: func(d *facts.Domain, s *sheet) {
				eachSubmission(d, s, func(p place, sub *facts.Submission) {
					probe := sub.Probe(facts.ProbeAuth)
					switch {
					case !s.replied(p, &probe.Reply, probe.Sent):
					case probe.Positive():
						s.bad(p, "port %d: %s got %d", sub.Port, probe.Sent, probe.Code)
					case probe.Negative():
						s.ok(p, "port %d: %d %s", sub.Port, probe.Code, probe.String())
					default:
						s.unknown(p, "port %d: %d %s", sub.Port, probe.Code, probe.String())
					}
				})
			},
		},
	}
}

// eachSubmission calls f for each port for mail programs that is served. One
// that is not served is no fault: none has to be.
func eachSubmission(d *facts.Domain, s *sheet, f func(place, *facts.Submission)) {
	eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
		for i := range a.Submission {
			switch sub := &a.Submission[i]; sub.State {
			case facts.Found:
				f(p, sub)
			case facts.Failed:
				s.unknown(p, "port %d: %s", sub.Port, sub.Why)
			}
		}
	})
}

// clearMechanism is the first mechanism of AUTH that sends the password itself.
func clearMechanism(k facts.Keyword) string {
	for _, m := range k.Params {
		switch m {
		case "PLAIN", "LOGIN", "plain", "login":
			return m
		}
	}
	return ""
}
