package dnsmx

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// askedAfter looks the domain up twice with a pause between and returns how
// often its MX records were asked for.
func askedAfter(t *testing.T, w *world, pause time.Duration) int {
	t.Helper()
	r := w.resolver()
	for range 2 {
		_, _ = r.Route(t.Context(), "example.test")
		time.Sleep(pause)
	}
	return w.count("MX example.test.")
}

func TestCacheHonoursTTL(t *testing.T) {
	t.Parallel()
	withSOA := func(ttl, minimum uint32) func(m, r *dns.Msg) *dns.Msg {
		return func(m, _ *dns.Msg) *dns.Msg {
			r := new(dns.Msg).SetRcode(m, dns.RcodeNameError)
			soa := soaRecord().(*dns.SOA)
			soa.Hdr.Ttl, soa.Minttl = ttl, minimum
			r.Ns = []dns.RR{soa}
			return r
		}
	}
	tests := []struct {
		name  string
		zone  []string
		spoil func(m, r *dns.Msg) *dns.Msg
		ttl   time.Duration
	}{
		{"record", []string{"example.test. 90 MX 10 mx.test."}, nil, 90 * time.Second},
		{"shortest of two", []string{"example.test. 90 MX 10 a.test.", "example.test. 30 MX 20 b.test."}, nil, 30 * time.Second},
		{"alias", []string{"example.test. 20 CNAME b.test.", "b.test. 90 MX 10 mx.test."}, nil, 20 * time.Second},
		{"cap", []string{"example.test. 86400 MX 10 mx.test."}, nil, time.Hour},
		{"zero", []string{"example.test. 0 MX 10 mx.test."}, nil, 0},
		{"highest bit", []string{"example.test. 2147483648 MX 10 mx.test."}, nil, 0}, // RFC 2181, section 8
		{"negative by SOA minimum", nil, withSOA(60, 30), 30 * time.Second},
		{"negative by SOA TTL", nil, withSOA(25, 30), 25 * time.Second},
		{"negative, cap", nil, withSOA(86400, 86400), 5 * time.Minute},
		{"negative without SOA", nil, rcode(dns.RcodeNameError), 0}, // RFC 2308, section 5
		{"failure", nil, rcode(dns.RcodeServerFailure), 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fresh := func() *world {
					w := newWorld(t, tt.zone...)
					w.spoil = tt.spoil
					return w
				}
				each := 1
				if tt.name == "failure" {
					each = DefaultAttempts + 1 // and once whatever DNSSEC says
				}
				if n := askedAfter(t, fresh(), tt.ttl); n != 2*each {
					t.Errorf("asked %d times over %v; want %d", n, tt.ttl, 2*each)
				}
				if tt.ttl == 0 {
					return
				}
				if n := askedAfter(t, fresh(), tt.ttl-time.Nanosecond); n != each {
					t.Errorf("asked %d times just before %v; want %d", n, tt.ttl, each)
				}
			})
		})
	}
}

// A domain list with hosts in common asks for each host once.
func TestCacheSharesHosts(t *testing.T) {
	t.Parallel()
	var zone []string
	for i := range 50 {
		zone = append(zone, fmt.Sprintf("d%d.test. MX 10 mx.test.", i))
	}
	w := newWorld(t, append(zone, "mx.test. A 192.0.2.1")...)
	r := w.resolver()
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := r.Route(t.Context(), fmt.Sprintf("d%d.test", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a, aaaa := w.count("A mx.test."), w.count("AAAA mx.test."); a != 1 || aaaa != 1 {
		t.Errorf("the host was asked for %d and %d times; want 1 and 1", a, aaaa)
	}
}

func put(c *cache, q question, a *answer) { c.settle(c.begin(q), a, time.Now()) }

func get(c *cache, q question) *answer {
	if e := c.find(q, time.Now()); e != nil {
		return e.a
	}
	return nil
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache(3)
	key := func(i int) question { return question{fmt.Sprint(i), dns.TypeMX} }
	a := &answer{ttl: 60}
	for i := range 3 {
		put(c, key(i), a)
	}
	get(c, key(0)) // now 1 is the one not used for longest
	put(c, key(3), a)
	for i, want := range []bool{true, false, true, true} {
		if got := get(c, key(i)) != nil; got != want {
			t.Errorf("entry %d is there: %v; want %v", i, got, want)
		}
	}
	if n := len(c.entries); n != 3 {
		t.Errorf("%d entries; want 3", n)
	}
}

// What was asked for again outlives any number of answers that nobody asks for
// again, and what is asked for more does not fill the cache for good.
func TestCacheKeepsWhatIsAskedForAgain(t *testing.T) {
	t.Parallel()
	const size = 16
	c := newCache(size)
	key := func(i int) question { return question{fmt.Sprint(i), dns.TypeA} }
	a := &answer{ttl: 60}
	put(c, key(0), a)
	get(c, key(0))
	for i := 1; i < 10*size; i++ {
		put(c, key(i), a)
	}
	if get(c, key(0)) == nil {
		t.Error("the answer that was asked for again is gone")
	}
	for i := 10 * size; i < 30*size; i++ { // now each is asked for again
		put(c, key(i), a)
		if get(c, key(i)) == nil {
			t.Errorf("answer %d is gone at once", i)
		}
	}
	if get(c, key(0)) != nil {
		t.Error("an answer stays although all others were asked for later")
	}
	if n := len(c.entries); n != size || c.fresh.n+c.proven.n != n || c.fresh.n < size/4 {
		t.Errorf("%d entries, %d fresh and %d proven; want %d in all, a quarter of them fresh", n, c.fresh.n, c.proven.n, size)
	}
}

func TestCacheOff(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	r := mustNew(t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:53")}, CacheSize: -1})
	r.wire = w
	mustRoute(t, r, "example.test")
	mustRoute(t, r, "example.test")
	if n := w.count("MX example.test."); n != 2 {
		t.Errorf("asked %d times; want 2", n)
	}
}

// What callers do with a result does not reach the cache.
func TestResultsAreOwn(t *testing.T) {
	t.Parallel()
	r := exampleWorld(t).resolver()
	first := mustRoute(t, r, "example.test")
	first.Hosts[0].Name = "changed"
	first.Hosts[0].Addrs[0] = netip.MustParseAddr("192.0.2.66")
	wantHosts(t, mustRoute(t, r, "example.test"), exampleHost)
}

// slow is an exchanger that keeps every query until it is let go.
type slow struct {
	*world
	gate chan struct{}
}

func (s slow) exchange(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (received, error) {
	select {
	case <-s.gate:
		return s.world.exchange(ctx, server, q, timeout)
	case <-ctx.Done():
		return received{}, ctx.Err()
	}
}

func slowly(t *testing.T, gate chan struct{}) (*Resolver, *world) {
	w := exampleWorld(t)
	r := w.resolver()
	r.wire = slow{w, gate}
	return r, w
}

func TestConcurrentLookupsMerged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		r, w := slowly(t, gate)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				route, err := r.Route(t.Context(), "example.test")
				if err != nil {
					t.Error(err)
				}
				wantHosts(t, route, exampleHost)
			})
		}
		synctest.Wait() // all of them wait now
		close(gate)
		wg.Wait()
		for _, q := range []string{"MX example.test.", "A mx.test.", "AAAA mx.test."} {
			if n := w.count(q); n != 1 {
				t.Errorf("%s was asked %d times; want 1", q, n)
			}
		}
	})
}

// Who gives up leaves the look-up to the others, whether he was the first or
// came later.
func TestGivingUpHurtsNobodyElse(t *testing.T) {
	t.Parallel()
	for _, leaver := range []string{"first", "second"} {
		t.Run(leaver, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				r, _ := slowly(t, gate)
				ctx, cancel := context.WithCancel(t.Context())
				contexts := []context.Context{ctx, t.Context()}
				if leaver == "second" {
					contexts[0], contexts[1] = contexts[1], contexts[0]
				}
				errs := make(map[context.Context]chan error)
				for _, c := range contexts {
					done := make(chan error, 1)
					errs[c] = done
					go func() {
						_, err := r.Route(c, "example.test")
						done <- err
					}()
					synctest.Wait()
				}
				cancel()
				if e := asError(t, <-errs[ctx]); e.Kind != Canceled {
					t.Errorf("who gave up got %v; want Canceled", e)
				}
				close(gate)
				if err := <-errs[t.Context()]; err != nil {
					t.Errorf("who stayed got %v", err)
				}
			})
		})
	}
}

// A time-out by the caller's own deadline is not the answer for the next one.
func TestOwnDeadlineIsNotCached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		r, _ := slowly(t, gate)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.Route(ctx, "example.test")
		if e := asError(t, err); e.Kind != Timeout {
			t.Errorf("%v, kind %v; want Timeout", e, e.Kind)
		}
		close(gate)
		mustRoute(t, r, "example.test")
	})
}

// While as many queries are on their way as are allowed, no other is sent.
func TestQueriesAtOnceAreLimited(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	r := mustNew(t, Config{Servers: []netip.AddrPort{serve(t, w)}, Timeout: patient, Parallel: 1})
	slots := r.wire.(*sockets).slots
	slots <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	_, err := r.Route(ctx, "example.test")
	if e := asError(t, err); e.Kind != Timeout || len(w.questions()) > 0 {
		t.Errorf("%v after the questions %q; want Timeout without a question", e, w.questions())
	}

	// Waiting in the queue does not use up the time for the answer.
	r.timeout = time.Second
	time.AfterFunc(r.timeout+100*time.Millisecond, func() { <-slots })
	wantHosts(t, mustRoute(t, r, "example.test"), exampleHost)
	if n := len(slots); n != 0 {
		t.Errorf("%d queries still count as on their way; want 0", n)
	}
}
