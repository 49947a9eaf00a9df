package rules

import (
	"strings"
	"time"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/result"
)

// onMain changes the main session of one address.
func onMain(f func(*facts.Session)) func(*facts.Domain) {
	return func(d *facts.Domain) { f(&d.Hosts[0].Addresses[0].Main) }
}

// keywords replaces what an address offers under TLS.
func keywords(all ...string) func(*facts.Domain) {
	return onMain(func(m *facts.Session) { m.Secured = hello("mx1.corp.example.net", all...) })
}

// probed replaces the reply to a probe.
func probed(name string, code int, text string) func(*facts.Domain) {
	return func(d *facts.Domain) {
		a := &d.Hosts[0].Addresses[0]
		for _, m := range []*facts.Session{&a.Main, &a.Manners} {
			if p := m.Probe(name); p.State == facts.Found {
				p.Code, p.Text = code, []string{text}
			}
		}
	}
}

func serverTwins() map[string]twin {
	return map[string]twin{
		"greeting.reach":   {spoil: onMain(func(m *facts.Session) { *m = facts.Session{State: facts.NoData, Why: "connection refused"} }), evidence: "connection refused"},
		"greeting.code":    {spoil: onMain(func(m *facts.Session) { m.Greeting = reply(554, "no service") }), evidence: "554 no service"},
		"greeting.connect": {spoil: onMain(func(m *facts.Session) { m.Connect = 3100 * time.Millisecond }), evidence: "3.1s"},
		"greeting.slow":    {spoil: onMain(func(m *facts.Session) { m.Greeting.Took = 40 * time.Second }), evidence: "40s"},
		"greeting.name":    {spoil: onMain(func(m *facts.Session) { m.Greeting.Text = []string{"localhost ESMTP"} }), evidence: "localhost"},
		"greeting.middlebox": {spoil: onMain(func(m *facts.Session) {
			m.Greeting.Text = []string{strings.Repeat("*", 30)}
		}), evidence: "***"},
		"greeting.esmtp":        {spoil: onMain(func(m *facts.Session) { m.Greeting.Text = []string{"mx1.corp.example.net SMTP"} }), evidence: "SMTP"},
		"greeting.disagrees":    {spoil: onMain(func(m *facts.Session) { m.Hello.Name = "inner.example.net" }), evidence: `EHLO "inner.example.net"`},
		"ehlo.refused":          {spoil: onMain(func(m *facts.Session) { m.Hello.Reply = reply(550, "who are you") }), evidence: "550 who are you"},
		"ehlo.helo":             {spoil: onMain(func(m *facts.Session) { m.Hello.HELO = true }), evidence: "HELO"},
		"ehlo.name":             {spoil: onMain(func(m *facts.Session) { m.Secured.Name = "mail" }), evidence: "mail"},
		"ehlo.unresolvable":     {spoil: func(d *facts.Domain) { d.Hosts[0].Addresses[0].Named = missing("mx1.corp.example.net") }, evidence: "no such record"},
		"ehlo.middlebox":        {spoil: keywords("PIPELINING", "XXXXXXXA"), evidence: "XXXXXXXA"},
		"ehlo.malformed":        {spoil: onMain(func(m *facts.Session) { m.Secured.Odd = []string{"AUTH=LOGIN"} }), evidence: "AUTH=LOGIN"},
		"ehlo.slow":             {spoil: onMain(func(m *facts.Session) { m.Probes[1].Took = 9 * time.Second }), evidence: "RCPT TO:<postmaster@corp.example.net> after 9s"},
		"ehlo.8bitmime":         {spoil: keywords("PIPELINING"), evidence: "not among its 1 keyword"},
		"ehlo.pipelining":       {spoil: keywords("8BITMIME"), evidence: "not among"},
		"ehlo.dsn":              {spoil: keywords("8BITMIME"), evidence: "not among"},
		"ehlo.requiretls":       {spoil: onMain(func(m *facts.Session) { m.Hello = hello("mx1.corp.example.net", "REQUIRETLS", "STARTTLS") }), evidence: "before TLS"},
		"ehlo.enhanced":         {spoil: keywords("8BITMIME"), evidence: "not among"},
		"ehlo.size":             {spoil: keywords("SIZE 1000000"), evidence: "SIZE 1000000"},
		"ehlo.obsolete":         {spoil: keywords("TURN"), evidence: "TURN"},
		"ehlo.limits":           {spoil: keywords("LIMITS RCPTMAX=5"), evidence: "RCPTMAX=5"},
		"ehlo.starttls-again":   {spoil: keywords("STARTTLS"), evidence: "STARTTLS"},
		"behaviour.sender":      {spoil: probed(facts.ProbeSender, 550, "go away"), evidence: "550 go away"},
		"behaviour.postmaster":  {spoil: probed(facts.ProbePostmaster, 550, "unknown"), evidence: "550 unknown"},
		"behaviour.abuse":       {spoil: probed(facts.ProbeAbuse, 550, "unknown"), evidence: "550 unknown"},
		"behaviour.null-sender": {spoil: probed(facts.ProbeNullSender, 550, "no bounces"), evidence: "550 no bounces"},
		"behaviour.catch-all":   {spoil: probed(facts.ProbeUnknown, 250, "Ok"), evidence: "got 250"},
		"behaviour.own-sender":  {spoil: probed(facts.ProbeOwnSender, 250, "Ok"), evidence: "got 250"},
		"behaviour.relay":       {spoil: probed(facts.ProbeRelay, 250, "Ok"), evidence: "suspicious: 1 of 2 were taken: RCPT TO:<x@example.com>"},
		"behaviour.auth-clear": {spoil: onMain(func(m *facts.Session) {
			m.Hello.Keywords = append(m.Hello.Keywords, facts.Keyword{Name: "AUTH", Params: []string{"CRAM-MD5", "PLAIN"}})
		}), evidence: "AUTH CRAM-MD5 PLAIN"},
		"behaviour.vrfy": {spoil: func(d *facts.Domain) {
			probed(facts.ProbeVRFY, 250, "postmaster@corp.example.net")(d)
			probed(facts.ProbeVRFYNobody, 550, "no such user")(d)
		}, evidence: "VRFY postmaster got 250"},
		"behaviour.expn": {spoil: probed(facts.ProbeEXPN, 250, "root@corp.example.net"), evidence: "root@corp.example.net"},
	}
}

func tlsTwins() map[string]twin {
	cert := func(f func(*facts.Certificate)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(&d.Hosts[0].Addresses[0].Certificates[0]) }
	}
	submission := func(f func(*facts.Submission)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(&d.Hosts[0].Addresses[0].Submission[0]) }
	}
	tlsa := func(f func(*facts.TLSA)) func(*facts.Domain) {
		return func(d *facts.Domain) { f(&d.Hosts[0].TLSA) }
	}
	name := "mx1.corp.example.net"
	return map[string]twin{
		"tls.missing": {spoil: onMain(func(m *facts.Session) { m.Hello = hello(name, "8BITMIME") }), evidence: "not in the reply"},
		"tls.handshake": {spoil: onMain(func(m *facts.Session) {
			m.TLS = facts.TLS{State: facts.NoData, Why: "handshake failure"}
		}), evidence: "handshake failure"},
		"tls.chain":     {spoil: cert(func(c *facts.Certificate) { c.Chain = "self-signed" }), evidence: "self-signed"},
		"tls.name":      {spoil: cert(func(c *facts.Certificate) { c.NameFinding = "is for other.example.net" }), evidence: "other.example.net"},
		"tls.expired":   {spoil: cert(func(c *facts.Certificate) { c.NotAfter = now.Add(-48 * time.Hour) }), evidence: "expired on 2026-02-27"},
		"tls.expiring":  {spoil: cert(func(c *facts.Certificate) { c.NotAfter = now.Add(4 * 24 * time.Hour) }), evidence: "4 days left"},
		"tls.key":       {spoil: cert(func(c *facts.Certificate) { c.Key, c.Bits = "RSA", 1024 }), evidence: "RSA with 1024 bits"},
		"tls.signature": {spoil: cert(func(c *facts.Certificate) { c.Signature = "SHA1-RSA" }), evidence: "SHA1-RSA"},
		"tls.old":       {spoil: func(d *facts.Domain) { d.Hosts[0].Addresses[0].Versions[0].State = facts.Found }, evidence: "TLS 1.0"},
		"tls.no-12":     {spoil: onMain(func(m *facts.Session) { m.TLS.Version = "TLS 1.1" }), evidence: "TLS 1.1"},
		"tls.no-13":     {spoil: onMain(func(m *facts.Session) { m.TLS.Version = "TLS 1.2" }), evidence: "TLS 1.2"},
		"tls.resumption": {spoil: func(d *facts.Domain) {
			d.Hosts[0].Addresses[0].Resumed = facts.NoData
		}, evidence: "anew"},
		"submission.tls":        {spoil: submission(func(s *facts.Submission) { s.Hello = hello(name, "AUTH PLAIN") }), evidence: "port 587"},
		"submission.auth":       {spoil: submission(func(s *facts.Submission) { s.Secured = hello(name, "SIZE") }), evidence: "no AUTH"},
		"submission.auth-clear": {spoil: submission(func(s *facts.Submission) { s.Hello = hello(name, "AUTH LOGIN", "STARTTLS") }), evidence: "AUTH LOGIN before TLS"},
		"submission.open":       {spoil: submission(func(s *facts.Submission) { s.Probes[0].Code = 250 }), evidence: "got 250"},
		"dane.none": {
			spoil:    tlsa(func(t *facts.TLSA) { t.State, t.Records = facts.NoData, nil }),
			evidence: "_25._tcp." + name, publish: "_25._tcp." + name + ". IN TLSA 3 1 1 " + strings.Repeat("ab", 32),
		},
		"dane.unsigned": {spoil: tlsa(func(t *facts.TLSA) { t.Validated = false }), evidence: "not validated"},
		"dane.unusable": {spoil: tlsa(func(t *facts.TLSA) { t.Records[0].Unusable = "1 1 1: usage 1 is not for SMTP" }), evidence: "usage 1"},
		"dane.mismatch": {
			spoil: cert(func(c *facts.Certificate) { c.TLSA, c.DANE = nil, "no record fits" }), evidence: "no record fits", publish: "IN TLSA 3 1 1",
		},
		"dane.no-starttls": {spoil: onMain(func(m *facts.Session) { m.Hello = hello(name, "8BITMIME") }), evidence: "not in the reply"},
		"dane.rollover":    {spoil: tlsa(func(t *facts.TLSA) { t.Records = t.Records[:1] }), evidence: "each of 3 1 1"},
		"dane.partial":     {spoil: tlsa(func(t *facts.TLSA) { t.State = facts.NoData }), evidence: "mx2.corp.example.net; none: " + name},
		"mtasts.mx":        {spoil: func(d *facts.Domain) { d.STS.Policy.MX = d.STS.Policy.MX[1:] }, evidence: "mode enforce"},
		"mtasts.tls":       {spoil: cert(func(c *facts.Certificate) { c.Chain = "self-signed" }), severity: result.SeverityFail, evidence: "not trusted: self-signed"},
	}
}
