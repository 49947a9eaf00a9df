package rules

import (
	"slices"
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

func mtastsRules() []Rule {
	return slices.Concat(stsRecordRules(), stsPolicyRules(), stsHostRules())
}

func stsRecordRules() []Rule {
	return []Rule{
		{
			ID: "mtasts.none", Title: "the domain has no MTA-STS policy", Severity: result.SeverityNote, Actor: result.ActorDNS,
			RFC:    "RFC 8461 section 3",
			Means:  "With one, senders that follow it insist on TLS with a good certificate. Nothing is broken without.",
			Advice: "publish a policy in mode testing at https://mta-sts.DOMAIN/.well-known/mta-sts.txt, then the record",
			check: func(d *facts.Domain, s *sheet) {
				if !s.known(place{}, &d.STS.Record.Lookup, "TXT") {
					return
				}
				if d.STS.Record.Missing() {
					s.bad(place{}, "no record at %s", d.STS.Record.Name).Publish = []string{stsLine(d)}
					return
				}
				s.ok(place{}, "there is a record")
			},
		},
		{
			ID: "mtasts.record", Title: "the MTA-STS record is none", Severity: result.SeverityWarn, Actor: result.ActorDNS,
			RFC:    "RFC 8461 section 3.1",
			Means:  "Senders go on as if there was no policy, so that mail is not protected.",
			Advice: "publish one record of this form, with a new id each time the policy changes",
			check: func(d *facts.Domain, s *sheet) {
				if !stsMeant(d, s) {
					return
				}
				if d.STS.Problem != "" {
					s.bad(place{}, "%s", d.STS.Problem).Publish = []string{stsLine(d)}
					return
				}
				s.ok(place{}, "id %s", d.STS.ID)
			},
		},
	}
}

// stsLine is a record of the form it must have.
func stsLine(d *facts.Domain) string {
	return `_mta-sts.` + d.Name + `. IN TXT "v=STSv1; id=` + d.Now.UTC().Format("20060102150405") + `"`
}

// stsMeant reports whether the domain means to have a policy.
func stsMeant(d *facts.Domain, s *sheet) bool {
	return s.known(place{}, &d.STS.Record.Lookup, "TXT") && d.STS.Record.State == facts.Found
}

// stsPolicy returns the policy, if there is a good one.
func stsPolicy(d *facts.Domain, s *sheet) *facts.STSPolicy {
	if !stsMeant(d, s) || d.STS.Problem != "" {
		return nil
	}
	p := &d.STS.Policy
	if p.State == facts.Failed && p.Fault == facts.STSFaultOurs {
		s.unknown(place{}, "the policy could not be fetched: %s", p.Why)
	}
	if p.State != facts.Found || p.Problem != "" {
		return nil
	}
	return p
}

func stsPolicyRules() []Rule {
	return []Rule{
		{
			ID: "mtasts.fetch", Title: "the MTA-STS policy cannot be fetched", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 3.3",
			Means:  "Senders that know no policy of the domain go on without one; those that kept an older one go by that until it is too old.",
			Advice: "serve the policy with status 200, without a redirect, under a certificate of a public authority for the host mta-sts.DOMAIN",
			check: func(d *facts.Domain, s *sheet) {
				if !stsMeant(d, s) || d.STS.Problem != "" {
					return
				}
				switch p := &d.STS.Policy; {
				case p.State == facts.NotAsked:
				case p.State == facts.Found:
					s.ok(place{}, "%s", mtasts.URL(d.Name))
				case p.Fault == facts.STSFaultOurs:
					s.unknown(place{}, "%s", p.Why)
				default:
					s.bad(place{}, "%s", p.Why)
				}
			},
		},
		{
			ID: "mtasts.policy", Title: "the MTA-STS policy is none", Severity: result.SeverityWarn, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 3.2",
			Means:  "Senders go on as if there was no policy.",
			Advice: "write the policy with version, mode, mx and max_age, a key on each line",
			check: func(d *facts.Domain, s *sheet) {
				if !stsMeant(d, s) || d.STS.Policy.State == facts.NotAsked {
					return
				}
				switch p := &d.STS.Policy; {
				case p.Fault == facts.STSFaultOurs:
					s.unknown(place{}, "%s", p.Why)
				case p.State != facts.Found: // another rule
				case p.Problem != "":
					s.bad(place{}, "%s", p.Problem)
				case len(p.Notes) > 0:
					s.as(result.SeverityNote, place{}, "%s", strings.Join(p.Notes, "; "))
				default:
					s.ok(place{}, "mode %s, max_age %s", p.Mode, p.MaxAge)
				}
			},
		},
		{
			ID: "mtasts.mode", Title: "the MTA-STS policy protects nothing yet", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 5",
			Means:  "In mode testing senders deliver all the same and report what would have failed; in mode none they do as without a policy.",
			Advice: "when the reports show no failures, set mode: enforce, and give the record a new id",
			check: func(d *facts.Domain, s *sheet) {
				p := stsPolicy(d, s)
				switch {
				case p == nil:
				case p.Mode != string(mtasts.Enforce):
					s.bad(place{}, "mode %s", p.Mode)
				default:
					s.ok(place{}, "mode enforce")
				}
			},
		},
		{
			ID: "mtasts.age", Title: "the MTA-STS policy is kept for a short time only", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 3.2, section 10.2",
			Means:  "Who can block the policy for longer than that can do without it. Weeks are usual.",
			Advice: "set max_age to a week or more (604800), once the policy is known to be right",
			check: func(d *facts.Domain, s *sheet) {
				p := stsPolicy(d, s)
				switch {
				case p == nil:
				case p.MaxAge < 7*24*time.Hour:
					s.bad(place{}, "max_age %s", p.MaxAge)
				default:
					s.ok(place{}, "max_age %s", p.MaxAge)
				}
			},
		},
	}
}

func stsHostRules() []Rule {
	return []Rule{
		{
			ID: "mtasts.mx", Title: "a mail host is not in the MTA-STS policy", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 4.1",
			Means:  "Senders that follow the policy, some of the largest among them, do not deliver to this host.",
			Advice: "add an mx: line for the host to the policy, and give the record a new id",
			check: func(d *facts.Domain, s *sheet) {
				eachSTSHost(d, s, func(at place, h *facts.Host, p *facts.STSPolicy, severity result.Severity) {
					if !allows(p, h.Name) {
						s.as(severity, at, "mode %s; the policy has %s", p.Mode, strings.Join(p.MX, ", "))
						return
					}
					s.ok(at, "in the policy")
				})
			},
		},
		{
			ID: "mtasts.tls", Title: "a mail host does not keep what the MTA-STS policy promises", Severity: result.SeverityFail, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 4.2",
			Means:  "The policy asks for STARTTLS with a certificate that is trusted, valid and for the name of the host. Senders that follow it do not deliver to this host.",
			Advice: "mend the certificate, or set the policy to mode testing until then",
			check: func(d *facts.Domain, s *sheet) {
				eachSTSHost(d, s, func(_ place, h *facts.Host, p *facts.STSPolicy, severity result.Severity) {
					if !allows(p, h.Name) {
						return
					}
					for j := range h.Addresses {
						checkSTSTLS(d, s, on(h, &h.Addresses[j]), &h.Addresses[j], severity)
					}
				})
			},
		},
		{
			ID: "mtasts.unused", Title: "the MTA-STS policy names hosts that are none of the domain", Severity: result.SeverityNote, Actor: result.ActorServer,
			RFC:    "RFC 8461 section 4.1",
			Means:  "Senders trust them as well. Before a move to new hosts this is as it should be.",
			Advice: "take out the mx: lines that are no longer needed",
			check: func(d *facts.Domain, s *sheet) {
				p := stsPolicy(d, s)
				if p == nil || !s.known(place{}, &d.MX.Lookup, "MX") {
					return
				}
				var unused []string
				for _, pattern := range p.MX {
					one := &mtasts.Policy{MX: []string{pattern}}
					if !slices.ContainsFunc(d.Hosts, func(h facts.Host) bool { return one.Allows(h.Name) }) {
						unused = append(unused, pattern)
					}
				}
				if len(unused) > 0 {
					s.bad(place{}, "%s", strings.Join(unused, ", "))
					return
				}
				s.ok(place{}, "each fits a host")
			},
		},
	}
}

func allows(p *facts.STSPolicy, host string) bool {
	policy := mtasts.Policy{MX: p.MX}
	return policy.Allows(host)
}

// eachSTSHost calls f for each host under a policy that asks for something.
// Only in mode enforce mail does not go out.
func eachSTSHost(d *facts.Domain, s *sheet, f func(place, *facts.Host, *facts.STSPolicy, result.Severity)) {
	p := stsPolicy(d, s)
	if p == nil || p.Mode == string(mtasts.None) {
		return
	}
	severity := result.SeverityFail
	if p.Mode != string(mtasts.Enforce) {
		severity = result.SeverityWarn
	}
	for i := range d.Hosts {
		f(at(&d.Hosts[i]), &d.Hosts[i], p, severity)
	}
}

func checkSTSTLS(d *facts.Domain, s *sheet, p place, a *facts.Address, severity result.Severity) {
	why, known := stsFault(d, a)
	switch {
	case a.Main.State == facts.NotAsked, a.Main.State == facts.NoData:
	case !known:
		s.unknown(p, "%s", why)
	case why != "":
		s.as(severity, p, "%s", why)
	default:
		s.ok(p, "TLS with a good certificate")
	}
}

// stsFault says why a sender that follows MTA-STS would not deliver to an
// address, or nothing; known is whether that could be found out.
func stsFault(d *facts.Domain, a *facts.Address) (why string, known bool) {
	m := &a.Main
	switch {
	case m.State != facts.Found:
		return m.Why, m.State == facts.NoData
	case m.Hello.State != facts.Found:
		return or(m.Hello.Why, "no reply to EHLO"), false
	case !m.Hello.Positive():
		return m.Hello.String(), false
	case !m.Hello.Offers("STARTTLS"):
		return "no STARTTLS", true
	case m.TLS.State != facts.Found:
		return or(m.TLS.Why, "no TLS"), m.TLS.State == facts.NoData
	case len(a.Certificates) == 0:
		return "no certificate was seen", false
	}
	for i := range a.Certificates {
		if why := certificateFault(d, &a.Certificates[i]); why != "" {
			return why, true
		}
	}
	return "", true
}

// certificateFault says what is wrong with a certificate by the rules of the
// Web, or nothing.
func certificateFault(d *facts.Domain, c *facts.Certificate) string {
	switch {
	case d.Now.After(c.NotAfter):
		return "the certificate has expired"
	case d.Now.Before(c.NotBefore):
		return "the certificate is not yet valid"
	case c.Chain != facts.Sound:
		return "the certificate is not trusted: " + c.Chain
	case c.NameFinding != facts.Sound:
		return "the certificate is for another name: " + c.NameFinding
	}
	return ""
}
