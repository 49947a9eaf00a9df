package compare

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Changes returns what is not as it was remembered, in the order of the
// hosts, nil if nothing is. What was not seen this time is no change. A
// domain of which nothing was known is one change, and no regression.
func Changes(before *Snapshot, d *result.Domain, o *Options) []result.Change {
	now := Remember(before, d, o)
	if now == nil {
		return nil
	}
	if before == nil {
		return []result.Change{{Kind: result.ChangeDomainNew, Now: subject(d), Message: subject(d) + " is new: it is not in the baseline"}}
	}
	c := &changes{before: before, now: now, d: d, o: o}
	c.trouble("", before.Trouble, now.Trouble, d.Message)
	if now.Trouble == nil && before.Origin != "" {
		c.route()
		c.hosts()
	}
	return c.all
}

// changes collects what is not as it was.
type changes struct {
	before, now *Snapshot
	d           *result.Domain
	o           *Options
	all         []result.Change
}

func (c *changes) add(change result.Change) { c.all = append(c.all, change) }

// trouble compares whether something could be looked up at all.
func (c *changes) trouble(where string, before, now *Outcome, message string) {
	what := cmp.Or(where, subject(c.d))
	switch {
	case before == nil && now != nil:
		c.add(result.Change{
			Kind: result.ChangeVerdict, Where: where, Before: "found", Now: now.Status.String(), Regression: true,
			Message: what + " cannot be looked up any more: " + cmp.Or(message, string(now.Reason)),
		})
	case before != nil && now == nil:
		c.add(result.Change{
			Kind: result.ChangeVerdict, Where: where, Before: before.Status.String(), Now: "found",
			Message: what + " can be looked up again",
		})
	}
}

func (c *changes) route() {
	before, now := c.before.Origin, c.now.Origin
	if before == now {
		return
	}
	c.add(result.Change{
		Kind: result.ChangeRoute, Before: before, Now: now,
		Regression: now == "null" || before == "mx" && now == "implicit",
		Message:    subject(c.d) + " has " + origin(now) + ", it had " + origin(before),
	})
}

func origin(o string) string {
	switch o {
	case "mx":
		return "MX records"
	case "implicit":
		return "no MX record (its own address takes mail)"
	case "null":
		return "a null MX (it takes no mail)"
	case "literal":
		return "an address literal"
	case "server":
		return "a server that was named"
	}
	return cut(o, 32)
}

// hosts compares the hosts. A null MX has none, which its change has said.
func (c *changes) hosts() {
	if c.now.Origin == "null" {
		return
	}
	fewer := len(c.now.Hosts) < len(c.before.Hosts)
	for _, name := range c.order() {
		before, now := c.before.Hosts[name], c.now.Hosts[name]
		switch {
		case before == nil:
			c.add(result.Change{
				Kind: result.ChangeMXAdded, Where: name, Now: fmt.Sprint(now.Preference),
				Message: fmt.Sprintf("%s is a new mail host, preference %d", name, now.Preference),
			})
		case now == nil:
			c.add(result.Change{
				Kind: result.ChangeMXGone, Where: name, Before: fmt.Sprint(before.Preference), Regression: fewer,
				Message: fmt.Sprintf("%s is no mail host any more, its preference was %d", name, before.Preference),
			})
		default:
			c.host(name, before, now)
		}
	}
}

// order is the order of the hosts: those there are by rank, then those that
// are gone.
func (c *changes) order() []string {
	var names []string
	for i := range c.d.Hosts {
		if name := c.d.Hosts[i].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.before.Hosts)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return c.before.Hosts[name] == nil && c.now.Hosts[name] == nil })
}

func (c *changes) host(name string, before, now *Host) {
	if before.Preference != now.Preference {
		c.add(result.Change{
			Kind: result.ChangePreference, Where: name, Before: fmt.Sprint(before.Preference), Now: fmt.Sprint(now.Preference),
			Message: fmt.Sprintf("%s has preference %d, it had %d", name, now.Preference, before.Preference),
		})
	}
	c.trouble(name, before.Trouble, now.Trouble, c.hostMessage(name))
	if now.Trouble != nil {
		return
	}
	moved := c.addresses(name, before, now)
	for _, ip := range slices.Sorted(maps.Keys(now.Addresses)) {
		was := before.Addresses[cmp.Or(moved[ip], ip)]
		if was == nil {
			continue
		}
		for _, port := range slices.Sorted(maps.Keys(now.Addresses[ip].Ports)) {
			if service := was.Ports[port]; service != nil {
				c.service(place(name, ip, port), service, now.Addresses[ip].Ports[port], c.address(name, ip, port))
			}
		}
	}
}

func (c *changes) hostMessage(name string) string {
	for i := range c.d.Hosts {
		if h := &c.d.Hosts[i]; h.Name == name {
			return h.Message
		}
	}
	return ""
}

// address is an address of the domain now; one without checks where there is
// none.
func (c *changes) address(host, ip string, port uint16) *result.Address {
	for i := range c.d.Hosts {
		for j := range c.d.Hosts[i].Addresses {
			if a := &c.d.Hosts[i].Addresses[j]; c.d.Hosts[i].Name == host && a.IP == ip && a.Port == port {
				return a
			}
		}
	}
	return &result.Address{}
}

// addresses compares the addresses of a host, IPv4 and IPv6 apart, and
// returns the old address of each that moved.
func (c *changes) addresses(name string, before, now *Host) (moved map[string]string) {
	moved = map[string]string{}
	for _, six := range []bool{false, true} {
		gone := missing(before.Addresses, now.Addresses, six)
		added := missing(now.Addresses, before.Addresses, six)
		change := result.Change{
			Where: name, Before: strings.Join(gone, " "), Now: strings.Join(added, " "), Regression: len(gone) > len(added),
		}
		switch {
		case len(gone) == 0 && len(added) == 0:
			continue
		case len(gone) == 0:
			change.Kind = result.ChangeAddressAdded
			change.Message = name + " has the new address " + listed(added)
		case len(added) == 0:
			change.Kind = result.ChangeAddressGone
			change.Message = name + " no longer has the address " + listed(gone)
		default:
			change.Kind = result.ChangeAddressChanged
			change.Message = name + " has the address " + listed(added) + " in place of " + listed(gone)
			if len(gone) == 1 && len(added) == 1 {
				moved[added[0]] = gone[0]
			}
		}
		c.add(change)
	}
	return moved
}

// missing returns the addresses of one family that are in one and not in the
// other.
func missing(in, from map[string]*Address, six bool) []string {
	var out []string
	for _, ip := range slices.Sorted(maps.Keys(in)) {
		addr, err := netip.ParseAddr(ip)
		if is6 := err == nil && addr.Is6() && !addr.Is4In6(); from[ip] == nil && is6 == six {
			out = append(out, ip)
		}
	}
	return out
}
