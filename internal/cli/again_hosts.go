package cli

import (
	"slices"

	"mxprobe/internal/hostname"
	"mxprobe/probe/result"
)

// maxOnly is how many hosts or addresses a command names; of more it names
// none.
const maxOnly = 3

// failures are the places of a domain that failed.
type failures struct {
	hosts     []*result.Host    // each once
	addresses []*result.Address // each once
	checks    []*result.Check
}

func (f *failures) add(h *result.Host, a *result.Address, c *result.Check) {
	if !slices.Contains(f.hosts, h) {
		f.hosts = append(f.hosts, h)
	}
	if a != nil && !slices.Contains(f.addresses, a) {
		f.addresses = append(f.addresses, a)
	}
	if c != nil {
		f.checks = append(f.checks, c)
	}
}

func failuresOf(d *result.Domain) failures {
	var bad failures
	for i := range d.Hosts {
		h := &d.Hosts[i]
		if len(h.Addresses) == 0 && h.Status >= result.Inconclusive {
			bad.add(h, nil, nil)
		}
		for j := range h.Addresses {
			for k := range h.Addresses[j].Checks {
				if c := &h.Addresses[j].Checks[k]; c.Status >= result.Inconclusive {
					bad.add(h, &h.Addresses[j], c)
				}
			}
		}
	}
	return bad
}

// only returns what chooses the failures: names of hosts where all that there
// is of these failed, else addresses; nothing where all of the domain failed,
// or more than a command should name. An address has failed if it did at one
// of its ports.
func (f *failures) only(d *result.Domain) []string {
	var names, ips []string
	for _, a := range f.addresses {
		if a.IP == "" { // a Unix socket
			return nil
		}
		if !slices.Contains(ips, a.IP) {
			ips = append(ips, a.IP)
		}
	}
	whole, all := true, len(f.hosts) == len(d.Hosts) && d.Unchosen == 0
	for _, h := range f.hosts {
		names = append(names, h.Name)
		if slices.ContainsFunc(h.Addresses, func(a result.Address) bool { return !slices.Contains(ips, a.IP) }) {
			whole, all = false, false
		}
	}
	switch {
	case all:
		return nil
	case whole && len(names) <= maxOnly && d.Server == "":
		return names
	case !whole && len(ips) <= maxOnly:
		return ips
	}
	return nil
}

// ports returns the ports at which something failed.
func (f *failures) ports() []uint16 {
	var ports []uint16
	for _, a := range f.addresses {
		if !slices.Contains(ports, a.Port) {
			ports = append(ports, a.Port)
		}
	}
	slices.Sort(ports)
	return ports
}

func isAddr(text string) bool {
	_, ok := hostname.Addr(text)
	return ok
}
