package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

func tlsRules() []Rule {
	return slices.Concat(startTLSRules(), certificateRules(), versionRules())
}

func startTLSRules() []Rule {
	return []Rule{
		{
			ID: "tls.missing", Title: "STARTTLS is not offered", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 3207 section 4",
			Means:  "Mail to this address goes over the line in clear. Senders that insist on TLS do not deliver to it.",
			Advice: "give the server a certificate and turn STARTTLS on",
			check: func(d *facts.Domain, s *sheet) {
				eachHello(d, s, func(p place, h *facts.Hello) {
					switch {
					case !h.Positive():
					case h.Offers("STARTTLS"):
						s.ok(p, "offered")
					default:
						s.bad(p, "not in the reply to EHLO")
					}
				})
			},
		},
		{
			ID: "tls.handshake", Title: "STARTTLS is offered and does not work", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 3207 section 4.1",
			Means:  "Many senders do not fall back to a connection in clear, and keep the mail until it works, or return it.",
			Advice: "look in the log of the server: a key that cannot be read, a certificate of another key, versions that nobody speaks",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, _ *facts.Address, m *facts.Session) {
					if !m.Hello.Offers("STARTTLS") || m.StartTLS.State == facts.NotAsked {
						return
					}
					if !s.replied(p, &m.StartTLS, "STARTTLS") {
						return
					}
					checkHandshake(s, p, m)
				})
			},
		},
	}
}

func checkHandshake(s *sheet, p place, m *facts.Session) {
	switch {
	case m.StartTLS.Code/100 == 4:
		s.unknown(p, "%d %s", m.StartTLS.Code, m.StartTLS.String())
	case !m.StartTLS.Positive():
		s.bad(p, "%d %s", m.StartTLS.Code, m.StartTLS.String())
	case m.TLS.State == facts.Found:
		s.ok(p, "%s, %s", m.TLS.Version, m.TLS.Cipher)
	case m.TLS.State == facts.NoData:
		s.bad(p, "%s", m.TLS.Why)
	default:
		s.unknown(p, "%s", or(m.TLS.Why, "the handshake did not end"))
	}
}

func certificateRules() []Rule {
	return []Rule{
		{
			ID: "tls.chain", Title: "the certificate is not from an authority that is trusted", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 4.2",
			Means:  "Most senders take it all the same. Those that follow MTA-STS, or were told to insist, do not deliver.",
			Advice: "use a certificate of a public authority, and send its intermediate certificates along",
			check: func(d *facts.Domain, s *sheet) {
				eachCertificate(d, s, func(p place, c *facts.Certificate) { partOf(s, p, c, c.Chain) })
			},
		},
		{
			ID: "tls.name", Title: "the certificate is for another name", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 4.1, RFC 6125",
			Means:  "Most senders take it all the same. Those that follow MTA-STS, or were told to insist, do not deliver.",
			Advice: "use a certificate that has the name of the MX record",
			check: func(d *facts.Domain, s *sheet) {
				eachCertificate(d, s, func(p place, c *facts.Certificate) { partOf(s, p, c, c.NameFinding) })
			},
		},
		{
			ID: "tls.expired", Title: "the certificate has expired, or is not yet valid", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5280 section 4.1.2.5",
			Means:  "Most senders take it all the same. Those that follow MTA-STS, or were told to insist, do not deliver.",
			Advice: "renew the certificate, have the server read it again, and find out why that did not happen by itself",
			check: func(d *facts.Domain, s *sheet) {
				eachCertificate(d, s, func(p place, c *facts.Certificate) {
					switch {
					case d.Now.After(c.NotAfter):
						s.bad(p, "%s: expired on %s", c.Subject, day(c.NotAfter))
					case d.Now.Before(c.NotBefore):
						s.bad(p, "%s: valid from %s on", c.Subject, day(c.NotBefore))
					default:
						s.ok(p, "valid until %s", day(c.NotAfter))
					}
				})
			},
		},
		{
			ID: "tls.expiring", Title: "the certificate is about to expire", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 5280 section 4.1.2.5",
			Means:  "Certificates are mostly renewed a third of their time before the end; this one was not.",
			Advice: "see whether the renewal works, and whether the server reads the new certificate",
			check:  checkExpiring,
		},
		{
			ID: "tls.key", Title: "the key of the certificate is weak", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 9325 section 4.4",
			Means:  "RSA keys under 2048 bits and curves under 224 can be broken with effort; some senders refuse them.",
			Advice: "make a new key, ECDSA P-256 or RSA with 2048 bits or more, and a certificate for it",
			check: func(d *facts.Domain, s *sheet) {
				eachCertificate(d, s, func(p place, c *facts.Certificate) {
					weak := c.Key == "RSA" && c.Bits < 2048 || c.Key == "ECDSA" && c.Bits < 224 || c.Key == "DSA"
					if weak {
						s.bad(p, "%s with %d bits", c.Key, c.Bits)
						return
					}
					s.ok(p, "%s with %d bits", c.Key, c.Bits)
				})
			},
		},
		{
			ID: "tls.signature", Title: "the certificate is signed with a broken hash", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 9155",
			Means:  "Signatures with MD5 or SHA-1 can be forged, and many senders refuse them.",
			Advice: "get a new certificate; authorities sign with SHA-256 or better today",
			check: func(d *facts.Domain, s *sheet) {
				eachCertificate(d, s, func(p place, c *facts.Certificate) {
					if strings.Contains(c.Signature, "SHA1") || strings.Contains(c.Signature, "MD5") || strings.Contains(c.Signature, "MD2") {
						s.bad(p, "%s", c.Signature)
						return
					}
					s.ok(p, "%s", c.Signature)
				})
			},
		},
	}
}

// eachCertificate calls f for each certificate of each address. Where a session
// broke off before the certificate, the rule is inconclusive.
func eachCertificate(d *facts.Domain, s *sheet, f func(place, *facts.Certificate)) {
	eachSession(d, s, func(p place, a *facts.Address, m *facts.Session) {
		if len(a.Certificates) == 0 && m.TLS.State == facts.Failed {
			s.unknown(p, "no certificate: %s", m.TLS.Why)
		}
		for i := range a.Certificates {
			f(p, &a.Certificates[i])
		}
	})
}

// partOf takes down what was found of a part of a certificate.
func partOf(s *sheet, p place, c *facts.Certificate, finding string) {
	switch finding {
	case facts.Sound:
		s.ok(p, "%s, from %s", c.Subject, c.Issuer)
	case "", "not checked":
		s.unknown(p, "nobody looked")
	default:
		s.bad(p, "%s: %s", c.Subject, finding)
	}
}

func checkExpiring(d *facts.Domain, s *sheet) {
	eachCertificate(d, s, func(p place, c *facts.Certificate) {
		left, life := c.NotAfter.Sub(d.Now), c.NotAfter.Sub(c.NotBefore)
		soon := min(14*24*time.Hour, life/6) // short-lived certificates are renewed late
		switch {
		case left < 0: // another rule
		case left < soon:
			s.bad(p, "%s: %s left", c.Subject, days(left))
		case left < 2*soon:
			s.as(result.SeverityNote, p, "%s: %s left", c.Subject, days(left))
		default:
			s.ok(p, "%s left", days(left))
		}
	})
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func days(t time.Duration) string {
	if t < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(t.Hours()))
	}
	return fmt.Sprintf("%d days", int(t.Hours()/24))
}

func versionRules() []Rule {
	return []Rule{
		{
			ID: "tls.old", Title: "versions of TLS are accepted that are no longer safe", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8996 section 2",
			Means:  "TLS 1.0 and 1.1 have known weaknesses. Between servers they are still better than a connection in clear.",
			Advice: "turn TLS 1.0 and 1.1 off, unless old senders need them",
			check: func(d *facts.Domain, s *sheet) {
				eachVersion(d, s, func(p place, a *facts.Address) {
					if old := accepted(a, "TLS 1.0", "TLS 1.1"); old != "" {
						s.bad(p, "%s", old)
						return
					}
					s.ok(p, "neither TLS 1.0 nor 1.1")
				}, "TLS 1.0", "TLS 1.1")
			},
		},
		{
			ID: "tls.no-12", Title: "no version of TLS is accepted that senders of today speak", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 8996 section 2, RFC 9325 section 3.1.1",
			Means:  "Most senders speak TLS 1.2 and 1.3 alone. Their handshake fails, and many then do not deliver.",
			Advice: "turn TLS 1.2 and 1.3 on; if the software does not know them, replace it",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, a *facts.Address, m *facts.Session) {
					switch {
					case m.TLS.Version == "TLS 1.2" || m.TLS.Version == "TLS 1.3":
						s.ok(p, "%s", m.TLS.Version)
					case m.TLS.Version != "":
						s.bad(p, "%s is the highest", m.TLS.Version)
					case m.TLS.State == facts.Failed:
						s.unknown(p, "%s", m.TLS.Why)
					}
				})
			},
		},
		{
			ID: "tls.no-13", Title: "TLS 1.3 is not accepted", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 9325 section 3.1.1",
			Means:  "TLS 1.2 is good enough; 1.3 is faster, and hides the certificate.",
			Advice: "turn TLS 1.3 on when the software allows it",
			check: func(d *facts.Domain, s *sheet) {
				eachSession(d, s, func(p place, a *facts.Address, m *facts.Session) {
					switch {
					case m.TLS.Version == "TLS 1.3":
						s.ok(p, "TLS 1.3")
					case m.TLS.Version != "":
						s.bad(p, "%s is the highest", m.TLS.Version)
					case m.TLS.State == facts.Failed:
						s.unknown(p, "%s", m.TLS.Why)
					}
				})
			},
		},
		{
			ID: "tls.resumption", Title: "TLS sessions cannot be taken up again", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8446 section 2.2",
			Means:  "Senders with much mail make a whole handshake for each connection, which costs the server time. Mail is not touched.",
			Advice: "let the server keep its ticket keys between processes and machines",
			check: func(d *facts.Domain, s *sheet) {
				eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
					switch a.Resumed {
					case facts.Found:
						s.ok(p, "a second session was taken up again")
					case facts.NoData:
						s.bad(p, "a second session began anew")
					case facts.Failed:
						s.unknown(p, "there was no second session")
					}
				})
			},
		},
	}
}

// eachVersion calls f for each address of which all the versions are known.
func eachVersion(d *facts.Domain, s *sheet, f func(place, *facts.Address), versions ...string) {
	eachAddress(d, func(p place, _ *facts.Host, a *facts.Address) {
		tried := 0
		for _, v := range a.Versions {
			if !slices.Contains(versions, v.Name) {
				continue
			}
			tried++
			if v.State == facts.Failed {
				s.unknown(p, "%s: %s", v.Name, v.Why)
				return
			}
		}
		if tried > 0 {
			f(p, a)
		}
	})
}

func accepted(a *facts.Address, versions ...string) string {
	var all []string
	for _, v := range a.Versions {
		if v.State == facts.Found && slices.Contains(versions, v.Name) {
			all = append(all, v.Name)
		}
	}
	return strings.Join(all, ", ")
}
