package probe

import (
	"net/netip"
	"slices"
	"strings"

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
func (r *Runner) chosen(name string) bool {
	for _, glob := range r.SkipHost {
		if MatchHost(glob, name) {
			return false
		}
	}
	for _, glob := range r.Only {
		if MatchHost(glob, name) {
			return true
		}
	}
	return len(r.Only) == 0
}

// MatchHost reports whether a host name fits a glob, in which * stands for
// any characters and ? for one, without regard to case or a final dot.
func MatchHost(glob, name string) bool {
	return matchGlob(strings.ToLower(strings.TrimSuffix(glob, ".")), strings.ToLower(strings.TrimSuffix(name, ".")))
}

// matchGlob needs no more than a step for each pair of characters: after a
// mismatch only the last star has to take one more character.
func matchGlob(glob, name string) bool {
	g, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, mark = g, n
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == name[n]):
			g++
			n++
		case star >= 0:
			mark++
			g, n = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
