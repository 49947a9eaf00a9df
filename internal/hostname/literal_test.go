package hostname

import (
	"net/netip"
	"testing"
)

// An IPv6 literal needs its tag, and both need brackets (RFC 5321 section
// 4.1.3).
func TestTrap19AddressLiteral(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ addr, want, back string }{
		{"192.0.2.1", "[192.0.2.1]", "192.0.2.1"},
		{"2001:db8::1", "[IPv6:2001:db8::1]", "2001:db8::1"},
		{"::ffff:192.0.2.1", "[IPv6:::ffff:192.0.2.1]", "::ffff:192.0.2.1"},
		{"fe80::1%eth0", "[IPv6:fe80::1]", "fe80::1"},
	} {
		got := Literal(netip.MustParseAddr(tt.addr))
		if got != tt.want {
			t.Errorf("Literal(%s) = %q; want %q", tt.addr, got, tt.want)
		}
		if back, err := ParseLiteral(got); err != nil || back.String() != tt.back {
			t.Errorf("ParseLiteral(%q) = %v, %v; want %s", got, back, err, tt.back)
		}
	}
	if got := Literal(netip.Addr{}); got != "" {
		t.Errorf("Literal(invalid) = %q; want nothing", got)
	}
	if a, err := ParseLiteral("[ipv6:2001:DB8::1]"); err != nil || a.String() != "2001:db8::1" {
		t.Errorf("ParseLiteral with a tag in lower case = %v, %v; want 2001:db8::1", a, err)
	}
	for _, bad := range []string{
		"", "[]", "192.0.2.1", "[192.0.2.1", "192.0.2.1]", "[2001:db8::1]", "[IPv6:192.0.2.1]",
		"[IPv6:fe80::1%eth0]", "[IPv6:]", "[192.0.2.256]", "[192.0.2.1 ]", "[[192.0.2.1]]", "[localhost]",
	} {
		if a, err := ParseLiteral(bad); err == nil {
			t.Errorf("ParseLiteral(%q) = %v; want an error", bad, a)
		}
	}
}
