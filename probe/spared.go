package probe

import (
	"net/netip"

	"mxprobe/probe/result"
)

// spared says of a domain that it is not looked at, where it is excluded or no
// connection is left, and reports whether that is so.
func (r *run) spared(d *result.Domain) bool {
	why := r.Exclude.Name(d.Domain)
	if why == "" && d.Server != "" {
		why = r.Exclude.Name(d.Server)
	}
	switch {
	case why != "":
		d.Status, d.Reason, d.Message, d.Excluded = result.Skip, result.Condition, why, true
	case r.gate.broke() && len(r.jobs) == 0 && r.shared.Empty(): // else the answer may be known, or soon
		d.Reason, d.Message = result.Budget, "left out: the connections of the whole run (--budget) were used up"
	default:
		return false
	}
	r.routed(d)
	return true
}

// excluded says why an address of a host is not to be spoken to, nothing where
// it may be.
func (r *Runner) excluded(host string, ip netip.Addr) string {
	if why := r.Exclude.Name(host); why != "" {
		return why
	}
	return r.Exclude.Addr(ip)
}

// leaveOut is what becomes of the checks of an address that is excluded.
func (r *run) leaveOut(t Target, checks []Check, why string) []result.Check {
	left := make([]result.Check, len(checks))
	for i, c := range checks {
		left[i] = result.Check{
			Scenario: c.Name(), Status: result.Skip, Reason: result.Condition, Message: why, NotPlayed: result.NotPlayed{Excluded: true}, Steps: []result.Step{},
		}
		r.checked(&t, &left[i])
	}
	return left
}

// notBegun gives a domain of which nothing was begun the reason of its dialogues,
// where that is not the end of the run.
func notBegun(d *result.Domain) {
	if d.Status != result.NotRun || d.Reason != result.None {
		return
	}
	for at := range d.Played() {
		if r := at.Check.Reason; r == result.Budget || r == result.Policy {
			d.Reason, d.Message = r, at.Check.Message
			return
		}
	}
}
