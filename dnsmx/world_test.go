package dnsmx

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(benchServer) != "" {
		answerForever()
		return
	}
	goleak.VerifyTestMain(m)
}

// world is a small DNS that knows its records and nothing else. It answers as
// a resolver does: with the whole chain of aliases as far as it knows them.
type world struct {
	t       testing.TB
	records map[string][]dns.RR // by name
	// spoil, if not nil, may change the response r to the query m, or
	// return nil to send none.
	spoil func(m, r *dns.Msg) *dns.Msg

	mu    sync.Mutex
	asked []string // "MX example.test."
}

// newWorld takes records in the form of a zone file, without a class.
func newWorld(t testing.TB, lines ...string) *world {
	t.Helper()
	w := &world{t: t, records: make(map[string][]dns.RR)}
	for _, line := range lines {
		rr, err := dns.NewRR("$TTL 300\n" + line)
		if err != nil {
			t.Fatalf("record %q: %v", line, err)
		}
		name := strings.ToLower(rr.Header().Name)
		w.records[name] = append(w.records[name], rr)
	}
	return w
}

func (w *world) respond(m *dns.Msg) *dns.Msg {
	q := m.Question[0]
	w.mu.Lock()
	w.asked = append(w.asked, dns.TypeToString[q.Qtype]+" "+q.Name)
	w.mu.Unlock()
	r := new(dns.Msg)
	r.SetReply(m)
	r.RecursionAvailable = true
	w.fill(r, strings.ToLower(q.Name), q.Qtype, 0)
	if w.spoil != nil {
		return w.spoil(m, r)
	}
	return r
}

func (w *world) fill(r *dns.Msg, name string, typ uint16, depth int) {
	records, ok := w.records[name]
	if !ok {
		r.Rcode = dns.RcodeNameError
	}
	found := false
	for _, rr := range records {
		switch c, isAlias := rr.(*dns.CNAME); {
		case rr.Header().Rrtype == typ:
			r.Answer, found = append(r.Answer, dns.Copy(rr)), true
		case isAlias && depth < 20:
			r.Answer, found = append(r.Answer, dns.Copy(rr)), true
			w.fill(r, strings.ToLower(c.Target), typ, depth+1)
		}
	}
	if !found {
		r.Ns = append(r.Ns, soaRecord())
	}
}

func soaRecord() dns.RR {
	rr, err := dns.NewRR("test. 60 SOA ns.test. root.test. 1 2 3 4 30")
	if err != nil {
		panic(err)
	}
	return rr
}

// exchange makes the world an exchanger, without any network. The messages go
// through the codec and the checks all the same.
func (w *world) exchange(ctx context.Context, _ netip.AddrPort, q query, timeout time.Duration) (received, error) {
	asked := newQuery(q)
	r := w.respond(asked)
	if r == nil {
		select {
		case <-time.After(timeout):
			return received{}, timeoutError{}
		case <-ctx.Done():
			return received{}, ctx.Err()
		}
	}
	b, err := r.Pack()
	if err != nil {
		w.t.Errorf("packing the response: %v", err)
		return received{}, err
	}
	m, err := readMessage(b, asked.Id, q.question)
	if err != nil {
		return received{}, &malformedError{err}
	}
	return received{m: m}, nil
}

// ServeDNS makes the world a handler of a real server.
func (w *world) ServeDNS(rw dns.ResponseWriter, m *dns.Msg) {
	if r := w.respond(m); r != nil {
		_ = rw.WriteMsg(r)
	}
}

// questions returns what was asked so far, sorted.
func (w *world) questions() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(slices.Values(w.asked))
}

func (w *world) count(q string) int {
	n := 0
	for _, s := range w.questions() {
		if s == q {
			n++
		}
	}
	return n
}

// resolver returns a Resolver that asks the world directly.
func (w *world) resolver() *Resolver {
	w.t.Helper()
	r := mustNew(w.t, Config{Servers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:5353")}})
	r.wire = w
	return r
}

func mustNew(t testing.TB, c Config) *Resolver {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return r
}

// rcode makes every response one with the code.
func rcode(code int) func(m, r *dns.Msg) *dns.Msg {
	return func(m, _ *dns.Msg) *dns.Msg { return new(dns.Msg).SetRcode(m, code) }
}

// only spoils the response to one question and leaves the others alone.
func only(typ uint16, name string, spoil func(m, r *dns.Msg) *dns.Msg) func(m, r *dns.Msg) *dns.Msg {
	return func(m, r *dns.Msg) *dns.Msg {
		if q := m.Question[0]; q.Qtype == typ && q.Name == name {
			return spoil(m, r)
		}
		return r
	}
}

// serve starts a real DNS server, UDP and TCP on one port of loopback.
func serve(t testing.TB, h dns.Handler) netip.AddrPort {
	t.Helper()
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		pc, err := net.ListenPacket("udp", addr.String())
		if err != nil { // another process has the port
			l.Close()
			continue
		}
		start(t, &dns.Server{PacketConn: pc, Handler: h})
		start(t, &dns.Server{Listener: l, Handler: h})
		return addr
	}
	t.Fatal("no port is free for both UDP and TCP")
	return netip.AddrPort{}
}

func start(t testing.TB, s *dns.Server) {
	t.Helper()
	up, down := make(chan struct{}), make(chan error, 1)
	s.NotifyStartedFunc = func() { close(up) }
	go func() { down <- s.ActivateAndServe() }()
	select {
	case <-up:
	case err := <-down:
		t.Fatalf("DNS server: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Errorf("stopping the DNS server: %v", err)
		}
		if err := <-down; err != nil {
			t.Errorf("DNS server: %v", err)
		}
	})
}
