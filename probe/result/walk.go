package result

import "iter"

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
