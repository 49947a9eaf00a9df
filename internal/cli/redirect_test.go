package cli

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"mxprobe/dnsmx"
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

func TestRedirectedHostsKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	one, two := listen(t), listen(t)
	s := newSettings()
	s.connectTo = []string{"mx1.example=" + one.String(), "mx2.example:587=" + two.String()}
	d, err := newDialer(s, fakeResolver{"mx1.example": {"192.0.2.1", "2001:db8::1"}, "mx2.example": {"192.0.2.2"}})
	if err != nil {
		t.Fatal(err)
	}
	route, err := d.Route(t.Context(), "example")
	if err != nil || len(route.Hosts) != 2 {
		t.Fatalf("Route = %+v, %v", route, err)
	}
	for dial, want := range map[string]netip.AddrPort{
		"192.0.2.1:25": one, "192.0.2.1:587": one, "[2001:db8::1]:25": one, "192.0.2.2:587": two,
	} {
		conn, err := d.DialContext(t.Context(), "tcp", dial)
		if err != nil {
			t.Errorf("DialContext(%s): %v", dial, err)
			continue
		}
		if got := conn.RemoteAddr().String(); got != want.String() {
			t.Errorf("DialContext(%s) went to %s; want %s", dial, got, want)
		}
		_ = conn.Close()
	}
	if r := d.redirect(netip.MustParseAddrPort("192.0.2.2:25")); r != nil {
		t.Errorf("port 25 of mx2.example is redirected to %s; only 587 is to be", r.to)
	}
}

// TestHostsWithoutAddressAreNotMixedUp: two hosts that exist only in
// --connect-to and lead to one address look the same to a connection. To
// speak to the one in the name of the other would be a false report.
func TestHostsWithoutAddressAreNotMixedUp(t *testing.T) {
	t.Parallel()
	s := newSettings()
	s.connectTo = []string{"a.lab=127.0.0.1:2501", "b.lab=127.0.0.1:2502", "c.lab=127.0.0.2:2503"}
	d, err := newDialer(s, fakeResolver{})
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{"c.lab": true, "other.lab": false} {
		if host := d.Host(t.Context(), name); (host.Err == nil) != ok {
			t.Errorf("Host(%s).Err = %v; want none: %t", name, host.Err, ok)
		}
	}
	if host := d.Host(t.Context(), "a.lab"); host.Err != nil || host.Addrs[0].String() != "127.0.0.1" {
		t.Errorf("Host(a.lab) = %+v; want the address it is led to", host)
	}
	host := d.Host(t.Context(), "b.lab")
	if host.Err == nil || !strings.Contains(host.Err.Error(), "another host") {
		t.Errorf("Host(b.lab).Err = %v; want one about another host", host.Err)
	}
	if _, ok := errors.AsType[*dnsmx.Error](host.Err); !ok {
		t.Errorf("Host(b.lab).Err = %v; want the look-up's error in it", host.Err)
	}
}

func TestSourceIsUsed(t *testing.T) {
	t.Parallel()
	s := newSettings()
	s.source = netip.MustParseAddr("127.0.0.1")
	d, err := newDialer(s, fakeResolver{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.DialContext(t.Context(), "tcp", listen(t).String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := conn.LocalAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.1" {
		t.Errorf("connected from %s; want 127.0.0.1", got)
	}
}
