package scenarios

import (
	"net/netip"
	"testing"
)

func TestHostMatches(t *testing.T) {
	t.Parallel()
	v4, v6 := netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("2001:db8::1")
	for _, c := range []struct {
		match, name string
		addr        netip.Addr
		pref        uint16
		want        bool
	}{
		{"mx1.example.org", "MX1.Example.ORG.", v4, 10, true},
		{"MX1.example.org.", "mx1.example.org", v4, 10, true},
		{"mx1.example.org", "xmx1.example.org", v4, 10, false},
		{"*-backup.example.org", "a-backup.example.org", v4, 10, true},
		{"*-backup.example.org", "a-backup.example.org.evil", v4, 10, false},
		{"*.example.org", "a.b.example.org", v4, 10, true},
		{"*.example.org", "example.org", v4, 10, false},
		{"mx?.example.org", "mx12.example.org", v4, 10, false},
		{"mx?.example.org", "mx1.example.org", v4, 10, true},
		{"*a*b*", "xxaxxbxx", v4, 10, true},
		{"*a*b", "xxaxxbxx", v4, 10, false},
		{"*", "anything", v4, 10, true},
		{"192.0.2.10", "mx", v4, 10, true},
		{"192.0.2.11", "mx", v4, 10, false},
		{"192.0.2.10", "mx", netip.MustParseAddr("::ffff:192.0.2.10"), 10, true},
		{"192.0.2.0/24", "mx", v4, 10, true},
		{"192.0.2.1/24", "mx", v4, 10, true},
		{"192.0.2.0/24", "mx", v6, 10, false},
		{"2001:db8::/32", "mx", v6, 10, true},
		{"[IPv6:2001:db8::1]", "mx", v6, 10, true},
		{"pref>=20", "mx", v4, 20, true},
		{"pref>=20", "mx", v4, 19, false},
		{"pref > 20", "mx", v4, 20, false},
		{"pref<20", "mx", v4, 19, true},
		{"pref<=20", "mx", v4, 21, false},
		{"pref=0", "mx", v4, 0, true},
		{"pref.example.org", "pref.example.org", v4, 0, true},
	} {
		m, err := parseHostMatch(c.match)
		if err != nil {
			t.Errorf("parseHostMatch(%q): %v", c.match, err)
			continue
		}
		if got := m.Match(c.name, c.addr, c.pref); got != c.want {
			t.Errorf("%q matches %s %s %d = %v; want %v", c.match, c.name, c.addr, c.pref, got, c.want)
		}
	}
}
