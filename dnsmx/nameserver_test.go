package dnsmx

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// authoritative answers as a name server of the zone does, refers hands the
// name over to those of a zone below.
func authoritative(_, r *dns.Msg) *dns.Msg {
	r.Authoritative, r.RecursionAvailable = true, false
	return r
}

func refers(lines ...string) func(m, r *dns.Msg) *dns.Msg {
	return func(m, _ *dns.Msg) *dns.Msg {
		r := new(dns.Msg).SetReply(m)
		for _, line := range lines {
			rr, err := dns.NewRR(line)
			if err != nil {
				panic(err)
			}
			if rr.Header().Rrtype == dns.TypeNS {
				r.Ns = append(r.Ns, rr)
			} else {
				r.Extra = append(r.Extra, rr)
			}
		}
		return r
	}
}

// askingServer returns a Resolver that finds the world at one address, to which
// another leads.
func askingServer(t testing.TB, w *world) (*Resolver, netip.AddrPort) {
	t.Helper()
	named, at := netip.MustParseAddrPort("192.0.2.53:53"), netip.MustParseAddrPort("127.0.0.1:5353")
	r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}, Redirect: func(a netip.AddrPort) netip.AddrPort {
		if a != named {
			t.Errorf("the way to %v is asked for; want that to %v", a, named)
		}
		return at
	}})
	r.wire = cluster{at: w}
	return r, named
}

func TestAskNameServer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(m, r *dns.Msg) *dns.Msg
		ask   Type
		kind  Kind // 0 for no error
		want  string
	}{
		{"answer", authoritative, TypeMX, 0, "authoritative true, recursion false, [{10 mx.test}], referral  []"},
		{"nothing", authoritative, TypeTXT, NoData, "authoritative true, recursion false, [], referral  []"},
		{"lame", refers(". NS a.root."), TypeMX, 0, "authoritative false, recursion false, [], referral  [{a.root []}]"},
		{
			"referral", refers("Example.test. NS NS1.example.test.", "example.test. NS ns2.test.", "ns1.example.test. A 192.0.2.7", "ns1.example.test. AAAA 2001:db8::7", "other.test. A 192.0.2.9"),
			TypeMX, 0, "authoritative false, recursion false, [], referral example.test [{ns1.example.test [192.0.2.7 2001:db8::7]} {ns2.test []}]",
		},
		{"a resolver", nil, TypeMX, 0, "authoritative false, recursion true, [{10 mx.test}], referral  []"},
		{"refused", rcode(dns.RcodeRefused), TypeMX, Refused, "authoritative false, recursion false, [], referral  []"},
		{"silent", silence, TypeMX, Timeout, "authoritative false, recursion false, [], referral  []"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := exampleWorld(t)
				w.spoil = func(m, r *dns.Msg) *dns.Msg {
					if m.RecursionDesired || m.AuthenticatedData {
						t.Errorf("the server is asked to look up for us: %v", m)
					}
					if tt.spoil == nil {
						return r
					}
					return tt.spoil(m, r)
				}
				r, server := askingServer(t, w)
				got, err := r.Ask(t.Context(), server, "Example.test.", tt.ask)
				text := fmt.Sprintf("authoritative %v, recursion %v, %v, referral %s %v", got.Authoritative, got.Recursion, got.MX, got.Zone, got.Referral)
				if text != tt.want || got.Server != server {
					t.Errorf("Ask = %s by %v; want %s by %v", text, got.Server, tt.want, server)
				}
				if tt.kind == 0 {
					if err != nil {
						t.Errorf("error %v; want none", err)
					}
					return
				}
				if e := asError(t, err); e.Kind != tt.kind || e.Server != server || strings.Contains(e.Error(), "5353") {
					t.Errorf("error %v of %v; want %v of the server that was named", e, e.Server, tt.kind)
				}
			})
		})
	}
}

// A server that does not answer is asked as often as any, and no longer.
func TestAskSilentNameServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := exampleWorld(t)
		w.spoil = silence
		r, server := askingServer(t, w)
		start := time.Now()
		_, err := r.Ask(t.Context(), server, "example.test", TypeSOA)
		if d := time.Since(start); d != DefaultAttempts*DefaultTimeout {
			t.Errorf("took %v; want %v", d, DefaultAttempts*DefaultTimeout)
		}
		wantText(t, err, `SOA of "example.test": no answer from 192.0.2.53:53 within 10s`)
	})
}

func TestZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "example.test. SOA ns.test. h.test. 1 2 3 4 5", "www.example.test. CNAME far.test.", "far.test. SOA ns.test. h.test. 1 2 3 4 5")
	r := w.resolver()
	for name, want := range map[string]string{
		"example.test": "example.test", "deep.mx.example.test": "test", "www.example.test": "example.test", "nothing.test": "test", ".": "",
	} {
		if got, err := r.Zone(t.Context(), name); err != nil || got != want {
			t.Errorf("Zone(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
	w.spoil = rcode(dns.RcodeServerFailure)
	if _, err := w.resolver().Zone(t.Context(), "a.test"); !asError(t, err).Temporary() {
		t.Errorf("Zone = %v; want a temporary error", err)
	}
}

// parents returns a Resolver of a world in which the zone "test" is kept by
// the servers at 192.0.2.1 and 192.0.2.2.
func parents(t *testing.T, first, second func(m, r *dns.Msg) *dns.Msg) *Resolver {
	t.Helper()
	w := newWorld(t, "test. SOA ns1.test. h.test. 1 2 3 4 5", "test. NS ns1.test.", "test. NS ns2.test.", "ns1.test. A 192.0.2.1", "ns2.test. A 192.0.2.2")
	one, two := newWorld(t, "child.test. NS ns.child.test."), newWorld(t, "child.test. NS ns.child.test.")
	one.spoil, two.spoil = first, second
	resolver := netip.MustParseAddrPort("127.0.0.1:53")
	r := mustNew(t, Config{Servers: []netip.AddrPort{resolver}})
	r.wire = cluster{resolver: w, netip.MustParseAddrPort("192.0.2.1:53"): one, netip.MustParseAddrPort("192.0.2.2:53"): two}
	return r
}

func TestDelegation(t *testing.T) {
	t.Parallel()
	referral := refers("child.test. NS ns.child.test.", "ns.child.test. A 192.0.2.7")
	tests := []struct {
		name          string
		first, second func(m, r *dns.Msg) *dns.Msg
		kind          Kind // 0 for no error
		want          string
	}{
		{"handed over", referral, silence, 0, "[{ns.child.test [192.0.2.7]}] by ns1.test, inside false"},
		{"first silent", silence, referral, 0, "[{ns.child.test [192.0.2.7]}] by ns2.test, inside false"},
		{"one server for both", authoritative, silence, 0, "[{ns.child.test []}] by ns1.test, inside true"},
		{"unknown", func(m, r *dns.Msg) *dns.Msg { return authoritative(m, rcode(dns.RcodeNameError)(m, r)) }, silence, NoName, "[] by ns1.test, inside false"},
		{"both silent", silence, silence, Timeout, "[] by ns2.test, inside false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d, err := parents(t, tt.first, tt.second).Delegation(t.Context(), "child.test")
				if text := fmt.Sprintf("%v by %s, inside %v", d.Servers, d.By, d.Inside); text != tt.want || d.Zone != "child.test" || d.Parent != "test" {
					t.Errorf("Delegation = %s of %s in %s; want %s", text, d.Zone, d.Parent, tt.want)
				}
				if tt.kind == 0 {
					if err != nil {
						t.Errorf("error %v; want none", err)
					}
				} else if e := asError(t, err); e.Kind != tt.kind {
					t.Errorf("error %v, kind %v; want %v", e, e.Kind, tt.kind)
				}
			})
		})
	}
}
