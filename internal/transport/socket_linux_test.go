package transport_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/transport"
)

// full is an address that answers no connection: its queue has no place left, and
// Linux drops what comes to it.
func full(t *testing.T) netip.AddrPort {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	own, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(own.(*syscall.SockaddrInet4).Port))
	for range 8 {
		nc, err := net.DialTimeout("tcp", at.String(), 100*time.Millisecond)
		if err != nil {
			return at
		}
		t.Cleanup(func() { _ = nc.Close() })
	}
	t.Fatal("the queue takes all that comes")
	return at
}

// Who does not answer is given up after the limit, with the error of the net
// package.
func TestDirectGivesUp(t *testing.T) {
	t.Parallel()
	at := full(t)
	for name, dial := range ways(transport.NewDirect(netip.Addr{})) {
		_, err := dial(t.Context(), at, 20*time.Millisecond)
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() || err.Error() != "dial tcp "+at.String()+": i/o timeout" {
			t.Errorf("%s: error is %v; want a timeout", name, err)
		}
		if name == "DialTCP" && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error is %v; want os.ErrDeadlineExceeded", err)
		}
	}
}

// The end of the run ends the wait for a connection, long before the limit.
func TestDirectIsInterrupted(t *testing.T) {
	t.Parallel()
	at := full(t)
	for name, dial := range ways(transport.NewDirect(netip.Addr{})) {
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() {
			_, err := dial(ctx, at, time.Hour)
			over <- err
		}()
		cancel()
		if err := <-over; err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: error is %v; want that of the end", name, err)
		}
	}
}
