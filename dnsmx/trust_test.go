package dnsmx

import (
	"net/netip"
	"testing"

	"github.com/miekg/dns"
)

// signed sets the AD bit where the query asked for it. RFC 6840, section 5.8.
func signed(m, r *dns.Msg) *dns.Msg {
	r.AuthenticatedData = m.AuthenticatedData
	return r
}

// The AD bit counts from a server on loopback or one declared trusted, and it
// is not even asked for from others. RFC 4035, section 4.9.3.
func TestTrap33ADBitOnlyFromTrustedServer(t *testing.T) {
	t.Parallel()
	remote := netip.MustParseAddrPort("192.0.2.53:53")
	tests := []struct {
		name    string
		server  netip.AddrPort
		trusted []netip.Addr
		spoil   func(m, r *dns.Msg) *dns.Msg
		want    bool
	}{
		{"loopback", netip.MustParseAddrPort("127.0.0.53:53"), nil, signed, true},
		{"loopback over IPv6", netip.MustParseAddrPort("[::1]:53"), nil, signed, true},
		{"loopback, IPv4-mapped", netip.MustParseAddrPort("[::ffff:127.0.0.1]:53"), nil, signed, true},
		{"loopback without the bit", netip.MustParseAddrPort("127.0.0.53:53"), nil, nil, false},
		{"remote", remote, nil, func(_, r *dns.Msg) *dns.Msg { r.AuthenticatedData = true; return r }, false},
		{"remote and trusted", remote, []netip.Addr{remote.Addr()}, signed, true},
		{"remote, another trusted", remote, []netip.Addr{netip.MustParseAddr("192.0.2.54")}, signed, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := exampleWorld(t)
			w.spoil = func(m, r *dns.Msg) *dns.Msg {
				trusted := tt.server != remote || len(tt.trusted) > 0 && tt.trusted[0] == remote.Addr()
				if m.AuthenticatedData != trusted {
					t.Errorf("AD bit of the query %v; want %v", m.AuthenticatedData, trusted)
				}
				if tt.spoil != nil {
					return tt.spoil(m, r)
				}
				return r
			}
			r := mustNew(t, Config{Servers: []netip.AddrPort{tt.server}, Trusted: tt.trusted})
			r.wire = w
			route := mustRoute(t, r, "example.test")
			if route.Authentic != tt.want || route.Hosts[0].Authentic != tt.want {
				t.Errorf("authentic: route %v, host %v; want %v", route.Authentic, route.Hosts[0].Authentic, tt.want)
			}
			if route.Server.Addr() != tt.server.Addr().Unmap() {
				t.Errorf("server %v; want it told where the answer came from", route.Server)
			}
		})
	}
}

func TestTrap33EveryAnswerMustHaveTheADBit(t *testing.T) {
	t.Parallel()
	unsigned := func(name string, typ uint16) func(m, r *dns.Msg) *dns.Msg {
		return func(m, r *dns.Msg) *dns.Msg {
			q := m.Question[0]
			r.AuthenticatedData = q.Name != name || q.Qtype != typ
			return firstLink(m, r)
		}
	}
	zone := []string{"www.test. CNAME example.test.", "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1"}
	tests := []struct {
		name        string
		spoil       func(m, r *dns.Msg) *dns.Msg
		route, host bool
	}{
		{"all", unsigned("", 0), true, true},
		{"all but the alias", unsigned("www.test.", dns.TypeMX), false, true},
		{"all but its target", unsigned("example.test.", dns.TypeMX), false, true},
		{"all but A", unsigned("mx.test.", dns.TypeA), true, false},
		{"all but the lack of AAAA", unsigned("mx.test.", dns.TypeAAAA), true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, zone...)
			w.spoil = tt.spoil
			route := mustRoute(t, w.resolver(), "www.test")
			if route.Authentic != tt.route || route.Hosts[0].Authentic != tt.host {
				t.Errorf("authentic: route %v, host %v; want %v, %v",
					route.Authentic, route.Hosts[0].Authentic, tt.route, tt.host)
			}
		})
	}
}
