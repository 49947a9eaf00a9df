package sandbox

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// hole is a loopback address that swallows connections: a client hears
// nothing until it gives up.
type hole struct {
	fd      int
	fillers []net.Conn
}

// newHole listens with the shortest queue there is and fills it, because
// Linux drops what comes to a full one.
func newHole(at netip.AddrPort) (*hole, error) {
	fd, err := listenShort(at)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "tcp", Addr: net.TCPAddrFromAddrPort(at), Err: err}
	}
	h := &hole{fd: fd}
	for range 8 {
		nc, err := net.DialTimeout("tcp", at.String(), 50*time.Millisecond)
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			return h, nil // full
		}
		if err != nil {
			return nil, errors.Join(err, h.close())
		}
		h.fillers = append(h.fillers, nc)
	}
	return h, nil
}

func listenShort(at netip.AddrPort) (int, error) {
	domain, sa := syscall.AF_INET6, syscall.Sockaddr(&syscall.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()})
	if at.Addr().Is4() {
		domain, sa = syscall.AF_INET, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	fd, err := syscall.Socket(domain, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, errors.Join(os.NewSyscallError("setsockopt", err), syscall.Close(fd))
	}
	if err := syscall.Bind(fd, sa); err != nil {
		return 0, errors.Join(os.NewSyscallError("bind", err), syscall.Close(fd))
	}
	if err := syscall.Listen(fd, 0); err != nil {
		return 0, errors.Join(os.NewSyscallError("listen", err), syscall.Close(fd))
	}
	return fd, nil
}

// close frees the address; clients that wait are refused.
func (h *hole) close() error {
	var errs []error
	for _, nc := range h.fillers {
		errs = append(errs, nc.Close())
	}
	return errors.Join(append(errs, syscall.Close(h.fd))...)
}
