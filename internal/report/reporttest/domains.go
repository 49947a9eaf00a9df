package reporttest

import (
	"time"

	"mxprobe/probe/result"
)

// Address has the worst verdict of its checks.
func Address(ip string, checks ...result.Check) result.Address {
	a := result.Address{IP: ip, Port: 25, Checks: checks}
	for i := range checks {
		a.Status = result.Worst(a.Status, checks[i].Status)
	}
	return a
}

// Host has the worst verdict of its addresses.
func Host(pref uint16, name string, addresses ...result.Address) result.Host {
	h := result.Host{Name: name, Preference: pref, Addresses: addresses}
	for i := range addresses {
		h.Status = result.Worst(h.Status, addresses[i].Status)
	}
	return h
}

// DeadHost is a host whose name does not exist.
func DeadHost() result.Host {
	return result.Host{
		Name: "mx3.fabrikam.test", Preference: 30, Status: result.Fail, Reason: result.DNS,
		Message: "no such name: mx3.fabrikam.test", Hint: "the name does not exist in DNS: look for a typing error",
		Addresses: []result.Address{},
	}
}

// Domain has the worst verdict of its hosts.
func Domain(name string, hosts ...result.Host) *result.Domain {
	d := &result.Domain{Domain: name, Origin: "mx", DNSMillis: 12 * ms, Hosts: hosts, Millis: 900 * ms}
	for i := range hosts {
		d.Status = result.Worst(d.Status, hosts[i].Status)
	}
	return d
}

// PassingDomain has two hosts, three addresses, and one that greylisted.
func PassingDomain() *result.Domain {
	const mx1, mx2 = "mx1.fabrikam.test", "mx2.fabrikam.test"
	d := Domain("fabrikam.test",
		Host(10, mx1, Address("192.0.2.10", Passed("basic send", mx1)), Address("2001:db8::10", Passed("basic send", mx1))),
		Host(20, mx2, Address("198.51.100.7", Greylisted(mx2))))
	d.Sender = &result.Sender{View: result.ViewAtOnce, By: mx1}
	return d
}

// MixedDomain has a host for every way to fail.
func MixedDomain() *result.Domain {
	const mx1 = "mx1.fabrikam.test"
	skipped := result.Check{
		Scenario: "DSN request", Status: result.Skip, Reason: result.Condition, Message: "the server does not offer DSN",
		StepCount: 4, Attempts: 1,
	}
	d := Domain("fabrikam.test",
		Host(5, mx1, Address("192.0.2.10", Passed("basic send", mx1), Failed(mx1), skipped)),
		Host(20, "mx2.fabrikam.test", Address("2001:db8::20", Unanswered())),
		DeadHost())
	d.Hosts[0].Notes = []string{"the exchange is an alias of relay.fabrikam.test (RFC 2181 section 10.3)"}
	d.Sender = &result.Sender{View: result.ViewDegraded, By: mx1, Failing: []string{"mx2.fabrikam.test", "mx3.fabrikam.test"}}
	d.Reason, d.Message = result.Reply, mx1+": expected 5xx, got 250 2.1.5 Ok"
	return d
}

// RegressedDomain is PassingDomain as --fail-on regression judges it after
// two changes for the worse and one that is none.
func RegressedDomain() *result.Domain {
	const lost = "mx1.fabrikam.test 192.0.2.10:25 no longer offers STARTTLS"
	d := PassingDomain()
	d.Changes = []result.Change{
		{Kind: result.ChangeKeywordLost, Where: "mx1.fabrikam.test 192.0.2.10:25", Before: "STARTTLS", Regression: true, Message: lost},
		{Kind: result.ChangeAddressAdded, Where: "mx1.fabrikam.test", Now: "2001:db8::10", Message: "mx1.fabrikam.test has more addresses"},
		{Kind: result.ChangeMXGone, Where: "mx2.fabrikam.test", Before: "20", Regression: true, Message: "mx2.fabrikam.test is gone"},
	}
	d.Status, d.Reason, d.Message = result.Fail, result.Regression, lost+" (and 1 more)"
	return d
}

// UncertainDomain has the verdicts that decide less.
func UncertainDomain() *result.Domain {
	const mx1 = "mx1.contoso.test"
	forgiven := Failed(mx1)
	forgiven.Status, forgiven.Forgiven = result.Warn, "the old machine goes in March"
	slow := Passed("basic send", mx1)
	slow.Status, slow.Reason, slow.Message = result.Warn, result.Slow, "the greeting took 6.2s, more than 5s"
	slow.Millis = 6600 * ms
	slow.Captures = map[string]string{"queue": "4ZxQ1s", "id": "7"}
	grey := Greylisted(mx1)
	grey.Steps = grey.Steps[:5]
	grey.Status, grey.Reason, grey.FailedStep, grey.Attempts = result.Inconclusive, result.Temporary, ptr(3), 1
	grey.Message = grey.Steps[3].Message
	grey.Hint = "this looks like greylisting: the same sender and recipient must pass after some minutes; add --retry 1 --retry-wait 5m, or retry: to the scenario"
	grey.Notes = []string{"QUIT was not answered"}
	notRun := result.Check{Scenario: "basic send", Status: result.NotRun, Reason: result.Interrupted, Message: "stopped", StepCount: 3}
	d := Domain("contoso.test",
		Host(10, mx1, Address("192.0.2.30", slow, forgiven), Address("2001:db8::30", grey)),
		Host(10, "mx2.contoso.test", Address("192.0.2.31", notRun)))
	d.Authentic = true
	d.Sender = &result.Sender{View: result.ViewQueued, Failing: []string{mx1}}
	return d
}

// NullMX is a domain that takes no mail.
func NullMX() *result.Domain {
	return &result.Domain{
		Domain: "nomail.test", Origin: "null", Status: result.Fail, Reason: result.NullMX, DNSMillis: 4 * ms,
		Message: "the domain takes no mail: its only MX record is the null MX (RFC 7505)", Hosts: []result.Host{}, Millis: 4 * ms,
		Sender: &result.Sender{View: result.ViewReturned},
	}
}

// NoSuchDomain is a domain that does not exist.
func NoSuchDomain() *result.Domain {
	return &result.Domain{
		Domain: "nosuch.test", Status: result.Fail, Reason: result.DNS, Message: "no such domain", DNSMillis: 3 * ms,
		Hint: "the name does not exist in DNS: look for a typing error, or for a domain that has lapsed; closer: dig nosuch.test MX", Millis: 3 * ms,
		Sender: &result.Sender{View: result.ViewReturned},
	}
}

// ImplicitMX is a domain without MX records whose own address passed.
func ImplicitMX() *result.Domain {
	d := Domain("www.fabrikam.test", Host(0, "www.fabrikam.test", Address("192.0.2.80", Passed("basic send", "www.fabrikam.test"))))
	d.Origin = "implicit"
	return d
}

// NamedServer is a server that was named instead of looked up.
func NamedServer() *result.Domain {
	d := Domain("fabrikam.test", Host(0, "mail.contoso.test", Address("192.0.2.99", Passed("basic send", "mail.contoso.test"))))
	d.Server, d.Origin = "mail.contoso.test", "server"
	return d
}

// EncryptedDomain has a dialogue under TLS whose certificate has expired,
// one that was all right, and names that a server chose.
func EncryptedDomain() *result.Domain {
	const mx1 = "mx1.fabrikam.test"
	state := result.TLSState{
		Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Curve: "X25519", SNI: mx1, Reference: mx1,
		ChainFinding: "ok", NameFinding: "ok", DatesFinding: "ok", DaysLeft: 61,
		Chain: []result.Certificate{{
			Subject: "CN=" + mx1, Issuer: "CN=Fabrikam Test CA", Names: []string{mx1},
			NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC),
			SHA256: "5f1c6a0d9b7e4c2a8d3f6e1b0c9a7d5e4f2b1a0c8d7e6f5a4b3c2d1e0f9a8b7c",
		}},
	}
	good, bad := Passed("basic send", mx1), Passed("basic send", mx1)
	good.Captures = map[string]string{"queue": "4ZxQ1s", "cipher": "AES"}
	good.TLS = &state
	expired := state
	expired.DatesFinding, expired.DaysLeft = "expired 3 days ago", -3
	bad.TLS = &expired
	bad.Status, bad.Reason, bad.Message, bad.FailedStep = result.Fail, result.TLS, "the certificate expired 3 days ago", ptr(2)
	s := &bad.Steps[2]
	s.Facts = result.Facts{Action: "starttls", Verb: "STARTTLS"}
	s.Name, s.Sent, s.Status, s.Reason, s.Message = "STARTTLS", "STARTTLS", result.Fail, result.TLS, bad.Message
	s.Notes = []string{"TLS 1.3, TLS_AES_128_GCM_SHA256"}
	bad.Steps[3].Status, bad.Steps[4].Status = result.NotRun, result.NotRun
	return Domain("fabrikam.test", Host(10, mx1, Address("192.0.2.10", good), Address("2001:db8::10", bad)))
}

// Interrupted is a domain whose dialogues were stopped by a signal.
func Interrupted() *result.Domain {
	const mx1 = "mx1.fabrikam.test"
	stopped := Passed("basic send", mx1)
	stopped.Status, stopped.Reason, stopped.Message, stopped.FailedStep = result.Inconclusive, result.Interrupted, "stopped", ptr(2)
	stopped.Steps = stopped.Steps[:3]
	s := &stopped.Steps[2]
	s.Status, s.Reason, s.Message, s.Code, s.Text = result.Inconclusive, result.Interrupted, "stopped", 0, nil
	s.Transcript = append(s.Transcript[:1], result.Line{From: "-", Text: "stopped", Millis: 250 * ms})
	late := result.Check{Scenario: "basic send", Status: result.NotRun, Reason: result.Interrupted, Message: "stopped", StepCount: 3}
	return Domain("fabrikam.test", Host(10, mx1, Address("192.0.2.10", stopped), Address("2001:db8::10", late)))
}

// ChangedDomain passes, but its hosts do not agree, and it has lost STARTTLS
// since an earlier run.
func ChangedDomain() *result.Domain {
	d := PassingDomain()
	d.Differences = []result.Difference{{
		Property: "keyword STARTTLS", Message: "mx2.fabrikam.test 198.51.100.7:25 does not offer STARTTLS, the others do",
		Values: []result.Variant{
			{Value: "offered", Where: []string{"mx1.fabrikam.test 192.0.2.10:25", "mx1.fabrikam.test [2001:db8::10]:25"}},
			{Where: []string{"mx2.fabrikam.test 198.51.100.7:25"}},
		},
	}}
	d.Changes = []result.Change{
		{
			Kind: result.ChangeKeywordLost, Where: "mx2.fabrikam.test 198.51.100.7:25", Before: "STARTTLS",
			Regression: true, Message: "STARTTLS is no longer offered",
		},
		{Kind: result.ChangeMXAdded, Where: "mx2.fabrikam.test", Now: "20", Message: "the host is new"},
	}
	return d
}

// ExaminedDomain is what rules found of a domain with which no dialogue was
// played.
func ExaminedDomain() *result.Domain {
	const mx1 = "mx1.fabrikam.test"
	d := Domain("fabrikam.test", Host(10, mx1, result.Address{IP: "192.0.2.10", Port: 25, Status: result.Pass, Checks: []result.Check{}}))
	d.Findings = []result.Finding{
		{ID: "mx.cname", Severity: result.SeverityOK, Subject: result.Subject{Domain: d.Domain, Host: mx1}, Title: "the exchange is no alias", RFC: "RFC 2181 section 10.3"},
		{
			ID: "ptr.missing", Severity: result.SeverityFail, Subject: result.Subject{Domain: d.Domain, Host: mx1, Address: "192.0.2.10"},
			Title: "the address has a name", Evidence: "10.2.0.192.in-addr.arpa has no PTR record",
			Actor: result.ActorNetwork, Advice: "ask the owner of the network for a PTR record to " + mx1, RFC: "RFC 1912 section 2.1",
		},
		{
			ID: "dmarc.none", Severity: result.SeverityWarn, Subject: result.Subject{Domain: d.Domain}, Title: "DMARC has a policy",
			Evidence: "p=none", Actor: result.ActorDNS, Advice: "publish a policy of quarantine", Publish: []string{"_dmarc.fabrikam.test. TXT \"v=DMARC1; p=quarantine\""},
		},
		{ID: "dnssec.signed", Severity: result.SeverityNote, Subject: result.Subject{Domain: d.Domain}, Title: "the zone is signed", Evidence: "no DS record"},
		{ID: "spf.lookups", Severity: result.SeverityInconclusive, Subject: result.Subject{Domain: d.Domain}, Title: "SPF needs at most 10 look-ups", Evidence: "include:spf.contoso.test: no answer", Actor: result.ActorUs},
	}
	d.Status, d.Message = result.Fail, "the address has a name: 10.2.0.192.in-addr.arpa has no PTR record"
	return d
}

// CheckedDomain is what a check of a whole domain found: rules found the same at
// several addresses, and much is not known for one reason. Its dialogues are the
// evidence, and decide nothing.
func CheckedDomain() *result.Domain {
	const mx1, mx2 = "mx1.fabrikam.test", "mx2.fabrikam.test"
	played := func(host, ip string) result.Address {
		return result.Address{IP: ip, Port: 25, Status: result.Pass, Checks: []result.Check{
			Passed("service", host), {Scenario: "certificate with an RSA key", Status: result.Skip, Reason: result.Condition, Message: "there is no TLS"},
		}}
	}
	d := Domain("fabrikam.test", Host(10, mx1, played(mx1, "192.0.2.10")), Host(20, mx2, played(mx2, "192.0.2.11")))
	at := func(host, ip string) result.Subject {
		return result.Subject{Domain: "fabrikam.test", Host: host, Address: ip}
	}
	missing := result.Finding{
		ID: "tls.missing", Severity: result.SeverityWarn, Subject: at(mx1, "192.0.2.10"), Title: "STARTTLS is not offered",
		Evidence: "not in the reply to EHLO", Actor: result.ActorServer, Advice: "turn STARTTLS on", RFC: "RFC 3207 section 4",
	}
	other := missing
	other.Subject = at(mx2, "192.0.2.11")
	open := result.Finding{
		ID: "ptr.missing", Severity: result.SeverityInconclusive, Subject: at(mx2, "192.0.2.11"),
		Title: "not known whether an address has no name", Evidence: "PTR: no answer",
	}
	generic := open
	generic.ID = "ptr.generic"
	d.Findings = []result.Finding{
		{
			ID: "spf.syntax", Severity: result.SeverityFail, Subject: at("", ""), Title: "the SPF record cannot be read", Evidence: "ip4:x",
			Actor: result.ActorDNS, Advice: "mend the term", Publish: []string{`fabrikam.test. IN TXT "v=spf1 mx -all"`}, RFC: "RFC 7208 section 4.6",
		},
		open, generic, missing, other,
		{ID: "mx.no-ipv6", Severity: result.SeverityNote, Subject: at("", ""), Title: "no mail host has an IPv6 address", Evidence: "no AAAA record", Actor: result.ActorNetwork, Advice: "publish an AAAA record"},
		{ID: "mx.cname", Severity: result.SeverityOK, Subject: at(mx1, ""), Title: "a mail host is an alias", Evidence: "no alias"},
	}
	d.Reception = []result.Reception{
		{Host: mx1, Address: "192.0.2.10", Opportunistic: "in clear", MTASTS: "in clear (no policy)", DANE: "not known"},
		{Host: mx2, Address: "192.0.2.11", Opportunistic: "in clear", MTASTS: "in clear", DANE: "in clear"},
	}
	d.Changes = []result.Change{
		{Kind: result.ChangeFindingNew, Now: "fail", Regression: true, Message: "spf.syntax is new, fail: the SPF record cannot be read"},
		{Kind: result.ChangeFindingGone, Where: mx2, Before: "warn", Message: "mx.cname is gone at " + mx2 + ", it was warn"},
	}
	d.Sender = &result.Sender{View: result.ViewAtOnce, By: mx1}
	d.Status, d.Reason, d.Message, d.Hint = result.Fail, result.Found, "the SPF record cannot be read", "mend the term"
	return d
}

// List is what a run over several domains found.
func List() []*result.Domain {
	return []*result.Domain{PassingDomain(), MixedDomain(), NullMX(), NoSuchDomain(), UncertainDomain()}
}

// DeliveredDomain passes, and its message was seen in a mailbox after 2.1 s.
func DeliveredDomain() *result.Domain {
	d := PassingDomain()
	d.Hosts[0].Addresses[0].Checks[0].DeliveryMillis = 2100 * ms
	return d
}
