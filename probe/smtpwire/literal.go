package smtpwire

import (
	"fmt"
	"net/netip"
	"strings"
)

const ipv6Tag = "IPv6:"

// AddressLiteral returns a as an address literal of RFC 5321 section 4.1.3,
// [192.0.2.1] or [IPv6:2001:db8::1]. An IPv4 address inside an IPv6 address
// is written as IPv4; a zone is left out, since it means nothing elsewhere.
// The invalid address gives the empty string.
func AddressLiteral(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsValid():
		return ""
	case a.Is4():
		return "[" + a.String() + "]"
	}
	return "[" + ipv6Tag + a.String() + "]"
}

// ParseAddressLiteral reads an address literal of RFC 5321 section 4.1.3.
// The error says what is wrong: no brackets, no IPv6 tag, no address.
func ParseAddressLiteral(s string) (netip.Addr, error) {
	inner, opened := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return netip.Addr{}, fmt.Errorf("address literal %q is not in brackets", s)
	}
	tagged := len(inner) >= len(ipv6Tag) && strings.EqualFold(inner[:len(ipv6Tag)], ipv6Tag)
	if tagged {
		inner = inner[len(ipv6Tag):]
	}
	a, err := netip.ParseAddr(inner)
	switch {
	case err != nil || a.Zone() != "":
		return netip.Addr{}, fmt.Errorf("address literal %q holds no IP address", s)
	case a.Is6() && !tagged:
		return netip.Addr{}, fmt.Errorf("address literal %q: an IPv6 address needs the tag %q", s, ipv6Tag)
	case a.Is4() && tagged:
		return netip.Addr{}, fmt.Errorf("address literal %q: an IPv4 address has no tag", s)
	}
	return a, nil
}
