package transport_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"mxprobe/internal/transport"
)

// noted is a Dialer that notes where it is asked to connect to.
type noted struct{ network, address string }

var errNoted = errors.New("noted")

func (n *noted) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	n.network, n.address = network, address
	return nil, errNoted
}

// A redirect by name is for that host alone, also where another has the same
// address.
func TestRedirect(t *testing.T) {
	t.Parallel()
	lab := netip.MustParseAddrPort("127.0.0.9:2525")
	redirects := []transport.Redirect{
		{Name: "mx1.example", To: lab}, {Name: "mx2.example", Port: 587, To: lab}, {Addr: netip.MustParseAddr("192.0.2.3"), To: lab},
	}
	for _, tc := range []struct {
		host, address string
		redirected    bool
	}{
		{"mx1.example", "192.0.2.1:25", true},
		{"MX1.example.", "[2001:db8::1]:587", true},
		{"other.example", "192.0.2.1:25", false},
		{"", "192.0.2.1:25", false},
		{"mx2.example", "192.0.2.1:25", false},
		{"mx2.example", "192.0.2.1:587", true},
		{"any.example", "192.0.2.3:25", true},
		{"any.example", "[::ffff:192.0.2.3]:25", true},
		{"mx1.example", "unix:/run/lmtp", false},
	} {
		var base noted
		d := transport.Redirected(redirects, &base)
		want := tc.address
		if tc.redirected {
			want = lab.String()
		}
		if _, err := d.DialContext(transport.For(t.Context(), tc.host), "tcp", tc.address); !errors.Is(err, errNoted) || base.address != want {
			t.Errorf("connecting to %s of %q goes to %s, %v; want %s", tc.address, tc.host, base.address, err, want)
		}
		to, err := netip.ParseAddrPort(tc.address)
		if err != nil {
			continue
		}
		if via := d.Via(tc.host, to); (via != "") != tc.redirected {
			t.Errorf("Via(%q, %s) = %q; want it told: %t", tc.host, tc.address, via, tc.redirected)
		}
	}
}
