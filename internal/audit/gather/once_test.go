package gather

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
)

// counter passes questions on to a DNS server and counts them.
type counter struct {
	mu    sync.Mutex
	asked map[string]int
}

// between starts a counter before a server and returns where it listens.
func (c *counter) between(t *testing.T, server netip.AddrPort) netip.AddrPort {
	t.Helper()
	front, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			b := make([]byte, 4096)
			n, from, err := front.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			c.count(b[:n])
			group.Go(func() { pass(front, from, server, b[:n]) })
		}
	})
	t.Cleanup(func() { _ = front.Close(); group.Wait() })
	return front.LocalAddr().(*net.UDPAddr).AddrPort()
}

// count reads the question of a message (RFC 1035 section 4.1.2).
func (c *counter) count(message []byte) {
	var labels []string
	at := 12
	for message[at] != 0 {
		n := int(message[at])
		labels = append(labels, string(message[at+1:at+1+n]))
		at += n + 1
	}
	c.mu.Lock()
	c.asked[fmt.Sprintf("%s type %d", strings.ToLower(strings.Join(labels, ".")), int(message[at+1])<<8|int(message[at+2]))]++
	c.mu.Unlock()
}

func pass(front *net.UDPConn, from, server netip.AddrPort, question []byte) {
	back, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return
	}
	defer back.Close()
	_ = back.SetDeadline(time.Now().Add(10 * time.Second))
	answer := make([]byte, 4096)
	if _, err = back.Write(question); err == nil {
		if n, err := back.Read(answer); err == nil {
			_, _ = front.WriteToUDPAddrPort(answer[:n], from)
		}
	}
}

// TestEachQuestionOnce: however many rules hang on an answer, it is asked for
// once, and a domain of two hosts takes about thirty questions.
func TestEachQuestionOnce(t *testing.T) {
	t.Parallel()
	w := sandboxtest.Start(t, sandbox.Spec{
		Zones:   []sandbox.Zone{{Name: "example.test", Text: "@ MX 10 mx1\n@ MX 20 mx2\n@ TXT \"v=spf1 mx a:mx1.example.test -all\"\nmx1 A 192.0.2.10\nmx2 A 192.0.2.11\n"}},
		Servers: []sandbox.Server{{Name: "mx1.example.test"}, {Name: "mx2.example.test"}},
	})
	c := &counter{asked: map[string]int{}}
	resolver, err := dnsmx.New(dnsmx.Config{
		Servers: []netip.AddrPort{c.between(t, w.DNS())}, Timeout: 10 * time.Second, Redirect: func(netip.AddrPort) netip.AddrPort { return w.DNS() },
	})
	if err != nil {
		t.Fatal(err)
	}
	g := &Gatherer{Resolver: resolver, Web: w, Now: time.Now, HELO: "probe.example.test", From: "probe@example.test", Self: true}
	d := g.DNS(t.Context(), "example.test")
	g.Names(t.Context(), d)
	g.OurSide(t.Context(), d)
	for question, n := range c.asked {
		if n > 1 {
			t.Errorf("%s: asked %d times", question, n)
		}
	}
	if n := len(c.asked); n < 15 || n > 40 {
		t.Errorf("%d questions; want about thirty: %v", n, c.asked)
	}
}
