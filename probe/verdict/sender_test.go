package verdict

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/probe/result"
)

// host is a host with one check an address, each of which plays a sender.
func host(name string, pref uint16, checks ...result.Check) result.Host {
	h := result.Host{Name: name, Preference: pref}
	for i, c := range checks {
		c.PlaysSender = true
		h.Addresses = append(h.Addresses, result.Address{IP: "192.0.2." + strconv.Itoa(i+1), Port: 25, Checks: []result.Check{c}, Status: c.Status})
		h.Status = result.Worst(h.Status, c.Status)
	}
	return h
}

// said are the facts of a step that sent a line.
func said(line string) result.Facts {
	verb, _, _ := strings.Cut(line, " ")
	return result.Facts{Verb: strings.ToUpper(verb)}
}

func passed() result.Check {
	return result.Check{Status: result.Pass, Attempts: 1, Steps: []result.Step{
		{Attempt: 1, Number: 3, Sent: "rcpt to:<kate@example.test>", Facts: said("rcpt to:<kate@example.test>"), Code: 250},
	}}
}

// refusedAsExpected is a dialogue that passed, and in which no recipient was
// accepted.
func refusedAsExpected() result.Check {
	return result.Check{Status: result.Pass, Attempts: 1, Steps: []result.Step{
		{Attempt: 1, Number: 3, Sent: "RCPT TO:<kate@example.test>", Facts: said("RCPT TO:<kate@example.test>"), Code: 550},
	}}
}

func notReached() result.Check {
	return result.Check{Status: result.Fail, Reason: result.Timeout, Attempts: 1, FailedStep: new(int)}
}

func busy() result.Check {
	return result.Check{Status: result.Inconclusive, Reason: result.Temporary, Attempts: 1}
}

func replied(code int) result.Check {
	step := 3
	return result.Check{
		Status: result.Fail, Reason: result.Reply, Attempts: 2, FailedStep: &step,
		Steps: []result.Step{{Attempt: 1, Number: 3, Code: 451}, {Attempt: 2, Number: 2, Sent: "mail from:<a@example.net>", Facts: said("mail from:<a@example.net>"), Code: 250}, {Attempt: 2, Number: 3, Sent: "RCPT TO:<x>", Facts: said("RCPT TO:<x>"), Code: code}},
	}
}

// greetedWith is a dialogue that ended at the greeting.
func greetedWith(code int) result.Check {
	return result.Check{
		Status: result.Fail, Reason: result.Reply, Attempts: 1, FailedStep: new(int),
		Steps: []result.Step{{Attempt: 1, Number: 0, Want: "220", Code: code}},
	}
}

// refusedAt is a dialogue whose last line got another reply than wanted. The
// lines before it, after the greeting, got 250.
func refusedAt(want string, code int, lines ...string) result.Check {
	last := len(lines)
	c := result.Check{Status: result.Fail, Reason: result.Reply, Attempts: 1, FailedStep: &last}
	if code/100 == 4 {
		c.Status, c.Reason = result.Inconclusive, result.Temporary
	}
	c.Steps = []result.Step{{Attempt: 1, Number: 0, Code: 220}}
	for i, line := range lines {
		c.Steps = append(c.Steps, result.Step{Attempt: 1, Number: i + 1, Sent: line, Facts: said(line), Code: 250})
	}
	c.Steps[last].Want, c.Steps[last].Code = want, code
	c.Steps[last].RefusalWanted = strings.HasPrefix(want, "5")
	return c
}

func nonsense() result.Check {
	c := replied(502)
	c.Steps[2].Sent, c.Steps[2].Verb = "NOPE", "NOPE"
	return c
}

func endedBySelf() result.Check {
	c := replied(0)
	c.Reason, c.Steps[2].Sent, c.Steps[2].Verb = result.EOF, "", ""
	return c
}

func listed() result.Check {
	return result.Check{Status: result.Inconclusive, Reason: result.Policy, Attempts: 1}
}

func playing(c result.Check) result.Check {
	c.PlaysSender = true
	return c
}

// at is a host whose one address was asked at a port.
func at(port uint16, checks ...result.Check) result.Host {
	a := result.Address{IP: "192.0.2.1", Port: port, Checks: checks}
	for i := range checks {
		a.Status = result.Worst(a.Status, checks[i].Status)
	}
	return result.Host{Name: "a", Preference: 10, Addresses: []result.Address{a}, Status: a.Status}
}

// both is a host that was asked at the ports of a and b.
func both(a, b result.Host) result.Host {
	a.Addresses = append(a.Addresses, b.Addresses...)
	a.Status = result.Worst(a.Status, b.Status)
	return a
}

func unusableHost(name string) result.Host {
	return result.Host{Name: name, Preference: 10, Status: result.Fail, Reason: result.DNS}
}

func soft(name string) result.Host {
	h := unusableHost(name)
	h.Temporary = true
	return h
}

// TestUnrouted: what the DNS says is final; where it does not answer, mail
// waits; and a fault of this side says nothing of others.
func TestUnrouted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		d    result.Domain
		want *result.Sender
	}{
		"null MX":              {result.Domain{Reason: result.NullMX}, &result.Sender{View: result.ViewReturned}},
		"no such domain":       {result.Domain{Reason: result.DNS}, &result.Sender{View: result.ViewReturned}},
		"its servers are dead": {result.Domain{Reason: result.DNS, Temporary: true}, &result.Sender{View: result.ViewQueued}},
		"our resolver is dead": {result.Domain{Reason: result.Resolver, Temporary: true}, nil},
		"the run was stopped":  {result.Domain{Reason: result.Interrupted}, nil},
	} {
		if diff := cmp.Diff(tc.want, Unrouted(&tc.d)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A temporary answer or a dead host sends the sender to the next host, a
// permanent refusal stops it (RFC 5321 sections 5.1 and 4.5.4.1).
func TestTrap61SendersView(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		hosts []result.Host
		want  *result.Sender
	}{
		{
			"all take it",
			[]result.Host{host("a", 10, passed()), host("b", 20, passed())},
			&result.Sender{View: result.ViewAtOnce, By: "a"},
		},
		{
			"first is dead",
			[]result.Host{host("a", 10, notReached()), host("b", 20, passed())},
			&result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a"}},
		},
		{
			"first is busy",
			[]result.Host{host("a", 10, busy()), host("b", 20, passed())},
			&result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a"}},
		},
		{
			"one address of the first is dead",
			[]result.Host{host("a", 10, notReached(), passed())},
			&result.Sender{View: result.ViewDegraded, By: "a", Failing: []string{"a"}},
		},
		{
			"backup is dead",
			[]result.Host{host("a", 10, passed()), host("b", 20, notReached())},
			&result.Sender{View: result.ViewDegraded, By: "a", Failing: []string{"b"}},
		},
		{
			"first refuses for good",
			[]result.Host{host("a", 10, replied(550)), host("b", 20, passed())},
			&result.Sender{View: result.ViewRefused, Failing: []string{"a"}},
		},
		{
			"equal preference, one refuses",
			[]result.Host{host("a", 10, replied(550)), host("b", 10, passed())},
			&result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a"}},
		},
		{
			"accepting what should be refused still takes mail",
			[]result.Host{host("a", 10, replied(250))},
			&result.Sender{View: result.ViewAtOnce, By: "a"},
		},
		{
			"all dead",
			[]result.Host{host("a", 10, notReached()), host("b", 20, notReached())},
			&result.Sender{View: result.ViewDown, Failing: []string{"a", "b"}},
		},
		{
			"all busy",
			[]result.Host{host("a", 10, busy()), host("b", 20, notReached())},
			&result.Sender{View: result.ViewQueued, Failing: []string{"a", "b"}},
		},
		{
			"name without address",
			[]result.Host{{Name: "a", Preference: 10, Status: result.Fail, Reason: result.DNS}, host("b", 20, passed())},
			&result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a"}},
		},
		{"a refused nonsense command is no refused mail", []result.Host{host("a", 10, nonsense())}, nil},
		{"the end after the scenario's own QUIT", []result.Host{host("a", 10, endedBySelf())}, nil},
		{"a recipient too many", []result.Host{host("a", 10, refusedAt("2xx", 452, "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>"))}, &result.Sender{View: result.ViewAtOnce, By: "a"}},
		{"the only recipient put off", []result.Host{host("a", 10, refusedAt("2xx", 452, "MAIL FROM:<a@b>", "RCPT TO:<c@d>"))}, &result.Sender{View: result.ViewQueued, Failing: []string{"a"}}},
		{"a server that wants TLS and cannot do it", []result.Host{host("a", 10, refusedAt("2xx", 530, "EHLO x", "STARTTLS", "MAIL FROM:<a@b>"))}, &result.Sender{View: result.ViewRefused, Failing: []string{"a"}}},
		{"a server that wants TLS first", []result.Host{host("a", 10, replied(530))}, nil},
		{"the best has no service", []result.Host{host("a", 10, greetedWith(554)), host("b", 20, passed())}, &result.Sender{View: result.ViewDegraded, By: "b", Failing: []string{"a"}}},
		{"no host has a service", []result.Host{host("a", 10, greetedWith(554))}, &result.Sender{View: result.ViewDown, Failing: []string{"a"}}},
		{"DATA without RCPT", []result.Host{host("a", 10, refusedAt("354", 554, "EHLO x", "MAIL FROM:<a@b>", "DATA"))}, nil},
		{"DATA without RCPT, for the moment", []result.Host{host("a", 10, refusedAt("354", 451, "EHLO x", "MAIL FROM:<a@b>", "DATA"))}, nil},
		{"DATA after RSET", []result.Host{host("a", 10, refusedAt("354", 554, "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RSET", "DATA"))}, nil},
		{"RCPT without MAIL", []result.Host{host("a", 10, refusedAt("2xx", 550, "EHLO x", "RCPT TO:<c@d>"))}, nil},
		{"out of order", []result.Host{host("a", 10, refusedAt("2xx", 503, "MAIL FROM:<a@b>"))}, nil},
		{"a server that may know HELO", []result.Host{host("a", 10, refusedAt("250", 500, "EHLO x"))}, nil},
		{"HELO is refused", []result.Host{host("a", 10, refusedAt("250", 501, "HELO x"))}, &result.Sender{View: result.ViewRefused, Failing: []string{"a"}}},
		{"another refusal than the one provoked", []result.Host{host("a", 10, refusedAt("503", 554, "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>"))}, nil},
		{"a wait in place of the refusal provoked", []result.Host{host("a", 10, refusedAt("5xx or 454", 450, "MAIL FROM:<a@b>", "RCPT TO:<e@f>"))}, nil},
		{
			"the message is refused",
			[]result.Host{host("a", 10, refusedAt("250", 554, "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA message (9 bytes)"))},
			&result.Sender{View: result.ViewRefused, Failing: []string{"a"}},
		},
		{
			"a chunk is put off",
			[]result.Host{host("a", 10, refusedAt("250", 452, "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "BDAT 9 LAST"))},
			&result.Sender{View: result.ViewQueued, Failing: []string{"a"}},
		},
		{"another recipient is refused", []result.Host{at(25, playing(passed()), playing(replied(550)))}, &result.Sender{View: result.ViewAtOnce, By: "a"}},
		{"refused to a dialogue that plays no sender", []result.Host{at(25, replied(550))}, nil},
		{"the same beside one that plays a sender", []result.Host{at(25, replied(550), playing(passed()))}, &result.Sender{View: result.ViewAtOnce, By: "a"}},
		{"taken from what plays no sender", []result.Host{at(25, passed())}, nil},
		{"put off at RCPT, no sender", []result.Host{at(25, busy())}, nil},
		{"out of reach of whatever dialogue", []result.Host{at(25, notReached())}, &result.Sender{View: result.ViewDown, Failing: []string{"a"}}},
		{"a greeting that refuses a dialogue of its own", []result.Host{at(25, greetedWith(554))}, nil},
		{"hung up in the middle of a dialogue of its own", []result.Host{at(25, endedBySelf())}, nil},
		{"another port is closed beside a 25 that works", []result.Host{both(at(2525, playing(notReached())), at(25, playing(passed())))}, &result.Sender{View: result.ViewAtOnce, By: "a"}},
		{"another port works beside a closed 25", []result.Host{both(at(2525, playing(passed())), at(25, playing(notReached())))}, &result.Sender{View: result.ViewDown, Failing: []string{"a"}}},
		{"a port in the place of 25", []result.Host{at(2525, playing(passed()))}, &result.Sender{View: result.ViewAtOnce, Port: 2525, By: "a"}},
		{"a closed port of a dialogue that plays no sender", []result.Host{at(2525, notReached())}, nil},
		{"two ports in the place of 25", []result.Host{both(at(2525, playing(passed())), at(2526, playing(notReached())))}, nil},
		{"a closed port for users", []result.Host{at(587, playing(notReached()))}, nil},
		{"a closed port for users, under TLS", []result.Host{at(465, playing(notReached()))}, nil},
		{"a socket", []result.Host{at(0, playing(notReached()))}, nil},
		{"no exchange has an address", []result.Host{unusableHost("a"), unusableHost("b")}, &result.Sender{View: result.ViewReturned, Failing: []string{"a", "b"}}},
		{"one has no address, one does not answer", []result.Host{unusableHost("a"), host("b", 20, notReached())}, &result.Sender{View: result.ViewDown, Failing: []string{"a", "b"}}},
		{"one has no address, one cannot be looked up", []result.Host{unusableHost("a"), soft("b")}, &result.Sender{View: result.ViewQueued, Failing: []string{"a", "b"}}},
		{"the look-up failed here", []result.Host{{Name: "a", Preference: 10, Status: result.Inconclusive, Reason: result.Resolver, Temporary: true}}, nil},
		{"a refusal as expected shows nothing", []result.Host{host("a", 10, refusedAsExpected())}, nil},
		{"the first shows nothing", []result.Host{host("a", 10, refusedAsExpected()), host("b", 20, notReached())}, nil},
		{
			"the backup shows nothing",
			[]result.Host{host("a", 10, passed()), host("b", 20, refusedAsExpected())},
			&result.Sender{View: result.ViewAtOnce, By: "a"},
		},
		{"one address is dead, of the other nothing is known", []result.Host{host("a", 10, notReached(), listed())}, nil},
		{"one host is dead, of the other nothing is known", []result.Host{host("a", 10, notReached()), host("b", 10, listed())}, nil},
		{"nothing is known of one of two, the other takes it", []result.Host{host("a", 10, listed()), host("b", 10, passed())}, &result.Sender{View: result.ViewAtOnce, By: "b"}},
		{"we are listed everywhere: nothing is known", []result.Host{host("a", 10, listed())}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, sendersView(tc.hosts)); diff != "" {
				t.Errorf("sendersView (-want +got):\n%s", diff)
			}
		})
	}
}

// halfBegun is a host of whose two checks only one was begun.
func halfBegun() result.Host {
	return result.Host{Name: "half", Preference: 20, Status: result.Pass, Addresses: []result.Address{
		{IP: "192.0.2.1", Port: 25, Status: result.Pass, Checks: []result.Check{passed(), {}}},
	}}
}

func TestJudgeDomainAppliesTheDemand(t *testing.T) {
	t.Parallel()
	dead := []result.Host{host("a", 10, passed()), host("b", 20, notReached())}
	for _, tc := range []struct {
		name    string
		hosts   []result.Host
		require Require
		want    result.Verdict
	}{
		{"all, backup dead", dead, All, result.Fail},
		{"best, backup dead", dead, Best, result.Warn},
		{"any, backup dead", dead, Any, result.Warn},
		{"best, best dead", []result.Host{host("a", 10, notReached()), host("b", 20, passed())}, Best, result.Fail},
		{"any, best dead", []result.Host{host("a", 10, notReached()), host("b", 20, passed())}, Any, result.Warn},
		{"any, none alive", []result.Host{host("a", 10, notReached())}, Any, result.Fail},
		{"best of an equal pair", []result.Host{host("a", 10, passed()), host("b", 10, notReached())}, Best, result.Fail},
		{"fail outweighs inconclusive", []result.Host{host("a", 10, busy()), host("b", 20, notReached())}, All, result.Fail},
		{"any, one of two only busy", []result.Host{host("a", 10, busy()), host("b", 20, passed())}, Any, result.Warn},
		{"all, one not begun", []result.Host{host("a", 10, passed()), host("b", 20, result.Check{})}, All, result.Inconclusive},
		{"best, backup not begun", []result.Host{host("a", 10, passed()), host("b", 20, result.Check{})}, Best, result.Pass},
		{"best, best not begun", []result.Host{host("a", 10, result.Check{}), host("b", 20, passed())}, Best, result.Inconclusive},
		{"best, best not begun and backup dead", []result.Host{host("a", 10, result.Check{}), host("b", 20, notReached())}, Best, result.Inconclusive},
		{"any, one not begun", []result.Host{host("a", 10, result.Check{}), host("b", 20, passed())}, Any, result.Pass},
		{"any, half of its only pass not begun", []result.Host{host("a", 10, notReached()), halfBegun()}, Any, result.Inconclusive},
		{"nothing begun", []result.Host{host("a", 10, result.Check{})}, All, result.NotRun},
		{"all well", []result.Host{host("a", 10, passed())}, Any, result.Pass},
		{"any, its only address fails at one of two ports", []result.Host{both(at(25, passed()), at(587, notReached()))}, Any, result.Fail},
		{"any, one of two addresses passes at both ports", []result.Host{both(at(25, passed()), at(587, passed())), host("b", 20, notReached())}, Any, result.Warn},
		{"any, the second port not begun", []result.Host{both(at(25, passed()), at(587, result.Check{}))}, Any, result.Inconclusive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got, _, _ := judgeDomain(tc.hosts, tc.require); got != tc.want {
				t.Errorf("judgeDomain = %v; want %v", got, tc.want)
			}
		})
	}
}
