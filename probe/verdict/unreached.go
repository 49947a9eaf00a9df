package verdict

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// adviseUnreached tells a dead host from a dead line: with other hosts
// answering at the same port the fault is there, with none the way out of here
// is suspect.
func adviseUnreached(d *result.Domain) {
	if !anySilent(d) {
		return
	}
	for _, port := range portsOf(d) {
		answered, unreached := reachedAt(d, port)
		switch {
		case unreached == 0:
		case len(answered) == 0:
			if d.Hint == "" {
				d.Hint = noneReachedHint(d, port)
			}
		default:
			advice := fmt.Sprintf("%s answered from this machine, so look at this host or the way to it", strings.Join(answered, " and "))
			for p := range d.Played() {
				if p.Address.Port == port && p.Check.Reason == result.Timeout && atConnect(p.Check) {
					p.Check.Hint = advice
				}
			}
		}
	}
}

// anySilent reports whether there is an address that did not answer.
func anySilent(d *result.Domain) bool {
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			if silent(&d.Hosts[i].Addresses[j]) {
				return true
			}
		}
	}
	return false
}

// portsOf are the ports that were asked at, each once.
func portsOf(d *result.Domain) []uint16 {
	var ports []uint16
	for i := range d.Hosts {
		for j := range d.Hosts[i].Addresses {
			if port := d.Hosts[i].Addresses[j].Port; !slices.Contains(ports, port) {
				ports = append(ports, port)
			}
		}
	}
	return ports
}

// reachedAt names the hosts that answered at a port, and counts the addresses
// that did not.
func reachedAt(d *result.Domain, port uint16) (answered []string, unreached int) {
	for i := range d.Hosts {
		h := &d.Hosts[i]
		greets := false
		for j := range h.Addresses {
			a := &h.Addresses[j]
			if a.Port != port {
				continue
			}
			greets = greets || greeted(a)
			if silent(a) {
				unreached++
			}
		}
		if greets {
			answered = append(answered, h.Name)
		}
	}
	return answered, unreached
}

// noneReachedHint suspects the way out of here where no address answered at a
// port, unless a control server was seen to answer.
func noneReachedHint(d *result.Domain, port uint16) string {
	for p := range d.Played() {
		if p.Check.ControlAnswered {
			return "" // each check says so
		}
	}
	other := answeringPort(d)
	switch {
	case port == usualPort && other != 0:
		return fmt.Sprintf("no address answered at port 25, though port %d did: outgoing port 25 is often blocked by the network a probe runs in; try another machine, or name a server known to answer with --control", other)
	case port == usualPort:
		return "no address answered at all: outgoing port 25 is often blocked by the network a probe runs in; try another port (-p 587) or another machine, or name a server known to answer with --control"
	case other != 0:
		return fmt.Sprintf("no address answered at port %d, though port %d did: a firewall there or here drops what goes to this port", port, other)
	}
	return "no address answered at all: this machine may have no network, or a firewall drops what goes to this port; try another machine, or name a server known to answer with --control"
}

// answeringPort is a port at which some address answered, 0 where none did.
func answeringPort(d *result.Domain) uint16 {
	for _, port := range portsOf(d) {
		if answered, _ := reachedAt(d, port); len(answered) > 0 {
			return port
		}
	}
	return 0
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
