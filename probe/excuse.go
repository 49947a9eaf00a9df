package probe

import (
	"net/netip"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// excuser is a Check that knows hosts with which it need not be played, or
// need not pass. It is asked where a host has no address, and so no Trial.
type excuser interface {
	rule(host string, addr netip.Addr, pref uint16) *scenarios.HostRule
}

// rule returns the first entry of hosts that fits, nil if none does.
func (d *Dialogue) rule(host string, addr netip.Addr, pref uint16) *scenarios.HostRule {
	for i := range d.scenario.Hosts {
		if rule := &d.scenario.Hosts[i]; rule.Match.Match(host, addr, pref) {
			return rule
		}
	}
	return nil
}

// excuse applies skip and may_fail to a host whose addresses cannot be looked
// up. One check that excuses nothing is enough for the verdict to stand.
func excuse(host *result.Host, checks []Check) {
	var skip, mayFail string
	for _, c := range checks {
		e, ok := c.(excuser)
		if !ok {
			return
		}
		rule := e.rule(host.Name, netip.Addr{}, host.Preference)
		switch {
		case rule == nil || rule.Skip == "" && rule.MayFail == "":
			return
		case rule.Skip == "":
			mayFail = rule.MayFail
		default:
			skip = rule.Skip
		}
	}
	switch {
	case mayFail != "" && host.Status > result.Warn && !cutShort(host.Reason):
		host.Status = result.Warn
		host.Message = "may fail (" + mayFail + "): " + host.Message
	case mayFail == "" && skip != "" && host.Status >= result.Warn:
		host.Status, host.Reason, host.Message, host.Hint = result.Skip, result.Condition, skip, ""
	}
}

// cutShort reports whether a look-up was cut short by the end of the run, which
// says nothing of the host.
func cutShort(r result.Reason) bool { return r == result.Deadline || r == result.Interrupted }
