package probe

import (
	"net/netip"
	"slices"

	"mxprobe/dnsmx"
	"mxprobe/internal/glob"
	"mxprobe/internal/hostname"
)

// leavesOut reports whether some host or address is not spoken to.
func (r *Runner) leavesOut(hosts []dnsmx.Host) bool {
	for i := range hosts {
		h := &hosts[i]
		if !r.choosesHost(h) || r.Exclude.Name(h.Name) != "" ||
			slices.ContainsFunc(h.Addrs, func(ip netip.Addr) bool { return !r.chooses(h, ip) || r.Exclude.Addr(ip) != "" }) {
			return true
		}
	}
	return false
}

// choosesHost reports whether a host is to be spoken to, if only by one of its
// addresses.
func (r *Runner) choosesHost(h *dnsmx.Host) bool {
	return Chosen(h.Name, netip.Addr{}, r.Only, r.SkipHost) ||
		slices.ContainsFunc(h.Addrs, func(ip netip.Addr) bool { return Chosen(h.Name, ip, r.Only, r.SkipHost) })
}

// chooses reports whether an address of a host is to be spoken to.
func (r *Runner) chooses(h *dnsmx.Host, ip netip.Addr) bool {
	return r.Family.has(ip) && Chosen(h.Name, ip, r.Only, r.SkipHost)
}

// has reports whether ip is to be spoken to.
func (f Family) has(ip netip.Addr) bool {
	if !ip.IsValid() {
		return true // a Unix socket has no family
	}
	switch f {
	case OnlyIPv4:
		return ip.Is4()
	case OnlyIPv6:
		return ip.Is6()
	}
	return true
}

// Chosen reports whether an address of a host fits one of only, or there are
// none, and none of skip. Each of these is an address, or a glob for the name.
// The invalid address asks for the name alone.
func Chosen(name string, ip netip.Addr, only, skip []string) bool {
	fits := func(pattern string) bool {
		if addr, ok := hostname.Addr(pattern); ok {
			return ip.IsValid() && addr.Unmap() == ip.Unmap()
		}
		return MatchHost(pattern, name)
	}
	return !slices.ContainsFunc(skip, fits) && (len(only) == 0 || slices.ContainsFunc(only, fits))
}

// MatchHost reports whether a host name fits a glob, in which * stands for
// any characters and ? for one, without regard to case or a final dot.
func MatchHost(pattern, name string) bool {
	return glob.Host(pattern, name)
}
