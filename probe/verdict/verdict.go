// Package verdict adds up what was seen: from the steps of a dialogue to
// addresses, hosts and the domain, and to how a sending server would fare.
// Everything in it is a pure function of a result.
package verdict

import (
	"cmp"
	"fmt"
	"strings"

	"mxprobe/probe/result"
)

// SumUp gives every level of d its verdict, from the checks upwards, and
// says how a sender would fare. soft are the hosts whose addresses are only
// unavailable now.
func SumUp(d *result.Domain, require Require, soft []string) {
	defer Count(d)
	for i := range d.Hosts {
		sumUpHost(&d.Hosts[i])
	}
	adviseUnreached(d)
	if d.Reason != result.None { // decided without a dialogue
		return
	}
	d.Status, d.Reason, d.Message = judgeDomain(d.Hosts, require)
	d.Sender = sendersView(d.Hosts, soft)
	if d.Status > result.Warn && d.Sender != nil && d.Sender.View == result.ViewAtOnce {
		// True, for mail is taken, but the failure is about something else.
		d.Sender = nil
	}
}

func sumUpHost(h *result.Host) {
	for i := range h.Addresses {
		a := &h.Addresses[i]
		for j := range a.Checks {
			a.Status = result.Worst(a.Status, a.Checks[j].Status)
		}
		if a.Status > h.Status {
			h.Status = a.Status
			h.Reason, h.Message = decider(a)
		}
	}
}

// decider returns the reason and message of the check that decided the
// address.
func decider(a *result.Address) (result.Reason, string) {
	for i := range a.Checks {
		if c := &a.Checks[i]; c.Status == a.Status {
			return c.Reason, c.Message
		}
	}
	return result.None, ""
}

// judgeDomain applies the demand. Failures of addresses that need not pass
// are a warning, never silence.
func judgeDomain(hosts []result.Host, require Require) (result.Verdict, result.Reason, string) {
	all := worstOf(hosts, func(*result.Host) bool { return true })
	if all == result.NotRun {
		return all, result.None, ""
	}
	needed := all
	switch require {
	case Best:
		best := hosts[0].Preference // hosts are ranked
		needed = worstOf(hosts, func(h *result.Host) bool { return h.Preference == best })
	case Any:
		if anyPassed(hosts) {
			needed = result.Pass
		}
	}
	if c := notBegun(hosts, require); c != nil && needed <= result.Warn {
		return result.Inconclusive, c.Reason, "not everything that has to pass was begun: " + c.Message
	}
	if all <= result.Pass {
		return all, result.None, ""
	}
	deciding := worstHost(hosts, needed)
	if needed < all {
		deciding = worstHost(hosts, all)
		needed = result.Worst(needed, result.Warn)
	}
	return needed, deciding.Reason, fmt.Sprintf("%s: %s", deciding.Name, deciding.Message)
}

// notBegun returns a check that had to pass and was not begun before the run
// was stopped, nil if there is none.
func notBegun(hosts []result.Host, require Require) *result.Check {
	var missing *result.Check
	for i := range hosts {
		if require == Best && hosts[i].Preference != hosts[0].Preference {
			break
		}
		for j := range hosts[i].Addresses {
			a := &hosts[i].Addresses[j]
			c := firstNotRun(a)
			switch {
			case c != nil:
				missing = cmp.Or(missing, c)
			case require == Any && addressPassed(a):
				return nil
			}
		}
	}
	return missing
}

func firstNotRun(a *result.Address) *result.Check {
	for i := range a.Checks {
		if a.Checks[i].Status == result.NotRun {
			return &a.Checks[i]
		}
	}
	return nil
}

func addressPassed(a *result.Address) bool { return a.Status == result.Pass || a.Status == result.Warn }

func worstOf(hosts []result.Host, counts func(*result.Host) bool) result.Verdict {
	worst := result.NotRun
	for i := range hosts {
		if counts(&hosts[i]) {
			worst = result.Worst(worst, hosts[i].Status)
		}
	}
	return worst
}

func worstHost(hosts []result.Host, v result.Verdict) *result.Host {
	for i := range hosts {
		if hosts[i].Status == v {
			return &hosts[i]
		}
	}
	return &hosts[0]
}

func anyPassed(hosts []result.Host) bool {
	for i := range hosts {
		for j := range hosts[i].Addresses {
			if addressPassed(&hosts[i].Addresses[j]) {
				return true
			}
		}
	}
	return false
}

// adviseUnreached tells a dead host from a dead line: with other hosts
// answering the fault is there, with none the way out of here is suspect.
func adviseUnreached(d *result.Domain) {
	reached, unreached := 0, 0
	var answered []string
	for i := range d.Hosts {
		n := 0
		for j := range d.Hosts[i].Addresses {
			if silent(&d.Hosts[i].Addresses[j]) {
				unreached++
			} else if greeted(&d.Hosts[i].Addresses[j]) {
				n++
			}
		}
		if n > 0 {
			answered = append(answered, d.Hosts[i].Name)
		}
		reached += n
	}
	switch {
	case unreached == 0:
	case reached == 0:
		d.Hint = noneReachedHint(d)
	default:
		advice := fmt.Sprintf("%s answered from this machine, so look at this host or the way to it", strings.Join(answered, " and "))
		for p := range d.Played() {
			if p.Check.Reason == result.Timeout && atConnect(p.Check) {
				p.Check.Hint = advice
			}
		}
	}
}

// noneReachedHint suspects the way out of here, unless a control server was
// seen to answer.
func noneReachedHint(d *result.Domain) string {
	mail, controlled := false, false
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			mail = mail || d.Hosts[i].Addresses[j].Port == 25
		}
	}
	for p := range d.Played() {
		controlled = controlled || p.Check.ControlAnswered
	}
	switch {
	case controlled:
		return "" // each check says so
	case mail:
		return "no address answered at all: outgoing port 25 is often blocked by the network a probe runs in; try another port (-p 587) or another machine, or name a server known to answer with --control"
	}
	return "no address answered at all: this machine may have no network, or a firewall drops what goes to this port; try another machine, or name a server known to answer with --control"
}

// silent reports whether every connection to the address timed out.
func silent(a *result.Address) bool {
	for i := range a.Checks {
		if c := &a.Checks[i]; c.Reason != result.Timeout || !atConnect(c) {
			return false
		}
	}
	return len(a.Checks) > 0
}

// greeted reports whether the address took a connection.
func greeted(a *result.Address) bool {
	for i := range a.Checks {
		if c := &a.Checks[i]; c.Attempts > 0 && !atConnect(c) && c.Status != result.NotRun {
			return true
		}
	}
	return false
}

// atConnect reports whether the check ended before there was a connection.
func atConnect(c *result.Check) bool {
	return c.FailedStep != nil && *c.FailedStep == 0 && c.ConnectMillis == 0
}

// Rejudge adds up the verdicts of addresses, hosts and the domain again after
// verdicts of checks were changed. How a sender would fare stays as it was.
func Rejudge(d *result.Domain, require Require) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 {
			continue
		}
		for j := range h.Addresses {
			h.Addresses[j].Status = result.NotRun
		}
		h.Status, h.Reason, h.Message = result.NotRun, result.None, ""
		if h.Lack != nil {
			h.Status, h.Reason, h.Message = h.Lack.Status, h.Lack.Reason, h.Lack.Message
		}
		sumUpHost(h)
	}
	if len(d.Hosts) > 0 {
		d.Status, d.Reason, d.Message = judgeDomain(d.Hosts, require)
		Count(d)
	}
}
