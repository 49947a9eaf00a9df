package sandbox

import (
	"fmt"
	"net/netip"
)

// isDoc reports whether an address is one of those that documents use and no
// network does (RFC 5737, RFC 3849).
func isDoc(a netip.Addr) bool {
	if a.Is4() {
		b := a.As4()
		switch [3]byte(b[:3]) {
		case [3]byte{192, 0, 2}, [3]byte{198, 51, 100}, [3]byte{203, 0, 113}:
			return true
		}
		return false
	}
	b := a.As16()
	return [4]byte(b[:4]) == [4]byte{0x20, 0x01, 0x0d, 0xb8}
}

// docAddr reads the address of a server.
func docAddr(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is not an IP address", text)
	}
	if !isDoc(a) || a.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("%s is not a documentation address (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32)", text)
	}
	return a, nil
}
