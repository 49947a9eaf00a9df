package compare

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// spot is an address on a port, or a host on a port, and what was seen of it from
// each vantage.
type spot struct {
	place string
	// scenarios are the dialogues with it, by name; of each, one site for a
	// vantage. The place of a site is its vantage.
	names     []string
	scenarios map[string][]site
	// sameAddress is false where this is a host that each vantage met at addresses
	// of its own: certificates need not be the same there.
	sameAddress bool
}

func (s *spot) add(scenario string, at site) {
	if s.scenarios == nil {
		s.scenarios = map[string][]site{}
	}
	if s.scenarios[scenario] == nil {
		s.names = append(s.names, scenario)
	}
	s.scenarios[scenario] = append(s.scenarios[scenario], at)
}

// book keeps spots in the order they were met.
type book struct {
	all   []*spot
	index map[string]*spot
}

func (b *book) at(place string, sameAddress bool) *spot {
	key := strings.ToLower(place)
	s := b.index[key]
	if s == nil {
		if b.index == nil {
			b.index = map[string]*spot{}
		}
		s = &spot{place: place, sameAddress: sameAddress}
		b.index[key] = s
		b.all = append(b.all, s)
	}
	return s
}

// spots returns what can be held against itself: each address that several
// vantages met, and each host that none met where another did.
func spots(views []*result.Domain) []*spot {
	met := meetings(views)
	var addresses, hosts book
	for _, d := range views {
		for i := range d.Hosts {
			h := &d.Hosts[i]
			alone := met.alone(h)
			first := map[uint16]bool{}
			for j := range h.Addresses {
				a := &h.Addresses[j]
				var to *spot
				switch at := place(h.Name, a.IP, a.Port); {
				case !alone:
					to = addresses.at(at, true)
				case first[a.Port]:
					continue // the first stands for the host, if the others say the same
				default:
					first[a.Port] = true
					to = hosts.at(h.Name+" port "+strconv.Itoa(int(a.Port)), false)
				}
				for name, c := range a.Named() {
					to.add(name, site{host: h, check: c, place: d.Vantage, replies: lasting(c)})
				}
			}
		}
	}
	return append(addresses.all, hosts.all...)
}

// meeting counts the vantages that met an address of a host, by both.
type meeting map[string]int

func meetings(views []*result.Domain) meeting {
	m := meeting{}
	for _, d := range views {
		seen := map[string]bool{}
		for i := range d.Hosts {
			for j := range d.Hosts[i].Addresses {
				seen[key(&d.Hosts[i], &d.Hosts[i].Addresses[j])] = true
			}
		}
		for k := range seen {
			m[k]++
		}
	}
	return m
}

func key(h *result.Host, a *result.Address) string { return strings.ToLower(h.Name) + " " + a.IP }

// alone reports whether no other vantage met any address of the host in a view.
func (m meeting) alone(h *result.Host) bool {
	for j := range h.Addresses {
		if m[key(h, &h.Addresses[j])] > 1 {
			return false
		}
	}
	return true
}

// lasting returns the replies of a check as far as they say something that lasts:
// up to an answer of the moment, which all that follows may hang on.
func lasting(c *result.Check) []*result.Step {
	all := replies(c)
	for i, s := range all {
		if s != nil && passing(s) {
			clear(all[i:])
			break
		}
	}
	return all
}

// passing reports whether an answer is one of the moment. A server that refuses
// this machine for what it is does so tomorrow as well, even with a 4xx.
func passing(s *result.Step) bool {
	switch s.Cause {
	case result.CauseGreylisted, "rate-limited", "too-many-connections", "client-too-early", "recipient-rate-limited":
		return true
	}
	return s.Code == 421 || s.Code/100 == 4 && s.Whose != "client"
}
