package result

import (
	"iter"
	"strconv"
)

// Played is a check and where it was made.
type Played struct {
	Host    *Host
	Address *Address
	Check   *Check
}

// Played yields every check of a domain, in the order of hosts, addresses and
// checks. They may be changed on the way.
func (d *Domain) Played() iter.Seq[Played] {
	return func(yield func(Played) bool) {
		for i := range d.Hosts {
			h := &d.Hosts[i]
			for j := range h.Addresses {
				a := &h.Addresses[j]
				for k := range a.Checks {
					if !yield(Played{h, a, &a.Checks[k]}) {
						return
					}
				}
			}
		}
	}
}

// Named yields the checks of an address, each with a name that no other has
// there: where scenarios have one name, the second is "name (2)".
func (a *Address) Named() iter.Seq2[string, *Check] {
	return func(yield func(string, *Check) bool) {
		seen := make(map[string]int, len(a.Checks))
		for i := range a.Checks {
			c := &a.Checks[i]
			seen[c.Scenario]++
			name := c.Scenario
			if n := seen[name]; n > 1 {
				name += " (" + strconv.Itoa(n) + ")"
			}
			if !yield(name, c) {
				return
			}
		}
	}
}
