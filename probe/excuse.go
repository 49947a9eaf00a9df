package probe

import (
	"mxprobe/probe/result"
)

// Excuser is a Check that knows hosts with which it need not be made, or need
// not pass. It is asked where a host has no address, and so no Trial.
type Excuser interface {
	// Excuse returns why the check is left out with a host, or why it may fail
	// there; both are empty for a host that is not excused.
	Excuse(host string, preference uint16) (skip, mayFail string)
}

// excuse applies skip and may_fail to a host whose addresses cannot be looked
// up. One check that excuses nothing is enough for the verdict to stand.
func excuse(host *result.Host, checks []Check) {
	var skip, mayFail string
	for _, c := range checks {
		e, ok := c.(Excuser)
		if !ok {
			return
		}
		left, forgiven := e.Excuse(host.Name, host.Preference)
		switch {
		case left == "" && forgiven == "":
			return
		case left == "":
			mayFail = forgiven
		default:
			skip = left
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
func cutShort(r result.Reason) bool {
	return r == result.Deadline || r == result.Interrupted || r == result.Budget
}
