package cli

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"mxprobe/dnsmx"
	"mxprobe/internal/transport"
)

// fakeResolver knows some hosts.
type fakeResolver map[string][]string

func (f fakeResolver) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	route := dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX}
	for name := range f {
		route.Hosts = append(route.Hosts, f.Host(context.Background(), name))
	}
	return route, nil
}

func (f fakeResolver) Host(_ context.Context, name string) dnsmx.Host {
	host := dnsmx.Host{Name: name}
	for _, a := range f[name] {
		host.Addrs = append(host.Addrs, netip.MustParseAddr(a))
	}
	if len(host.Addrs) == 0 {
		host.Err = &dnsmx.Error{Name: name, Type: "A or AAAA", Kind: dnsmx.NoName}
	}
	return host
}

func (f fakeResolver) Records(ctx context.Context, name string, _ dnsmx.Type) (dnsmx.Set, error) {
	return dnsmx.Set{Name: name}, f.Host(ctx, name).Err
}

func (f fakeResolver) Alive(context.Context) error { return nil }

func (f fakeResolver) TLSA(context.Context, string, uint16) (dnsmx.TLSASet, error) {
	return dnsmx.TLSASet{}, nil
}

func (f fakeResolver) TXT(context.Context, string) (dnsmx.TXT, error) { return dnsmx.TXT{}, nil }

func (f fakeResolver) Validates(context.Context) (bool, error) { return false, nil }

// listen takes connections on loopback and returns its address.
func listen(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// network makes what --connect-to asks for, over a resolver that knows hosts.
func network(t *testing.T, hosts fakeResolver, connectTo ...string) (*redirected, *transport.Redirector) {
	t.Helper()
	s := newSettings()
	s.connectTo = connectTo
	redirects, err := s.parseRedirects()
	if err != nil {
		t.Fatal(err)
	}
	return &redirected{hosts, redirects}, transport.Redirected(redirects, transport.NewDirect(s.source))
}

func TestRedirectedHostsKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	one, two := listen(t), listen(t)
	resolver, dialer := network(t, fakeResolver{"mx1.example": {"192.0.2.1", "2001:db8::1"}, "mx2.example": {"192.0.2.2"}},
		"mx1.example="+one.String(), "mx2.example:587="+two.String())
	route, err := resolver.Route(t.Context(), "example")
	if err != nil || len(route.Hosts) != 2 || len(route.Hosts[0].Addrs)+len(route.Hosts[1].Addrs) != 3 {
		t.Fatalf("Route = %+v, %v; want both hosts with their own addresses", route, err)
	}
	for _, tc := range []struct {
		host, dial string
		want       netip.AddrPort
	}{
		{"mx1.example", "192.0.2.1:25", one},
		{"mx1.example", "192.0.2.1:587", one},
		{"mx1.example", "[2001:db8::1]:25", one},
		{"mx2.example", "192.0.2.2:587", two},
	} {
		conn, err := dialer.DialContext(transport.For(t.Context(), tc.host), "tcp", tc.dial)
		if err != nil {
			t.Errorf("DialContext(%s) of %s: %v", tc.dial, tc.host, err)
			continue
		}
		if got := conn.RemoteAddr().String(); got != tc.want.String() {
			t.Errorf("DialContext(%s) of %s went to %s; want %s", tc.dial, tc.host, got, tc.want)
		}
		_ = conn.Close()
	}
}

// Hosts that exist only in --connect-to may lead to one address: each is
// spoken to where its own name leads.
func TestHostsWithoutAddressAreNotMixedUp(t *testing.T) {
	t.Parallel()
	resolver, dialer := network(t, fakeResolver{}, "a.lab=127.0.0.1:2501", "b.lab=127.0.0.1:2502")
	for name, ok := range map[string]bool{"a.lab": true, "b.lab": true, "other.lab": false} {
		if host := resolver.Host(t.Context(), name); (host.Err == nil) != ok {
			t.Errorf("Host(%s).Err = %v; want none: %t", name, host.Err, ok)
		}
	}
	for name, want := range map[string]string{"a.lab": "127.0.0.1:2501", "b.lab": "127.0.0.1:2502", "c.lab": ""} {
		if got := dialer.Via(name, netip.MustParseAddrPort("127.0.0.1:25")); got != want {
			t.Errorf("Via(%s) = %q; want %q", name, got, want)
		}
	}
}

// An exchange that would lead to this machine itself is of use where
// --connect-to leads elsewhere from there.
func TestRedirectedLoopback(t *testing.T) {
	t.Parallel()
	itself := netip.MustParseAddr("127.0.0.1")
	for connectTo, ok := range map[string]bool{"mx.example=127.0.0.9:25": true, "127.0.0.1=127.0.0.9:25": true, "192.0.2.1=127.0.0.9:25": false} {
		resolver, _ := network(t, fakeResolver{}, connectTo)
		host := dnsmx.Host{Name: "mx.example", Itself: []netip.Addr{itself}, Err: &dnsmx.Error{Kind: dnsmx.Loopback}}
		resolver.lead(&host)
		if got := host.Err == nil && len(host.Addrs) == 1 && host.Addrs[0] == itself; got != ok || ok == (len(host.Itself) > 0) {
			t.Errorf("--connect-to %s leaves %+v; want it used: %t", connectTo, host, ok)
		}
	}
}
