package verdict

import (
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestUnreachedIsToldForEachPort: that a host answers at 587 does not say that a
// network lets this machine out to 25, and no host is told from itself.
func TestUnreachedIsToldForEachPort(t *testing.T) {
	t.Parallel()
	other := func(port uint16, c result.Check) result.Host {
		h := at(port, c)
		h.Name, h.Addresses[0].IP = "b", "192.0.2.2"
		return h
	}
	answers := passed()
	answers.ConnectMillis = 1
	for name, tc := range map[string]struct {
		hosts []result.Host
		hint  string // of the domain
		check string // of the first check that was not reached
	}{
		"another host answers there": {[]result.Host{at(25, notReached()), other(25, answers)}, "", "b answered from this machine"},
		"it answers at another port": {[]result.Host{both(at(25, notReached()), at(587, answers))}, "no address answered at port 25, though port 587 did", ""},
		"another host, another port": {[]result.Host{at(25, notReached()), other(587, answers)}, "no address answered at port 25, though port 587 did", ""},
		"only 25 answers":            {[]result.Host{both(at(25, answers), at(2525, notReached()))}, "no address answered at port 2525, though port 25 did", ""},
		"nobody answers":             {[]result.Host{at(25, notReached())}, "no address answered at all: outgoing port 25", ""},
		"everybody answers":          {[]result.Host{at(25, answers)}, "", ""},
	} {
		d := &result.Domain{Hosts: tc.hosts}
		adviseUnreached(d)
		if got := d.Hint; tc.hint == "" && got != "" || !strings.HasPrefix(got, tc.hint) {
			t.Errorf("%s: the hint of the domain is %q; want %q", name, got, tc.hint)
		}
		for p := range d.Played() {
			if got := p.Check.Hint; p.Check.Reason == result.Timeout && (tc.check == "" && got != "" || !strings.HasPrefix(got, tc.check)) {
				t.Errorf("%s: the hint at port %d is %q; want %q", name, p.Address.Port, got, tc.check)
			}
		}
	}
}
