package sandbox

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
)

// ErrOutside is the error of World.DialContext for an address that is not
// part of the world. Nothing was sent.
var ErrOutside = errors.New("address is not part of the sandbox")

// DialContext connects to a server of the world by its documentation
// address, or to the world's DNS server by its own. A documentation address
// nobody listens at refuses; every other address fails with ErrOutside and
// is never spoken to. Errors are *net.OpError like those of net.Dialer.
func (w *World) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: ErrOutside}
	}
	ap = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	fail := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(ap), Err: err}
	}
	to, dead := ap, RefusesAll
	switch {
	case ap == w.dns.addr:
		return w.connect(ctx, network, to)
	case !strings.HasPrefix(network, "tcp"), !fitsNetwork(network, ap.Addr()):
		return fail(ErrOutside)
	case w.doors[ap].IsValid():
		return w.connect(ctx, network[:3], w.doors[ap])
	case isDoc(ap.Addr()):
		if kind, ok := w.dead[ap.Addr()]; ok {
			dead = kind
		}
	case w.givesOut(ap):
		return w.connect(ctx, network, ap)
	default:
		return fail(ErrOutside)
	}
	return fail(w.die(ctx, dead))
}

func fitsNetwork(network string, a netip.Addr) bool {
	switch network {
	case "tcp4":
		return a.Is4()
	case "tcp6":
		return a.Is6()
	}
	return network == "tcp"
}

func (w *World) connect(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, to.String())
}

// die waits as long as the address takes to fail and returns its error.
func (w *World) die(ctx context.Context, how Dead) error {
	errno := syscall.ECONNREFUSED
	switch how {
	case HangsAll:
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.ctx.Done():
			return net.ErrClosed
		}
	case Unreachable:
		errno = syscall.EHOSTUNREACH
	case NoRoute:
		errno = syscall.ENETUNREACH
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.NewSyscallError("connect", errno)
}

// givesOut reports whether ap is what a client of a world with Spec.Loopback
// makes of an answer of its DNS.
func (w *World) givesOut(ap netip.AddrPort) bool {
	if !w.spec.Loopback || ap.Port() != w.spec.SMTPPort {
		return false
	}
	for _, to := range w.zones.moved {
		if to == ap.Addr() {
			return true
		}
	}
	return false
}
