package compare

import (
	"net"
	"strconv"

	"mxprobe/probe/result"
)

// site is one dialogue with one address.
type site struct {
	host  *result.Host
	check *result.Check
	place string // as in "mx1.example.org 192.0.2.1:25"
	// replies are the steps of the last attempt by their number.
	replies []*result.Step
}

// at returns a step of the last attempt, nil if there was no reply to it.
func (s *site) at(number int) *result.Step {
	if number < len(s.replies) {
		return s.replies[number]
	}
	return nil
}

// greeted reports whether the server spoke in the last attempt.
func (s *site) greeted() bool { return s.at(0) != nil }

// tookMail reports whether a recipient was taken.
func (s *site) tookMail() bool {
	for _, r := range s.replies {
		if r != nil && r.Code/100 == 2 && r.Verb == "RCPT" {
			return true
		}
	}
	return false
}

// place names an address of a host. A Unix socket has no address.
func place(host, ip string, port uint16) string {
	switch {
	case ip == "":
		return host
	case port == 0:
		return host + " " + ip
	}
	return host + " " + net.JoinHostPort(ip, strconv.Itoa(int(port)))
}

// groups returns the dialogues of a domain that can be held against each
// other, hosts in rank order: the same scenario, played on the same port.
func groups(d *result.Domain) [][]site {
	type key struct {
		port     uint16
		scenario string // with its number, where an address has several of a name
	}
	var all [][]site
	index := make(map[key]int)
	for i := range d.Hosts {
		h := &d.Hosts[i]
		for j := range h.Addresses {
			a := &h.Addresses[j]
			at := place(h.Name, a.IP, a.Port)
			for name, c := range a.Named() {
				id := key{a.Port, name}
				to, known := index[id]
				if !known {
					to = len(all)
					index[id] = to
					all = append(all, nil)
				}
				all[to] = append(all[to], site{host: h, check: c, place: at, replies: replies(c)})
			}
		}
	}
	return all
}

// replies returns the steps of a check's last attempt by their number, 0 to
// StepCount; nil where no reply came.
func replies(c *result.Check) []*result.Step {
	last := lastAttempt(c)
	out := make([]*result.Step, max(c.StepCount, 0)+1)
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt == last && s.Code != 0 && s.Number >= 0 && s.Number < len(out) {
			out[s.Number] = s
		}
	}
	return out
}

func lastAttempt(c *result.Check) int {
	last := 0
	for i := range c.Steps {
		last = max(last, c.Steps[i].Attempt)
	}
	return last
}

// greylists reports whether the server greylisted the sender in any attempt.
func greylists(c *result.Check) bool {
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Code/100 == 4 && s.Code != 421 && s.Cause == result.CauseGreylisted {
			return true
		}
	}
	return false
}
