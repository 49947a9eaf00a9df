package dnsmx

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// cluster is an exchanger with one world for each server.
type cluster map[netip.AddrPort]*world

func (c cluster) exchange(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (received, error) {
	return c[server].exchange(ctx, server, q, timeout)
}

// pair returns a Resolver with two servers, whose worlds are spoiled.
func pair(t testing.TB, first, second func(m, r *dns.Msg) *dns.Msg) (*Resolver, *world, *world) {
	t.Helper()
	one, two := netip.MustParseAddrPort("127.0.0.1:53"), netip.MustParseAddrPort("127.0.0.2:53")
	w1, w2 := exampleWorld(t), exampleWorld(t)
	w1.spoil, w2.spoil = first, second
	r := mustNew(t, Config{Servers: []netip.AddrPort{one, two}})
	r.wire = cluster{one: w1, two: w2}
	return r, w1, w2
}

func silence(_, _ *dns.Msg) *dns.Msg { return nil }

func TestNextServerAfterFailure(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(m, r *dns.Msg) *dns.Msg{
		"SERVFAIL": rcode(dns.RcodeServerFailure),
		"REFUSED":  rcode(dns.RcodeRefused),
		"FORMERR":  rcode(dns.RcodeFormatError),
		"silence":  silence,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, _, good := pair(t, spoil, nil)
				route := mustRoute(t, r, "example.test")
				wantHosts(t, route, exampleHost)
				if route.Server != netip.MustParseAddrPort("127.0.0.2:53") {
					t.Errorf("server %v; want the second", route.Server)
				}
				if n := good.count("MX example.test."); n != 1 {
					t.Errorf("the second server was asked %d times; want 1", n)
				}
			})
		})
	}
}

// An answer is an answer: the next server is not asked for a better one.
func TestNoNextServerAfterAnswer(t *testing.T) {
	t.Parallel()
	r, _, other := pair(t, rcode(dns.RcodeNameError), nil)
	wantText(t, routeError(t, r, "example.test"), `MX of "example.test": no such domain (NXDOMAIN)`)
	if got := other.questions(); len(got) > 0 {
		t.Errorf("the second server was asked %q; want nothing", got)
	}
}

func TestErrorsNameTheServers(t *testing.T) {
	t.Parallel()
	ede := func(m, _ *dns.Msg) *dns.Msg {
		r := new(dns.Msg).SetRcode(m, dns.RcodeServerFailure)
		r.SetEdns0(ednsSize, false)
		opt := r.IsEdns0()
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus, ExtraText: "no\r\nsignature"})
		return r
	}
	servfail, refused := rcode(dns.RcodeServerFailure), rcode(dns.RcodeRefused)
	tests := []struct {
		name          string
		first, second func(m, r *dns.Msg) *dns.Msg
		want          string
	}{
		{"silent", silence, silence, `MX of "example.test": no answer from 127.0.0.1:53, 127.0.0.2:53 within 20s`},
		{"SERVFAIL", servfail, servfail, `MX of "example.test": SERVFAIL from 127.0.0.1:53, 127.0.0.2:53`},
		{"SERVFAIL first", servfail, silence, `MX of "example.test": SERVFAIL from 127.0.0.1:53`},
		{"SERVFAIL last", refused, servfail, `MX of "example.test": SERVFAIL from 127.0.0.2:53`},
		{"REFUSED", refused, silence, `MX of "example.test": REFUSED from 127.0.0.1:53`},
		{"explained", ede, silence, `MX of "example.test": SERVFAIL from 127.0.0.1:53 (DNSSEC Bogus: "no\r\nsignature")`},
		{"strange code", rcode(12), rcode(12), `MX of "example.test": response code 12 from 127.0.0.1:53, 127.0.0.2:53`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, _, _ := pair(t, tt.first, tt.second)
				wantText(t, routeError(t, r, "example.test"), tt.want)
			})
		})
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, silent, refusing := pair(t, silence, rcode(dns.RcodeRefused))
		r.attempts = 3
		start := time.Now()
		routeError(t, r, "example.test")
		if d := time.Since(start); d != 3*DefaultTimeout {
			t.Errorf("took %v; want three time-outs, %v", d, 3*DefaultTimeout)
		}
		if n := silent.count("MX example.test."); n != 3 {
			t.Errorf("the silent server was asked %d times; want 3", n)
		}
		if n := refusing.count("MX example.test."); n != 1 {
			t.Errorf("the server that refuses was asked %d times; want 1", n)
		}
	})
}

func TestAnswerInSecondAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var once sync.Once
		w := exampleWorld(t)
		w.spoil = func(_, r *dns.Msg) *dns.Msg {
			once.Do(func() { r = nil })
			return r
		}
		wantHosts(t, mustRoute(t, w.resolver(), "example.test"), exampleHost)
	})
}

func TestRotate(t *testing.T) {
	t.Parallel()
	r, w1, w2 := pair(t, nil, nil)
	r.rotate = true
	for _, name := range []string{"a.test", "b.test", "c.test", "d.test"} {
		routeError(t, r, name)
	}
	if a, b := len(w1.questions()), len(w2.questions()); a != 2 || b != 2 {
		t.Errorf("the servers were asked %d and %d times; want 2 each", a, b)
	}
}

// A server that does not know EDNS gets the question without it, and is
// remembered. RFC 6891, section 7.
func TestWithoutEDNS(t *testing.T) {
	t.Parallel()
	for _, code := range []int{dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers} {
		t.Run(dns.RcodeToString[code], func(t *testing.T) {
			t.Parallel()
			w := exampleWorld(t)
			w.spoil = func(m, r *dns.Msg) *dns.Msg {
				if m.IsEdns0() == nil {
					return r
				}
				r = new(dns.Msg).SetRcode(m, code)
				if code > 15 {
					r.SetEdns0(ednsSize, false)
				} else {
					r.Question = nil // so do old servers
				}
				return r
			}
			wantHosts(t, mustRoute(t, w.resolver(), "example.test"), exampleHost)
			if n := w.count("MX example.test."); n != 2 {
				t.Errorf("asked %d times for the MX records; want with EDNS and without", n)
			}
		})
	}
}

func TestServerWithoutEDNSIsRemembered(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	w.spoil = func(m, r *dns.Msg) *dns.Msg {
		if m.IsEdns0() != nil {
			return new(dns.Msg).SetRcode(m, dns.RcodeFormatError)
		}
		return r
	}
	r := w.resolver()
	mustRoute(t, r, "example.test")
	before := len(w.questions())
	routeError(t, r, "other.test")
	if n := len(w.questions()) - before; n != 1 {
		t.Errorf("%d queries for the next name; want 1", n)
	}
}

func TestEDNSSize(t *testing.T) {
	t.Parallel()
	m := newQuery(query{question: question{"example.test", dns.TypeMX}, edns: true})
	if opt := m.IsEdns0(); opt == nil || opt.UDPSize() != 1232 {
		t.Errorf("query %v; want EDNS with 1232 bytes", m)
	}
	if q := m.Question[0]; q.Name != "example.test." || !m.RecursionDesired || m.AuthenticatedData {
		t.Errorf("query %v; want the absolute name, recursion and no AD bit", m)
	}
}

func TestAlive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ". NS ns.test.")
	r := w.resolver()
	for range 2 {
		if err := r.Alive(t.Context()); err != nil {
			t.Errorf("Alive: %v", err)
		}
	}
	if n := w.count("NS ."); n != 2 {
		t.Errorf("asked %d times; want every time anew", n)
	}
	w.spoil = rcode(dns.RcodeServerFailure)
	wantText(t, r.Alive(t.Context()), `NS of ".": SERVFAIL from 127.0.0.1:5353`)
}

func TestNewRefusesNonsense(t *testing.T) {
	t.Parallel()
	server := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}
	for name, c := range map[string]Config{
		"no server":         {},
		"invalid server":    {Servers: make([]netip.AddrPort, 1)},
		"negative time-out": {Servers: server, Timeout: -1},
		"negative attempts": {Servers: server, Attempts: -1},
		"negative parallel": {Servers: server, Parallel: -1},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("New with %s: no error", name)
		}
	}
	r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:0")}})
	if got := r.Servers()[0].Port(); got != 53 {
		t.Errorf("port %d; want 53 for 0", got)
	}
}
