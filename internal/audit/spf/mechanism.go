package spf

import (
	"net/netip"
	"strings"
)

// fits reports whether a mechanism fits the sender (RFC 7208 section 5).
func (c *check) fits(t *Term, domain string) (bool, *stop) {
	if t.LooksUp() {
		if s := c.count(); s != nil {
			return false, s
		}
	}
	switch t.Name {
	case "all":
		return true, nil
	case "ip4", "ip6":
		return t.Network.Addr().Is4() == c.sender.IP.Is4() && t.Network.Contains(c.sender.IP), nil
	}
	target, s := c.target(t.Domain, domain)
	if s != nil {
		return false, s
	}
	switch t.Name {
	case "include":
		return c.include(target)
	case "a":
		return c.anyAddress(target, t)
	case "mx":
		return c.anyMX(target, t)
	case "exists":
		addrs, s := c.addresses(target, false, true)
		return len(addrs) > 0, s
	}
	return c.named(target), nil
}

// include is a check of its own (RFC 7208 section 5.2).
func (c *check) include(domain string) (bool, *stop) {
	o := c.host(domain, true)
	switch o.Result {
	case Pass:
		return true, nil
	case Fail, SoftFail, Neutral:
		return false, nil
	case TempError:
		return false, &stop{TempError, o.Why}
	}
	return false, &stop{PermError, o.Why}
}

// addresses looks up the addresses of a name, which count as a void look-up
// where there are none and counted is set.
func (c *check) addresses(name string, v6, counted bool) ([]netip.Addr, *stop) {
	if !validName(name) {
		return nil, nil
	}
	addrs, err := c.resolver.Addresses(c.ctx, name, v6)
	switch {
	case err != nil:
		return nil, &stop{TempError, err.Error()}
	case len(addrs) == 0 && counted:
		return nil, c.void()
	}
	return addrs, nil
}

func (c *check) anyAddress(name string, t *Term) (bool, *stop) {
	addrs, s := c.addresses(name, !c.sender.IP.Is4(), true)
	if s != nil {
		return false, s
	}
	return c.within(addrs, t), nil
}

func (c *check) within(addrs []netip.Addr, t *Term) bool {
	bits := t.Bits6
	if c.sender.IP.Is4() {
		bits = t.Bits4
	}
	for _, a := range addrs {
		if p, err := a.Prefix(bits); err == nil && p.Contains(c.sender.IP) {
			return true
		}
	}
	return false
}

func (c *check) anyMX(name string, t *Term) (bool, *stop) {
	if !validName(name) {
		return false, nil
	}
	hosts, err := c.resolver.MX(c.ctx, name)
	switch {
	case err != nil:
		return false, &stop{TempError, err.Error()}
	case len(hosts) == 0:
		return false, c.void()
	case len(hosts) > MaxNames:
		return false, &stop{PermError, "more than 10 MX hosts"}
	}
	for _, host := range hosts {
		addrs, s := c.addresses(host, !c.sender.IP.Is4(), false)
		if s != nil {
			return false, s
		}
		if c.within(addrs, t) {
			return true, nil
		}
	}
	return false, nil
}

// named reports whether the address has a name in the domain (RFC 7208 section
// 5.5). What fails on the way is as if it was not there.
func (c *check) named(domain string) bool {
	for _, name := range c.names() {
		if isWithin(name, domain) {
			return true
		}
	}
	return false
}

func isWithin(name, domain string) bool {
	name, domain = strings.ToLower(strings.TrimSuffix(name, ".")), strings.ToLower(strings.TrimSuffix(domain, "."))
	return name == domain || strings.HasSuffix(name, "."+domain)
}

// names are the names of the address that lead back to it.
func (c *check) names() []string {
	if c.asked {
		return c.validated
	}
	c.asked = true
	names, err := c.resolver.Names(c.ctx, c.sender.IP)
	if err != nil {
		return nil
	}
	if len(names) == 0 {
		c.voids++ // it is no error by itself
	}
	for _, name := range names[:min(len(names), MaxNames)] {
		if !validName(name) {
			continue
		}
		addrs, err := c.resolver.Addresses(c.ctx, name, !c.sender.IP.Is4())
		if err != nil {
			continue
		}
		for _, a := range addrs {
			if a.Unmap() == c.sender.IP {
				c.validated = append(c.validated, name)
				break
			}
		}
	}
	return c.validated
}

// shownName is the value of the macro p (RFC 7208 section 7.3): the domain
// itself, a name in it, or any.
func (c *check) shownName(domain string) string {
	names := c.names()
	for _, name := range names {
		if strings.EqualFold(strings.TrimSuffix(name, "."), domain) {
			return domain
		}
	}
	for _, name := range names {
		if isWithin(name, domain) {
			return strings.TrimSuffix(name, ".")
		}
	}
	if len(names) > 0 {
		return strings.TrimSuffix(names[0], ".")
	}
	return "unknown"
}
