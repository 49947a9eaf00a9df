package report

import (
	"time"

	"mxprobe/probe/result"
)

const ms = result.Millis(time.Millisecond)

// hostile holds everything a server might send to play with a terminal, a
// log or a page, as it would look if nobody had made it printable.
const hostile = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202eabc\u2066x\u200f\u200b\ufeff\u2028\u2029\x00\r\n\x7f\xff\u00ad\U000e0041 ::error::x </script> \"q\" \\"

func ptr(n int) *int { return &n }

// greeting is step 0 of an attempt that got a connection.
func greeting(attempt int, host string) result.Step {
	return result.Step{
		Attempt: attempt, Name: "greeting", Status: result.Pass, Want: "220", Code: 220,
		Text: []string{host + " ESMTP"}, Millis: 12 * ms,
		Transcript: []result.Line{{From: "S", Text: "220 " + host + " ESMTP", Millis: 12 * ms}},
	}
}

// said is a step of one line with its reply.
func said(attempt, number int, sent string, code int, enhanced, text string) result.Step {
	reply := text
	if enhanced != "" {
		reply = enhanced + " " + text
	}
	s := result.Step{
		Attempt: attempt, Number: number, Name: sent, Sent: sent, Status: result.Pass,
		Want: "2xx", Code: code, Enhanced: enhanced, Text: []string{reply},
		Millis: 41*ms + result.Millis(500*time.Microsecond), File: "send.yaml", Line: 3 + number, Col: 5,
	}
	s.Transcript = []result.Line{
		{From: "C", Text: sent, Millis: result.Millis(number) * 100 * ms},
		{From: "S", Text: codeText(code) + " " + reply, Millis: result.Millis(number)*100*ms + 41*ms},
	}
	return s
}

func codeText(code int) string {
	return string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
}

func ehlo(attempt int, host string) result.Step {
	s := said(attempt, 1, "EHLO probe.contoso.test", 250, "", host)
	s.Text = []string{host, "PIPELINING", "SIZE 10240000", "8BITMIME", "DSN"}
	s.Transcript = []result.Line{{From: "C", Text: "EHLO probe.contoso.test", Millis: 13 * ms}}
	for i, t := range s.Text {
		sep := "-"
		if i == len(s.Text)-1 {
			sep = " "
		}
		s.Transcript = append(s.Transcript, result.Line{From: "S", Text: "250" + sep + t, Millis: 54 * ms})
	}
	return s
}

func passed(scenario, host string) result.Check {
	return result.Check{
		Scenario: scenario, Status: result.Pass, StepCount: 3, Attempts: 1,
		ConnectMillis: 9 * ms, Millis: 410 * ms,
		Steps: []result.Step{
			greeting(1, host), ehlo(1, host),
			said(1, 2, "MAIL FROM:<probe@contoso.test>", 250, "2.1.0", "Ok"),
			said(1, 3, "RCPT TO:<kate@fabrikam.test>", 250, "2.1.5", "Ok"),
			said(1, 4, "QUIT", 221, "2.0.0", "Bye"),
		},
	}
}

// failed is a bad sender that a server took, with the place in the scenario.
func failed(host string) result.Check {
	c := passed("bad sender is refused", host)
	c.Status, c.Reason, c.Message = result.Fail, result.Reply, "expected 5xx, got 250 2.1.5 Ok"
	c.FailedStep, c.Millis = ptr(3), 301*ms
	s := &c.Steps[3]
	s.Name, s.Status, s.Reason, s.Message, s.Want = "refused at RCPT at the latest", result.Fail, result.Reply, c.Message, "5xx"
	s.File, s.Line, s.Col = "bad-sender.yaml", 9, 13
	s.Excerpt = &result.Excerpt{
		First: 8, Line: 9, Col: 13, Width: 3,
		Lines: []string{"    send: RCPT TO:<kate@${domain}>", "    expect: 5xx"},
	}
	return c
}

// greylisted passed at the second attempt.
func greylisted(host string) result.Check {
	c := passed("basic send", host)
	first := []result.Step{greeting(1, host), ehlo(1, host), said(1, 2, "MAIL FROM:<probe@contoso.test>", 250, "2.1.0", "Ok")}
	refused := said(1, 3, "RCPT TO:<kate@fabrikam.test>", 451, "4.7.1", "Greylisted, come back later")
	refused.Status, refused.Reason, refused.Message = result.Inconclusive, result.Temporary, "expected 2xx, got 451 4.7.1 Greylisted, come back later"
	notRun := result.Step{Attempt: 1, Number: 4, Name: "QUIT", Status: result.NotRun}
	for i := range c.Steps {
		c.Steps[i].Attempt = 2
	}
	c.Steps = append(append(first, refused, notRun), c.Steps...)
	c.Attempts, c.Millis = 2, result.Millis(2*time.Minute+time.Second)
	return c
}

// unanswered is a connection that nobody took.
func unanswered() result.Check {
	return result.Check{
		Scenario: "basic send", Status: result.Fail, Reason: result.Timeout, Message: "connect: no answer in 10s",
		Hint:       "mx1.fabrikam.test answered from this machine, so look at this host or the way to it",
		FailedStep: ptr(0), StepCount: 3, Attempts: 1, Millis: 10 * 1000 * ms,
		Steps: []result.Step{{
			Attempt: 1, Name: "connect", Status: result.Fail, Reason: result.Timeout,
			Message: "connect: no answer in 10s", Millis: 10 * 1000 * ms,
			Transcript: []result.Line{{From: "-", Text: "no answer in 10s", Millis: 10 * 1000 * ms}},
		}, {Attempt: 1, Number: 1, Name: "EHLO ${helo}", Status: result.NotRun}},
	}
}

func address(ip string, checks ...result.Check) result.Address {
	a := result.Address{IP: ip, Port: 25, Checks: checks}
	for i := range checks {
		a.Status = result.Worst(a.Status, checks[i].Status)
	}
	return a
}

func host(pref uint16, name string, addresses ...result.Address) result.Host {
	h := result.Host{Name: name, Preference: pref, Addresses: addresses}
	for i := range addresses {
		h.Status = result.Worst(h.Status, addresses[i].Status)
	}
	return h
}

func deadHost() result.Host {
	return result.Host{
		Name: "mx3.fabrikam.test", Preference: 30, Status: result.Fail, Reason: result.DNS,
		Message: "no such name: mx3.fabrikam.test", Hint: "the name does not exist in DNS: look for a typing error",
		Addresses: []result.Address{},
	}
}

func domain(name string, hosts ...result.Host) *result.Domain {
	d := &result.Domain{Domain: name, Origin: "mx", DNSMillis: 12 * ms, Hosts: hosts, Millis: 900 * ms}
	for i := range hosts {
		d.Status = result.Worst(d.Status, hosts[i].Status)
	}
	return d
}

func passingDomain() *result.Domain {
	const mx1, mx2 = "mx1.fabrikam.test", "mx2.fabrikam.test"
	d := domain("fabrikam.test",
		host(10, mx1, address("192.0.2.10", passed("basic send", mx1)), address("2001:db8::10", passed("basic send", mx1))),
		host(20, mx2, address("198.51.100.7", greylisted(mx2))))
	d.Sender = &result.Sender{View: result.ViewAtOnce, By: mx1}
	return d
}

// mixedDomain has a host for every way to fail.
func mixedDomain() *result.Domain {
	const mx1 = "mx1.fabrikam.test"
	skipped := result.Check{
		Scenario: "DSN request", Status: result.Skip, Reason: result.Condition, Message: "the server does not offer DSN",
		StepCount: 4, Attempts: 1,
	}
	d := domain("fabrikam.test",
		host(5, mx1, address("192.0.2.10", passed("basic send", mx1), failed(mx1), skipped)),
		host(20, "mx2.fabrikam.test", address("2001:db8::20", unanswered())),
		deadHost())
	d.Hosts[0].Notes = []string{"the exchange is an alias of relay.fabrikam.test (RFC 2181 section 10.3)"}
	d.Sender = &result.Sender{View: result.ViewDegraded, By: mx1, Failing: []string{"mx2.fabrikam.test", "mx3.fabrikam.test"}}
	d.Reason, d.Message = result.Reply, mx1+": expected 5xx, got 250 2.1.5 Ok"
	return d
}

// uncertainDomain has the verdicts that decide less.
func uncertainDomain() *result.Domain {
	const mx1 = "mx1.contoso.test"
	forgiven := failed(mx1)
	forgiven.Status, forgiven.Forgiven = result.Warn, "the old machine goes in March"
	slow := passed("basic send", mx1)
	slow.Status, slow.Reason, slow.Message = result.Warn, result.Slow, "the greeting took 6.2s, more than 5s"
	slow.Millis = 6600 * ms
	slow.Captures = map[string]string{"queue": "4ZxQ1s", "id": "7"}
	grey := greylisted(mx1)
	grey.Steps = grey.Steps[:5]
	grey.Status, grey.Reason, grey.FailedStep, grey.Attempts = result.Inconclusive, result.Temporary, ptr(3), 1
	grey.Message = grey.Steps[3].Message
	grey.Hint = "this looks like greylisting: the same sender and recipient must pass after some minutes; add --retry 1 --retry-wait 5m, or retry: to the scenario"
	grey.Notes = []string{"QUIT was not answered"}
	notRun := result.Check{Scenario: "basic send", Status: result.NotRun, Reason: result.Interrupted, Message: "stopped", StepCount: 3}
	d := domain("contoso.test",
		host(10, mx1, address("192.0.2.30", slow, forgiven), address("2001:db8::30", grey)),
		host(10, "mx2.contoso.test", address("192.0.2.31", notRun)))
	d.Authentic = true
	d.Sender = &result.Sender{View: result.ViewQueued, Failing: []string{mx1}}
	return d
}

func nullMX() *result.Domain {
	return &result.Domain{
		Domain: "nomail.test", Origin: "null", Status: result.Fail, Reason: result.NullMX, DNSMillis: 4 * ms,
		Message: "the domain takes no mail: its only MX record is the null MX (RFC 7505)", Hosts: []result.Host{}, Millis: 4 * ms,
	}
}

func noSuchDomain() *result.Domain {
	return &result.Domain{
		Domain: "nosuch.test", Status: result.Fail, Reason: result.DNS, Message: "no such domain", DNSMillis: 3 * ms,
		Hint: "the name does not exist in DNS: look for a typing error, or for a domain that has lapsed; closer: dig nosuch.test MX", Millis: 3 * ms,
	}
}

func implicitMX() *result.Domain {
	d := domain("www.fabrikam.test", host(0, "www.fabrikam.test", address("192.0.2.80", passed("basic send", "www.fabrikam.test"))))
	d.Origin = "implicit"
	return d
}

func namedServer() *result.Domain {
	d := domain("fabrikam.test", host(0, "mail.contoso.test", address("192.0.2.99", passed("basic send", "mail.contoso.test"))))
	d.Server, d.Origin = "mail.contoso.test", "server"
	return d
}

// hostileDomain has foreign text in every field, as if nothing before the
// writers had made it printable.
func hostileDomain() *result.Domain {
	c := failed("mx1")
	c.Scenario, c.Message, c.Hint, c.Notes = hostile, hostile, hostile, []string{hostile}
	c.Captures = map[string]string{hostile: hostile}
	c.TLS = &result.TLSState{
		Version: hostile, Cipher: hostile, Curve: hostile, SNI: hostile, Reference: hostile, Resumed: true, Implicit: true,
		ChainFinding: hostile, NameFinding: hostile, DatesFinding: hostile, DaysLeft: 3,
		Chain: []result.Certificate{{Subject: hostile, Issuer: hostile, Names: []string{hostile}, SHA256: hostile}},
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		s.Name, s.Sent, s.Want, s.Enhanced, s.Text, s.Notes, s.File = hostile, hostile, hostile, hostile, []string{hostile}, []string{hostile}, hostile
		for j := range s.Transcript {
			s.Transcript[j].Text = hostile
		}
		if s.Status != result.Pass {
			s.Message = hostile
			s.Excerpt.Lines = []string{hostile, hostile}
		}
	}
	d := domain(hostile, host(10, hostile, address(hostile, c)), deadHost())
	d.Hosts[1].Name, d.Hosts[1].Message, d.Hosts[1].Hint = hostile, hostile, hostile
	d.Hosts[0].Notes = []string{hostile}
	d.Server, d.Message, d.Hint, d.Notes = hostile, hostile, hostile, []string{hostile}
	d.Sender = &result.Sender{View: result.ViewDegraded, By: hostile, Failing: []string{hostile, "mx2"}}
	return d
}

func again(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string {
	s := "mxprobe run"
	if c != nil && c.FailedStep != nil && *c.FailedStep > 0 {
		s += " bad-sender.yaml"
	}
	s += " -d " + d.Domain
	if h != nil {
		s += " --only " + h.Name
	}
	return s + " -v"
}

func endOf(domains ...*result.Domain) *result.End {
	end := &result.End{V: result.Version, Type: "end", Millis: 900 * ms}
	for _, d := range domains {
		end.Status = result.Worst(end.Status, d.Status)
		for i := range d.Hosts {
			for j := range d.Hosts[i].Addresses {
				for _, c := range d.Hosts[i].Addresses[j].Checks {
					end.Hosts.Add(c.Status)
					for k := range c.Steps {
						end.Steps.Add(c.Steps[k].Status)
					}
				}
			}
		}
	}
	switch end.Status {
	case result.Fail:
		end.Exit = 1
	case result.Inconclusive, result.NotRun:
		end.Exit = 3
	}
	return end
}
