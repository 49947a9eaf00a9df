// Package verdict adds up what was seen: from the steps of a dialogue to
// addresses, hosts and the domain, and to how a sending server would fare.
// Everything in it is a pure function of a result.
package verdict

import (
	"fmt"

	"mxprobe/probe/result"
)

// SumUp gives every level of d its verdict, from the checks upwards, and
// says how a sender would fare.
func SumUp(d *result.Domain, require Require) {
	defer Count(d)
	for i := range d.Hosts {
		sumUpHost(&d.Hosts[i])
	}
	adviseUnreached(d)
	if d.Reason != result.None { // decided without a dialogue
		d.Sender = Unrouted(d)
		return
	}
	d.Status, d.Reason, d.Message = judgeDomain(d.Hosts, require)
	d.Sender = sendersView(d.Hosts)
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
		if anyPassed(hosts, false) {
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
	if require == Any && anyPassed(hosts, true) {
		return nil
	}
	for i := range hosts {
		if require == Best && hosts[i].Preference != hosts[0].Preference {
			break
		}
		for j := range hosts[i].Addresses {
			if c := firstNotRun(&hosts[i].Addresses[j]); c != nil {
				return c
			}
		}
	}
	return nil
}

func firstNotRun(a *result.Address) *result.Check {
	for i := range a.Checks {
		if a.Checks[i].Status == result.NotRun {
			return &a.Checks[i]
		}
	}
	return nil
}

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

// anyPassed reports whether some address passed at every port that it was asked
// at; with all, everything there was to do at it was begun as well.
func anyPassed(hosts []result.Host, all bool) bool {
	for i := range hosts {
		for j := range hosts[i].Addresses {
			if passedWhole(hosts[i].Addresses, hosts[i].Addresses[j].IP, all) {
				return true
			}
		}
	}
	return false
}

// passedWhole is anyPassed for one address, which is in the list once for each
// port.
func passedWhole(addresses []result.Address, ip string, all bool) bool {
	for i := range addresses {
		a := &addresses[i]
		if a.IP == ip && (a.Status != result.Pass && a.Status != result.Warn || all && firstNotRun(a) != nil) {
			return false
		}
	}
	return true
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
