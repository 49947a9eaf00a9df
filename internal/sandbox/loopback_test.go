package sandbox

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const loopbackZone = `
@     MX 10 mx1
@     MX 20 mx2
@     MX 30 mx3
@     MX 40 mx4
mx1   A 192.0.2.10
mx1   AAAA 2001:db8::10
mx2   A 192.0.2.11
mx2   AAAA 2001:db8::11
mx3   A 192.0.2.12
mx4   A 192.0.2.13
www   A 192.0.2.80
`

func loopbackSpec() Spec {
	return Spec{
		Loopback: true,
		Zones:    []Zone{{Name: "fabrikam.test", Text: loopbackZone}},
		Servers: []Server{
			{Name: "mx3.fabrikam.test", Dead: RefusesAll},
			{Name: "mx4.fabrikam.test", Dead: HangsAll},
			{Name: "mx1.fabrikam.test"},
			{Name: "mx2.fabrikam.test"},
		},
	}
}

// startLoopback skips on systems that have only 127.0.0.1.
func startLoopback(t *testing.T, spec Spec) *World {
	t.Helper()
	w, err := Start(spec)
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// TestLoopbackIsOpenToAnyProgram takes the way of a program that knows
// nothing of the sandbox: DNS, then an ordinary connection to the one port.
func TestLoopbackIsOpenToAnyProgram(t *testing.T) {
	t.Parallel()
	w := startLoopback(t, loopbackSpec())
	if w.SMTPPort() == 0 {
		t.Fatal("SMTPPort = 0")
	}
	for _, host := range []string{"mx1.fabrikam.test", "mx2.fabrikam.test"} {
		nc, err := dialHost(t, w, host)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		line, err := bufio.NewReader(nc).ReadString('\n')
		if want := "220 " + host + " "; err != nil || !strings.HasPrefix(line, want) {
			t.Errorf("greeting of %s = %q, %v; want %q", host, line, err, want)
		}
		_ = nc.Close()
	}
	for _, host := range []string{"mx3.fabrikam.test", "www.fabrikam.test"} {
		if _, err := dialHost(t, w, host); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v; want a refusal", host, err)
		}
	}
	if runtime.GOOS == "linux" {
		var late net.Error
		if _, err := dialHost(t, w, "mx4.fabrikam.test"); !errors.As(err, &late) || !late.Timeout() {
			t.Errorf("mx4.fabrikam.test: %v; want a time-out", err)
		}
	}
}

func dialHost(t *testing.T, w *World, host string) (net.Conn, error) {
	t.Helper()
	m := ask(t, w, "udp", host, "A")
	a, ok := addressOf(m.Answer[0])
	if !ok || !a.IsLoopback() {
		t.Fatalf("%s has %v; want a loopback address", host, m.Answer[0])
	}
	return net.DialTimeout("tcp", netip.AddrPortFrom(a, w.SMTPPort()).String(), 100*time.Millisecond)
}

func TestLoopbackHasOneIPv6Address(t *testing.T) {
	t.Parallel()
	if !hasIPv6Loopback() {
		t.Skip("no IPv6 loopback")
	}
	w := startLoopback(t, loopbackSpec())
	if got := sum(ask(t, w, "udp", "mx1.fabrikam.test", "AAAA")); got != "NOERROR | mx1.fabrikam.test. AAAA ::1" {
		t.Errorf("AAAA of mx1 = %q; want ::1", got)
	}
	if got := sum(ask(t, w, "udp", "mx2.fabrikam.test", "AAAA")); got != "NOERROR | (SOA fabrikam.test.)" {
		t.Errorf("AAAA of mx2 = %q; want none", got)
	}
}

func TestLoopbackDialer(t *testing.T) {
	t.Parallel()
	w := startLoopback(t, loopbackSpec())
	own := w.Addr("192.0.2.10")
	for _, address := range []string{own.String(), "192.0.2.10:25"} {
		nc, err := w.DialContext(context.Background(), "tcp", address)
		if err != nil {
			t.Errorf("DialContext(%s): %v", address, err)
			continue
		}
		_ = nc.Close()
	}
	other := netip.AddrPortFrom(own.Addr(), own.Port()^1).String()
	if _, err := w.DialContext(context.Background(), "tcp", other); !errors.Is(err, ErrOutside) {
		t.Errorf("DialContext(%s): %v; want ErrOutside", other, err)
	}
	if got := w.Doors(); len(got) != 6 || got[0].Dead != RefusesAll || got[2].Listen != own || got[5].Listen.IsValid() {
		t.Errorf("Doors = %+v", got)
	}
}

func TestLoopbackFixedPorts(t *testing.T) {
	t.Parallel()
	for range 10 {
		spec := loopbackSpec()
		first := startLoopback(t, spec)
		spec.SMTPPort, spec.DNSAddr = first.SMTPPort(), first.DNS()
		if w, err := Start(spec); err == nil {
			_ = w.Close()
			t.Fatal("Start on ports in use: no error")
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		w, err := Start(spec)
		if errors.Is(err, syscall.EADDRINUSE) {
			continue // somebody else was faster
		}
		if err != nil {
			t.Fatal(err)
		}
		if w.SMTPPort() != spec.SMTPPort || w.DNS() != spec.DNSAddr {
			t.Errorf("listening at %d and %v; want %d and %v", w.SMTPPort(), w.DNS(), spec.SMTPPort, spec.DNSAddr)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("never got the same ports twice")
}

func TestLoopbackGivesOutNoOtherAddress(t *testing.T) {
	t.Parallel()
	w, err := Start(Spec{Loopback: true, Zones: []Zone{{Name: "a.test", Text: "@ A 8.8.8.8\n"}}})
	if err == nil {
		_ = w.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "8.8.8.8 is not a documentation address") {
		t.Errorf("Start = %v; want a refusal", err)
	}
}
