package sandbox

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// nameServers are the name servers of every zone that names no others: a zone has
// at least two (RFC 1034 section 4.1). Both names are of the one there is.
func nameServers() []string { return []string{"ns.sandbox.test.", "ns2.sandbox.test."} }

// surround adds the zones around those that are described, so that the world is
// like the DNS elsewhere: the addresses of its name servers, and the names of
// the addresses of its mail servers. What is described goes before.
func (w *World) surround(at netip.Addr) error {
	var servers strings.Builder
	for _, name := range nameServers() {
		fmt.Fprintf(&servers, "%s A %s\n", name, at)
	}
	if w.zones.moved != nil {
		w.zones.moved[at] = at // it is where it is
	}
	v4, v6 := w.reverse()
	for _, z := range []Zone{
		{Name: "sandbox.test.", Text: servers.String()}, {Name: "in-addr.arpa.", Text: v4}, {Name: "ip6.arpa.", Text: v6},
	} {
		if w.zones.byName[z.Name] != nil {
			continue
		}
		added, err := newZone(z)
		if err != nil {
			return fmt.Errorf("zone %q: %w", z.Name, err)
		}
		w.zones.byName[z.Name] = added
	}
	return nil
}

// reverse returns the PTR records of the addresses that are given out.
func (w *World) reverse() (v4, v6 string) {
	for _, s := range w.servers {
		for _, a := range s.addrs {
			if w.zones.moved != nil {
				a = w.zones.moved[a]
			}
			name, err := dns.ReverseAddr(a.String())
			if err != nil {
				continue // it is not given out
			}
			line := name + " PTR " + dns.Fqdn(s.name) + "\n"
			if a.Is4() {
				v4 += line
			} else {
				v6 += line
			}
		}
	}
	return v4, v6
}
