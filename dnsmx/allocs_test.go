package dnsmx

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"testing"

	"github.com/miekg/dns"
)

// TestAllocations bounds what a look-up costs beside the system calls: nothing
// when the answer is known, and little more than the answer itself when it is
// asked for while others are.
//
// It is not parallel, for the allocations of the whole process count.
func TestAllocations(t *testing.T) {
	pc, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); answerMX(pc, "held") }()
	t.Cleanup(func() { pc.Close(); <-ended })
	addr := pc.LocalAddr().(*net.UDPAddr).AddrPort()
	r := mustNew(t, Config{Servers: []netip.AddrPort{netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())}, Timeout: patient, CacheSize: 10})

	// A question that is not answered keeps the socket open.
	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan struct{})
	go func() { defer close(held); r.lookup(ctx, question{"held.test", dns.TypeMX}) }()
	t.Cleanup(func() { cancel(); <-held })
	for open := 0; open == 0; {
		wire := r.wire.(*sockets)
		wire.mu.Lock()
		open = len(wire.open)
		wire.mu.Unlock()
	}

	names := make([]string, 0, 200)
	for i := range cap(names) {
		names = append(names, "d"+strconv.Itoa(i)+".test")
	}
	next := 0
	ask := func() {
		if a := r.lookup(ctx, question{names[next], dns.TypeMX}); a.err != nil || len(a.found.mx) != 1 {
			t.Errorf("%s: %+v; want an MX record", names[next], a)
		}
	}
	ask()
	if got := testing.AllocsPerRun(100, ask); got > 0 {
		t.Errorf("a known answer takes %v allocations; want none", got)
	}
	// The race detector has pools forget some of what they hold.
	if got := testing.AllocsPerRun(100, func() { next++; ask() }); got > 5 {
		t.Errorf("a question takes %v allocations; want 5 at most", got)
	}
}
