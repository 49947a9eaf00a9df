package manners

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/probe"
	polite "mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// exchangers are the mail servers of a provider, which count. All of them are one
// on loopback.
type exchangers struct {
	addr  string
	mu    sync.Mutex
	open  int
	most  int
	total int
}

// listen has servers answer that take a moment for each connection.
func listen(t *testing.T, takes time.Duration) *exchangers {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &exchangers{addr: l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { e.serve(conn, takes) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	return e
}

func (e *exchangers) serve(conn net.Conn, takes time.Duration) {
	defer func() { _ = conn.Close() }()
	e.mu.Lock()
	e.open++
	e.total++
	e.most = max(e.most, e.open)
	e.mu.Unlock()
	time.Sleep(takes) // a slow server
	e.mu.Lock()
	e.open--
	e.mu.Unlock()
	_, _ = conn.Write([]byte("220 mx.a.test\r\n"))
}

func (e *exchangers) seen() (open, most, total int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.open, e.most, e.total
}

// greeted is a check that connects to the servers, whatever their addresses are said
// to be, and waits for the greeting; and a resolver that has a host of the provider
// for every domain.
type greeted struct {
	probe.Resolver
	servers *exchangers
}

func (g *greeted) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	var n int
	_, _ = fmt.Sscanf(domain, "d%d.", &n)
	h := dnsmx.Host{Name: fmt.Sprintf("mx%d.a.test", n), Preference: 10, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})}}
	return dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{h}}, nil
}

func (g *greeted) Name() string    { return "greeting" }
func (g *greeted) Ports() []uint16 { return nil }

func (g *greeted) Start(probe.Target, func(*result.Step)) probe.Trial {
	return &call{to: g.servers.addr, check: result.Check{Scenario: "greeting"}}
}

type call struct {
	to    string
	check result.Check
}

func (c *call) Play(ctx context.Context) (time.Duration, bool) {
	c.check.Attempts, c.check.Status, c.check.Reason = 1, result.Fail, result.Refused
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.to)
	if err != nil {
		return 0, false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	var buf [64]byte
	if n, _ := conn.Read(buf[:]); n > 3 && string(buf[:3]) == "220" {
		c.check.Status, c.check.Reason = result.Pass, result.None
	}
	return 0, false
}

func (c *call) Abandon(why result.Reason) { c.check.Reason = why }
func (c *call) Result() result.Check      { return c.check }

// worker is a run with manners that are shared over a real server.
type worker struct {
	*Manners
	bus *bus.Bus
}

func hire(t *testing.T, url string, set Settings) *worker {
	t.Helper()
	b, err := bus.Connect(t.Context(), &bus.Settings{URL: url, Name: set.Worker})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(t.Context(), b.JetStream(), b, set)
	if err != nil {
		t.Fatal(err)
	}
	return &worker{m, b}
}

func (w *worker) dismiss() {
	w.Close()
	w.bus.Close()
}

// run plays domains and returns how many passed.
func (w *worker) run(ctx context.Context, e *exchangers, first, n int) int {
	g := &greeted{servers: e}
	r := &probe.Runner{Resolver: g, Jobs: 32, Manners: &polite.Settings{}, Shared: w}
	requests := func(yield func(probe.Request) bool) {
		for i := range n {
			if !yield(probe.Request{Domain: fmt.Sprintf("d%d.test", first+i), Checks: []probe.Check{g}}) {
				return
			}
		}
	}
	passed := 0
	for d := range r.Run(ctx, requests) {
		if d.Status == result.Pass {
			passed++
		}
	}
	return passed
}

// TestWorkersOverNATS: three workers, a hundred hosts of one provider, and a server
// of NATS that is away in the middle, as the mail servers see it.
func TestWorkersOverNATS(t *testing.T) {
	t.Parallel()
	options, again := bustest.Options(t), bustest.Options(t)
	again.StoreDir = options.StoreDir
	first := bustest.StartWith(t, options)
	again.Port = first.Addr().(*net.TCPAddr).Port
	e := listen(t, 20*time.Millisecond)
	set := Settings{Sessions: 6, Rate: 100, TTL: 8 * time.Second} // longer than this machine ever stands still
	var workers []*worker
	var quiet atomic.Int64
	for i := range 3 {
		set.Worker = string(rune('a' + i))
		set.Say = func(string) { quiet.Add(1) }
		workers = append(workers, hire(t, first.ClientURL(), set))
	}
	const each = 120
	passed := make([]int, len(workers))
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() { passed[i] = w.run(t.Context(), e, i*each, each) })
	}
	await(t, "some sessions", func() bool { _, _, n := e.seen(); return n > 50 })
	bustest.Stop(first)
	await(t, "all workers know and their sessions are over", func() bool {
		open, _, _ := e.seen()
		return open == 0 && !slices.ContainsFunc(workers, func(w *worker) bool { return !w.bus.Down() }) && quiet.Load() == 3
	})
	_, _, before := e.seen()
	time.Sleep(200 * time.Millisecond) // nothing has to happen, and this is how long it does not
	if _, _, n := e.seen(); n != before || before >= 3*each {
		t.Errorf("%d connections were opened without the bus, after %d", n-before, before)
	}
	bustest.StartWith(t, again)
	all.Wait()
	writes := 0
	for i, w := range workers {
		if passed[i] != each {
			t.Errorf("worker %d: %d of %d passed", i, passed[i], each)
		}
		writes += w.Writes()
		w.dismiss()
	}
	if _, most, total := e.seen(); most > 6 || total != 3*each {
		t.Errorf("the servers saw %d connections at once, %d in all; want at most 6, and %d", most, total, 3*each)
	}
	t.Logf("%d writes for %d sessions", writes, 3*each)
}

// TestAWorkerThatIsGoneOverNATS: its places come back.
func TestAWorkerThatIsGoneOverNATS(t *testing.T) {
	t.Parallel()
	url := bustest.Start(t)
	set := Settings{Sessions: 2, TTL: time.Second}
	gone, other := hire(t, url, set), hire(t, url, set)
	for range 2 {
		if leave, why := gone.Place(t.Context(), "a.test"); leave == nil {
			t.Fatalf("no place: %q", why)
		}
	}
	gone.bus.Close() // as the kernel would do it
	leave, why := other.Place(t.Context(), "a.test")
	if leave == nil {
		t.Fatalf("no place: %q", why)
	}
	leave()
	gone.Close()
	other.dismiss()
}

// TestBackOffOverNATS: the bucket is followed, also by who comes later.
func TestBackOffOverNATS(t *testing.T) {
	t.Parallel()
	url := bustest.Start(t)
	a, b := hire(t, url, Settings{Worker: "a"}), hire(t, url, Settings{Worker: "b"})
	knows := func(w *worker, refusals int) func() bool {
		return func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			s := w.view.shy["a.test"]
			return w.view.ready && (s == nil && refusals == 0 || s != nil && s.refusals == refusals && time.Until(s.next) > 0)
		}
	}
	await(t, "both follow", func() bool { return knows(a, 0)() && knows(b, 0)() })
	a.Heard("a.test", time.Now(), true)
	await(t, "the other worker knows", knows(b, 1))
	b.Heard("a.test", time.Now(), true)
	await(t, "the first knows of the second time", knows(a, 2))
	late := hire(t, url, Settings{Worker: "c"})
	await(t, "who comes later knows", knows(late, 2))
	late.Heard("a.test", time.Now(), false)
	await(t, "all know that it is over", func() bool { return knows(a, 0)() && knows(b, 0)() })
	for _, w := range []*worker{a, b, late} {
		w.dismiss()
	}
}

// await waits for a condition, with a generous end.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came: %s", what)
		}
	}
}
