package probe

import (
	"net/netip"
	"slices"

	"mxprobe/internal/glob"

	"mxprobe/dnsmx"
)

// leavesOut reports whether some host or address is not spoken to.
func (r *Runner) leavesOut(hosts []dnsmx.Host) bool {
	for i := range hosts {
		if !r.chosen(hosts[i].Name) || slices.ContainsFunc(hosts[i].Addrs, func(ip netip.Addr) bool { return !r.Family.has(ip) }) {
			return true
		}
	}
	return false
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

// chosen reports whether a host is to be spoken to.
func (r *Runner) chosen(name string) bool { return Chosen(name, r.Only, r.SkipHost) }

// Chosen reports whether a host name fits one of the globs of only, or there
// are none, and none of skip.
func Chosen(name string, only, skip []string) bool {
	fits := func(glob string) bool { return MatchHost(glob, name) }
	return !slices.ContainsFunc(skip, fits) && (len(only) == 0 || slices.ContainsFunc(only, fits))
}

// MatchHost reports whether a host name fits a glob, in which * stands for
// any characters and ? for one, without regard to case or a final dot.
func MatchHost(pattern, name string) bool {
	return glob.Host(pattern, name)
}
