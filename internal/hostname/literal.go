package hostname

import (
	"fmt"
	"net/netip"
	"strings"
)

const ipv6Tag = "IPv6:"

// Literal returns a as an address literal of RFC 5321 section 4.1.3,
// [192.0.2.1] or [IPv6:2001:db8::1]. A zone is left out, since it means
// nothing elsewhere. The invalid address gives the empty string.
func Literal(a netip.Addr) string {
	a = a.WithZone("")
	switch {
	case !a.IsValid():
		return ""
	case a.Is4():
		return "[" + a.String() + "]"
	}
	return "[" + ipv6Tag + a.String() + "]"
}

// ParseLiteral reads an address literal of RFC 5321 section 4.1.3. The error
// says what is wrong: no brackets, no IPv6 tag, no address.
func ParseLiteral(s string) (netip.Addr, error) {
	inner, tagged := Unbracket(s)
	if inner == s {
		return netip.Addr{}, fmt.Errorf("address literal %q is not in brackets", s)
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

// Unbracket takes [ADDR] and [IPv6:ADDR] apart; tagged is true for the second.
// What is not in brackets is returned as it is.
func Unbracket(host string) (inner string, tagged bool) {
	inner, opened := strings.CutPrefix(host, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !opened || !closed {
		return host, false
	}
	if len(inner) >= len(ipv6Tag) && strings.EqualFold(inner[:len(ipv6Tag)], ipv6Tag) {
		return inner[len(ipv6Tag):], true
	}
	return inner, false
}

// Addr returns the address that a host is written as, alone or in brackets.
func Addr(host string) (addr netip.Addr, ok bool) {
	inner, _ := Unbracket(host)
	addr, err := netip.ParseAddr(inner)
	return addr, err == nil
}
