package dnsmx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// raw starts a UDP server that hands each query and its sender to f, one after
// the other. Nothing is sent but what f sends.
func raw(t testing.TB, f func(pc net.PacketConn, from net.Addr, m *dns.Msg)) netip.AddrPort {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			m := new(dns.Msg)
			if err := m.Unpack(buf[:n]); err != nil {
				t.Errorf("query: %v", err)
				continue
			}
			f(pc, from, m)
		}
	}()
	t.Cleanup(func() {
		pc.Close()
		<-done
	})
	return pc.LocalAddr().(*net.UDPAddr).AddrPort()
}

func send(t testing.TB, pc net.PacketConn, to net.Addr, m *dns.Msg) {
	b, err := m.Pack()
	if err != nil {
		t.Errorf("packing: %v", err)
		return
	}
	if _, err := pc.WriteTo(b, to); err != nil {
		t.Errorf("sending: %v", err)
	}
}

func asking(t testing.TB, timeout time.Duration, servers ...netip.AddrPort) *Resolver {
	t.Helper()
	return mustNew(t, Config{Servers: servers, Timeout: timeout, Attempts: 1})
}

const (
	patient = 10 * time.Second // an answer must come before
	short   = 50 * time.Millisecond
)

func exampleWorld(t testing.TB) *world {
	return newWorld(t, "example.test. MX 10 mx.test.", "mx.test. A 192.0.2.1", "mx.test. AAAA 2001:db8::1")
}

const exampleHost = "10 mx.test 192.0.2.1 2001:db8::1"

func TestRouteOverNetwork(t *testing.T) {
	t.Parallel()
	for _, tcp := range []bool{false, true} {
		r := mustNew(t, Config{
			Servers: []netip.AddrPort{serve(t, exampleWorld(t))}, TCP: tcp,
			Timeout: patient, Source: netip.MustParseAddr("127.0.0.1"),
		})
		route := mustRoute(t, r, "example.test")
		wantHosts(t, route, exampleHost)
		if route.Server != r.Servers()[0] {
			t.Errorf("server %v; want %v", route.Server, r.Servers()[0])
		}
	}
}

func TestSourceAddress(t *testing.T) {
	t.Parallel()
	source := netip.MustParseAddr("127.0.0.9")
	l, err := net.ListenPacket("udp", netip.AddrPortFrom(source, 0).String())
	if err != nil {
		t.Skipf("this system has no second address on loopback: %v", err)
	}
	l.Close()
	w := exampleWorld(t)
	addr := serve(t, dns.HandlerFunc(func(rw dns.ResponseWriter, m *dns.Msg) {
		if host, _, _ := net.SplitHostPort(rw.RemoteAddr().String()); host != source.String() {
			t.Errorf("query from %s; want %s", host, source)
		}
		w.ServeDNS(rw, m)
	}))
	for _, tcp := range []bool{false, true} {
		r := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Source: source, TCP: tcp, Timeout: patient})
		mustRoute(t, r, "example.test")
	}
	// It cannot be used towards the other address family.
	r := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Source: netip.IPv6Loopback(), Timeout: patient})
	if from := r.wire.(*sockets).sourceFor(addr); from.IsValid() {
		t.Errorf("source %v towards %v; want none", from, addr)
	}
}

// Datagrams that anybody could have sent must not be taken for the answer.
func TestStrayDatagramsIgnored(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	other, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lie := func(m *dns.Msg) *dns.Msg { return new(dns.Msg).SetRcode(m, dns.RcodeNameError) }
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		wrongID := lie(m)
		wrongID.Id++
		wrongName := lie(m)
		wrongName.Question = []dns.Question{{Name: "other.test.", Qtype: m.Question[0].Qtype, Qclass: dns.ClassINET}}
		wrongType := lie(m)
		wrongType.Question = []dns.Question{{Name: m.Question[0].Name, Qtype: dns.TypeSRV, Qclass: dns.ClassINET}}
		noQuestion := lie(m)
		noQuestion.Question = nil
		noResponse := lie(m)
		noResponse.Response = false
		send(t, other, from, lie(m)) // not from the server
		for _, stray := range []*dns.Msg{wrongID, wrongName, wrongType, noQuestion, noResponse} {
			send(t, pc, from, stray)
		}
		if _, err := pc.WriteTo([]byte("short"), from); err != nil {
			t.Errorf("sending: %v", err)
		}
		good := w.respond(m)
		good.Question[0].Name = strings.ToUpper(good.Question[0].Name) // the case may change
		send(t, pc, from, good)
	})
	wantHosts(t, mustRoute(t, asking(t, patient, addr), "example.test"), exampleHost)
}

func TestOnlyStraysIsTimeout(t *testing.T) {
	t.Parallel()
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		m.Id++
		m.Response = true
		send(t, pc, from, m)
	})
	e := routeError(t, asking(t, short, addr), "example.test")
	if e.Kind != Timeout || !strings.Contains(e.Error(), "1 messages came that did not answer the question") {
		t.Errorf("%v, kind %v; want the stray message in it, Timeout", e, e.Kind)
	}
}

func TestQueriesDiffer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ids, ports := make(map[uint16]bool), make(map[string]bool)
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		mu.Lock()
		ids[m.Id], ports[from.String()] = true, true
		mu.Unlock()
		send(t, pc, from, new(dns.Msg).SetRcode(m, dns.RcodeNameError))
	})
	r := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Timeout: patient, CacheSize: -1})
	for range 50 {
		routeError(t, r, "example.test")
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ids) < 48 || len(ports) < 25 {
		t.Errorf("50 queries with %d IDs from %d ports; want them to differ", len(ids), len(ports))
	}
}

// A broken answer may be forged, so the good one behind it counts; if there is
// none, the failure is told as what it is.
func TestMalformedAnswer(t *testing.T) {
	t.Parallel()
	w := exampleWorld(t)
	broken := func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		b, err := w.respond(m).Pack()
		if err != nil {
			t.Errorf("packing: %v", err)
			return
		}
		if _, err := pc.WriteTo(b[:len(b)-3], from); err != nil {
			t.Errorf("sending: %v", err)
		}
	}
	addr := raw(t, broken)
	e := routeError(t, asking(t, short, addr), "example.test")
	if e.Kind != Malformed || !e.Temporary() || !strings.Contains(e.Error(), "cannot read the answer of "+addr.String()) {
		t.Errorf("%v, kind %v; want Malformed, temporary", e, e.Kind)
	}
	addr = raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		broken(pc, from, m)
		send(t, pc, from, w.respond(m))
	})
	wantHosts(t, mustRoute(t, asking(t, patient, addr), "example.test"), exampleHost)
}

// closedPort returns an address on which nothing listens.
func closedPort(t testing.TB) netip.AddrPort {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	return pc.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestUnreachableServer(t *testing.T) {
	t.Parallel()
	addr := closedPort(t)
	r := asking(t, patient, addr)
	e := routeError(t, r, "example.test")
	wantText(t, e, `MX of "example.test": no way to the DNS server `+addr.String()+": connection refused")
	if e.Kind != Unreachable || !e.Temporary() {
		t.Errorf("kind %v, temporary %v; want Unreachable, temporary", e.Kind, e.Temporary())
	}
	if e := asError(t, r.Alive(t.Context())); e.Kind != Unreachable {
		t.Errorf("Alive: kind %v; want Unreachable", e.Kind)
	}
}

func TestCancelEndsWaiting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	addr := raw(t, func(net.PacketConn, net.Addr, *dns.Msg) { cancel() })
	start := time.Now()
	_, err := asking(t, time.Hour, addr).Route(ctx, "example.test")
	if e := asError(t, err); e.Kind != Canceled || !e.Temporary() || !errors.Is(e, context.Canceled) {
		t.Errorf("%v, kind %v; want Canceled by the context", e, e.Kind)
	}
	if d := time.Since(start); d > patient {
		t.Errorf("took %v; want the end of the context to end it", d)
	}
}

func TestDeadlineOfContext(t *testing.T) {
	t.Parallel()
	for _, tcp := range []bool{false, true} {
		addr := serve(t, dns.HandlerFunc(func(dns.ResponseWriter, *dns.Msg) {}))
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		_, err := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Timeout: time.Hour, TCP: tcp}).Route(ctx, "example.test")
		e := asError(t, err)
		if e.Kind != Timeout || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("%v, kind %v; want Timeout by the context", e, e.Kind)
		}
		if !strings.HasPrefix(e.Error(), `MX of "example.test": no answer from `+addr.String()+" within ") ||
			strings.Contains(e.Error(), "context") {
			t.Errorf("text %q", e)
		}
	}
}

// What is sent is what the codec would send.
func TestQueryAsTheCodecWritesIt(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "test", "_25._tcp.mx.example.test", strings.Repeat("a.", 126) + "b", `2\.0/25.in-addr.arpa`, `a\000b.test`} {
		for bits := range 16 {
			q := query{question: question{name, dns.TypeMX}, edns: bits&1 > 0, ad: bits&2 > 0, cd: bits&4 > 0, direct: bits&8 > 0}
			m := newQuery(q)
			want, err := m.Pack()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := q.append(nil, m.Id); err != nil || string(got) != string(want) {
				t.Errorf("%+v is written %x, %v; want %x", q, got, err, want)
			}
		}
	}
}

// Many questions at once go out over few sockets, none of which takes many in
// a row, and each is answered for itself.
func TestQuestionsShareSockets(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ports := make(map[string]int)
	var held []func()
	const n = 2 * fewWaiting // more could be too many for the server's buffer
	release := make(chan struct{})
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		mu.Lock()
		defer mu.Unlock()
		ports[from.String()]++
		r := new(dns.Msg).SetReply(m)
		rr, err := dns.NewRR(m.Question[0].Name + " 60 TXT " + m.Question[0].Name)
		if err != nil {
			t.Error(err)
		}
		r.Answer = []dns.RR{rr}
		held = append(held, func() { send(t, pc, from, r) })
		if len(held) == n {
			close(release)
		}
	})
	r := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Timeout: patient, Attempts: 1, Parallel: n})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			name := fmt.Sprintf("d%d.test", i)
			got, err := r.TXT(t.Context(), name)
			if err != nil || got.Records[0] != name+"." {
				t.Errorf("TXT(%s) = %q, %v; want its own", name, got.Records, err)
			}
		})
	}
	<-release
	mu.Lock()
	slices.Reverse(held)
	for _, answer := range held {
		answer()
	}
	if len(ports) != n/fewWaiting {
		t.Errorf("%d questions at once came from %d ports; want %d", n, len(ports), n/fewWaiting)
	}
	mu.Unlock()
	wg.Wait()
	if open := r.wire.(*sockets).open; len(open) > 0 {
		t.Errorf("open after the last answer: %v; want nothing", open)
	}
}

// A socket that takes in messages that answer nothing takes no more questions.
func TestStraysRetireTheSocket(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ports := make(map[string]bool)
	asked := make(chan struct{}, 2)
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		mu.Lock()
		defer mu.Unlock()
		ports[from.String()] = true
		if m.Question[0].Name == "held.test." {
			for range maxStrays {
				stray := new(dns.Msg).SetRcode(m, dns.RcodeNameError)
				stray.Question[0].Name = "other.test."
				send(t, pc, from, stray)
			}
			asked <- struct{}{}
			return
		}
		send(t, pc, from, new(dns.Msg).SetRcode(m, dns.RcodeNameError))
	})
	ctx, cancel := context.WithCancel(t.Context())
	r := mustNew(t, Config{Servers: []netip.AddrPort{addr}, Timeout: patient, Attempts: 1})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = r.TXT(ctx, "held.test")
	}()
	<-asked
	wire := r.wire.(*sockets)
	retired := func() bool {
		wire.mu.Lock()
		defer wire.mu.Unlock()
		return len(wire.open) == 0
	}
	for start := time.Now(); !retired() && time.Since(start) < patient; time.Sleep(time.Millisecond) {
	}
	_, _ = r.TXT(t.Context(), "next.test")
	cancel()
	<-done
	mu.Lock()
	defer mu.Unlock()
	if len(ports) != 2 {
		t.Errorf("asked from %d ports; want another one after %d strays", len(ports), maxStrays)
	}
}

// On a shared socket each question has its own time: those whose time is up end,
// one after the other, and the one that has more of it still gets its answer.
func TestTimesOnASharedSocket(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ports := make(map[string]bool)
	asked, answer := make(chan struct{}), make(chan struct{})
	addr := raw(t, func(pc net.PacketConn, from net.Addr, m *dns.Msg) {
		mu.Lock()
		defer mu.Unlock()
		ports[from.String()] = true
		if m.Question[0].Name != "late.test." {
			return
		}
		close(asked)
		go func() {
			<-answer
			send(t, pc, from, new(dns.Msg).SetRcode(m, dns.RcodeNameError))
		}()
	})
	r := asking(t, patient, addr)
	late := make(chan error)
	go func() {
		_, err := r.TXT(t.Context(), "late.test")
		late <- err
	}()
	<-asked
	for i, wait := range []time.Duration{short, 2 * short, short / 2} {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		_, err := r.TXT(ctx, fmt.Sprintf("silent%d.test", i))
		cancel()
		if e := asError(t, err); e.Kind != Timeout {
			t.Errorf("silent%d: %v, kind %v; want Timeout", i, e, e.Kind)
		}
	}
	close(answer)
	if e := asError(t, <-late); e.Kind != NoName {
		t.Errorf("late: %v, kind %v; want its answer, NoName", e, e.Kind)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ports) != 1 {
		t.Errorf("the questions came from %d ports; want one", len(ports))
	}
}
