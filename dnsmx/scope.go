package dnsmx

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/miekg/dns"
)

// LabName is a name that a laboratory's DNS server has TXT records of, so that
// its addresses are not remarked on. Outside it does not exist (RFC 6761,
// section 6.4).
const LabName = "sandbox.mxprobe.invalid"

// leadsToItself reports whether an address leads every sender to itself. People
// publish such addresses to say that they take no mail (RFC 7505 has a record
// for that).
func leadsToItself(addr netip.Addr) bool {
	return addr == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || addr == netip.IPv6Loopback() || addr.IsUnspecified()
}

// scope returns what kind of address it is that senders elsewhere cannot reach,
// by the IANA registries of special-purpose addresses (RFC 6890) and of
// multicast; empty if they can.
func scope(addr netip.Addr) string {
	switch {
	case addr.IsLoopback():
		return "loopback"
	case addr.IsPrivate():
		return "private"
	case addr.IsLinkLocalUnicast():
		return "link-local"
	case addr.IsMulticast():
		return "multicast"
	case addr.Is4():
		return scope4(addr.As4())
	}
	return scope6(addr.As16())
}

func scope4(b [4]byte) string {
	switch [3]byte(b[:3]) {
	case [3]byte{192, 0, 2}, [3]byte{198, 51, 100}, [3]byte{203, 0, 113}:
		return "documentation"
	case [3]byte{192, 0, 0}:
		return "reserved"
	}
	switch {
	case b[0] == 0, b[0] >= 240:
		return "reserved"
	case b[0] == 100 && b[1]&0xc0 == 64: // RFC 6598
		return "shared"
	case b[0] == 198 && b[1]&0xfe == 18: // RFC 2544
		return "benchmarking"
	}
	return ""
}

func scope6(b [16]byte) string {
	switch {
	case b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8, b[0] == 0x3f && b[1] == 0xff && b[2]&0xf0 == 0:
		return "documentation"
	case b[0]&0xe0 != 0x20: // RFC 4291, section 2.4: all global ones are in 2000::/3
		return "reserved"
	}
	return ""
}

// outOfReach leaves out the addresses of a domain's hosts that lead every
// sender to itself, and remarks on others that most senders cannot reach, in
// one note. A laboratory has addresses of all kinds.
func (r *Resolver) outOfReach(ctx context.Context, route *Route) {
	if r.loopback {
		return
	}
	var odd []netip.Addr
	for i := range route.Hosts {
		for _, addr := range route.Hosts[i].Addrs {
			if scope(addr) != "" && !slices.Contains(odd, addr) {
				odd = append(odd, addr)
			}
		}
	}
	if len(odd) == 0 || r.isLab(ctx) {
		return
	}
	for i := range route.Hosts {
		route.Hosts[i].leaveOutItself()
	}
	odd = slices.DeleteFunc(odd, leadsToItself)
	switch n := len(odd); n {
	case 0:
	case 1:
		route.note("senders elsewhere do not reach %s (a %s address)", odd[0], scope(odd[0]))
	default:
		route.note("senders elsewhere do not reach %s (a %s address), nor %d more", odd[0], scope(odd[0]), n-1)
	}
}

// isLab asks the DNS servers whether they are a laboratory's.
func (r *Resolver) isLab(ctx context.Context) bool {
	return r.lookup(ctx, question{LabName, dns.TypeTXT}).err == nil
}

// leaveOutItself takes the addresses that lead every sender to itself out of
// those to use.
func (h *Host) leaveOutItself() {
	if !slices.ContainsFunc(h.Addrs, leadsToItself) {
		return
	}
	all := h.Addrs
	h.Addrs = nil
	for _, addr := range all {
		if leadsToItself(addr) {
			h.Itself = append(h.Itself, addr)
		} else {
			h.Addrs = append(h.Addrs, addr)
		}
	}
	if len(h.Addrs) == 0 {
		h.Err = &Error{
			Name: h.Name, Type: bothTypes, Kind: Loopback,
			Err: errors.New(h.Itself[0].String() + " leads every sender to itself, so that no mail gets anywhere; a null MX says that a domain takes none (RFC 7505)"),
		}
	}
}
