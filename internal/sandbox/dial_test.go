package sandbox

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

func deadWorld(t *testing.T) *World {
	t.Helper()
	server := func(name, addr string, dead Dead) Server {
		return Server{Name: name + ".example.test", Addrs: []string{addr}, Dead: dead}
	}
	both := Server{Name: "both.example.test", Addrs: []string{"192.0.2.10", "2001:db8::10"}, Ports: []uint16{25, 587}}
	return start(t, Spec{Servers: []Server{
		both,
		server("refused", "192.0.2.11", RefusesAll),
		server("hang", "192.0.2.12", HangsAll),
		server("unreachable", "192.0.2.13", Unreachable),
		server("noroute", "2001:db8::13", NoRoute),
	}})
}

func TestDialLeadsToServers(t *testing.T) {
	t.Parallel()
	w := deadWorld(t)
	for _, tt := range []struct{ network, address string }{
		{"tcp", "192.0.2.10:25"},
		{"tcp4", "192.0.2.10:587"},
		{"tcp", "[2001:db8::10]:25"},
		{"tcp6", "[2001:db8::10]:587"},
		{"tcp", "[::ffff:192.0.2.10]:25"},
	} {
		nc, err := w.DialContext(context.Background(), tt.network, tt.address)
		if err != nil {
			t.Errorf("DialContext(%s, %s): %v", tt.network, tt.address, err)
			continue
		}
		if to := nc.RemoteAddr().(*net.TCPAddr); !to.IP.IsLoopback() {
			t.Errorf("DialContext(%s, %s) leads to %v", tt.network, tt.address, to)
		}
		_ = nc.Close()
	}
	if got := w.Addr("192.0.2.10"); !got.Addr().IsLoopback() || got.Port() == 0 {
		t.Errorf("Addr(192.0.2.10) = %v; want a loopback listener", got)
	}
	for _, ip := range []string{"192.0.2.11", "192.0.2.99", "x"} {
		if got := w.Addr(ip); got.IsValid() {
			t.Errorf("Addr(%s) = %v; want none", ip, got)
		}
	}
}

func TestDialDeadAddresses(t *testing.T) {
	t.Parallel()
	w := deadWorld(t)
	tests := []struct {
		address string
		want    error
	}{
		{"192.0.2.11:25", syscall.ECONNREFUSED},
		{"192.0.2.10:26", syscall.ECONNREFUSED},
		{"192.0.2.99:25", syscall.ECONNREFUSED},
		{"192.0.2.12:25", context.DeadlineExceeded},
		{"192.0.2.13:25", syscall.EHOSTUNREACH},
		{"[2001:db8::13]:25", syscall.ENETUNREACH},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		nc, err := w.DialContext(ctx, "tcp", tt.address)
		cancel()
		op, ok := errors.AsType[*net.OpError](err)
		if nc != nil || !errors.Is(err, tt.want) || !ok || op.Addr.String() != tt.address {
			t.Errorf("DialContext(%s) = %v, %v; want %v", tt.address, nc, err, tt.want)
		}
		if ok && op.Timeout() != (tt.want == context.DeadlineExceeded) {
			t.Errorf("DialContext(%s): Timeout() = %v", tt.address, op.Timeout())
		}
	}
}

// TestDialRefusesTheRestOfTheWorld: nothing outside is ever spoken to. The
// listener on loopback stands for a host of the network; it must hear
// nothing.
func TestDialRefusesTheRestOfTheWorld(t *testing.T) {
	t.Parallel()
	w := deadWorld(t)
	outside, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	port := outside.Addr().(*net.TCPAddr).AddrPort().Port()
	own := w.Addr("192.0.2.10")
	for _, tt := range []struct{ network, address string }{
		{"udp", "8.8.8.8:53"},
		{"tcp", "8.8.8.8:53"},
		{"tcp", "10.0.0.1:25"},
		{"tcp", "[2606:4700::1111]:25"},
		{"tcp", "[fe80::1%lo]:25"},
		{"tcp", "localhost:25"},
		{"tcp", "mx1.example.test:25"},
		{"tcp", "192.0.2.10:smtp"},
		{"tcp", "192.0.2.10"},
		{"tcp", ""},
		{"udp", "192.0.2.10:25"},
		{"unix", "192.0.2.10:25"},
		{"tcp6", "192.0.2.10:25"},
		{"tcp4", "[2001:db8::10]:25"},
		{"tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port).String()},
		{"tcp", own.String()},
	} {
		nc, err := w.DialContext(context.Background(), tt.network, tt.address)
		if !errors.Is(err, ErrOutside) || nc != nil {
			t.Errorf("DialContext(%s, %q) = %v, %v; want ErrOutside", tt.network, tt.address, nc, err)
		}
	}
	_ = outside.SetDeadline(time.Now().Add(20 * time.Millisecond))
	if nc, err := outside.Accept(); err == nil {
		t.Errorf("somebody connected from %v", nc.RemoteAddr())
	}
}

func TestDialEndsWithTheWorld(t *testing.T) {
	t.Parallel()
	w := deadWorld(t)
	got := make(chan error)
	go func() {
		_, err := w.DialContext(context.Background(), "tcp", "192.0.2.12:25")
		got <- err
	}()
	if err := w.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-got; !errors.Is(err, net.ErrClosed) {
		t.Errorf("hanging dial: %v; want %v", err, net.ErrClosed)
	}
	if err := w.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

// TestCloseWaits: sessions in every state end with the world; TestMain looks
// for what is left.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{Rules: []Rule{
		{On: "NOOP", Hang: true},
		{On: "HELP", Delay: time.Hour},
		{On: "VRFY", Drip: time.Hour},
		{On: "RSET", Extra: "x", ExtraDelay: time.Hour},
		{On: "EXPN", Reply: "250 x", Close: true},
	}})
	var all []*client
	for _, line := range []string{"", "NOOP", "HELP", "VRFY x", "RSET", "EXPN x", "EHLO half"} {
		c := hello(t, w)
		c.write(line)
		if line != "EHLO half" && line != "" {
			c.write("\r\n")
		}
		all = append(all, c)
	}
	// Wait until every server has read what it got.
	for i, line := range []string{"", "NOOP", "HELP", "VRFY x", "RSET", "EXPN x", "EHLO half"} {
		for !strings.Contains(string(w.Sessions()[i].Received), line) {
			time.Sleep(time.Millisecond)
		}
	}
	if err := w.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	for i, c := range all {
		if _, err := c.rest(); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("session %d: %v; want the end", i, err)
		}
	}
	for i, s := range w.Sessions() {
		if !s.Over {
			t.Errorf("session %d is not over", i)
		}
	}
}

func TestBadServersAreRefused(t *testing.T) {
	t.Parallel()
	good := Server{Name: "a.test", Addrs: []string{"192.0.2.1"}}
	tests := []struct {
		servers []Server
		want    string
	}{
		{[]Server{{Addrs: good.Addrs}}, "empty domain name"},
		{[]Server{{Name: "a.test"}}, "no address"},
		{[]Server{{Name: "a.test", Addrs: []string{"8.8.8.8"}}}, "not a documentation address"},
		{[]Server{{Name: "a.test", Addrs: []string{"127.0.0.1"}}}, "not a documentation address"},
		{[]Server{{Name: "a.test", Addrs: []string{"x"}}}, "not an IP address"},
		{[]Server{good, {Name: "b.test", Addrs: good.Addrs}}, `belongs to "a.test"`},
		{[]Server{{Name: "a.test", Addrs: good.Addrs, Dead: "ill"}}, "way to be dead"},
		{[]Server{{Name: "a.test", Addrs: good.Addrs, BadSender: "data"}}, "place to refuse"},
		{[]Server{{Name: "a.test", Addrs: good.Addrs, Ports: []uint16{0}}}, "not a port"},
		{[]Server{{Name: "a.test", Addrs: good.Addrs, Hostname: "a\nb"}}, "line break"},
	}
	for _, tt := range tests {
		if w, err := Start(Spec{Servers: tt.servers}); err == nil || !strings.Contains(err.Error(), tt.want) {
			if w != nil {
				_ = w.Close()
			}
			t.Errorf("Start(%+v) = %v; want %q", tt.servers, err, tt.want)
		}
	}
}
