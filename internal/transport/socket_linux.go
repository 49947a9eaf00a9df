package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// hasSockets is true where dialSocket works.
const hasSockets = true

// socket is a TCP connection that was opened without the net package, which
// makes ready for much that a session never needs, and starts two goroutines for
// each connection. Its errors are those of *net.TCPConn.
type socket struct {
	file      *os.File // whose reads and writes wait in the runtime's poller
	local, to netip.AddrPort
}

// dialSocket connects to an address without a zone. The errors are *net.OpError.
func dialSocket(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error) {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	until := time.Now().Add(limit)
	// Linux may choose a port that is taken, and connect a socket to itself where
	// nothing listens at a port of its own choice (golang.org/issue/2690).
	for tries := 0; ; tries++ {
		s, err := connectOnce(ctx, to, until)
		again := errors.Is(err, syscall.EADDRNOTAVAIL) || err == nil && s.local == to
		switch {
		case again && tries < 2:
			if err == nil {
				_ = s.Close()
			}
		case err != nil:
			return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
		default:
			return s, nil
		}
	}
}

func connectOnce(ctx context.Context, to netip.AddrPort, until time.Time) (*socket, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	family, address := sockaddr(to)
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	switch err = syscall.Connect(fd, address); err {
	case nil, syscall.EISCONN:
	case syscall.EINPROGRESS, syscall.EALREADY, syscall.EINTR:
		err = connected(fd)
	}
	if err != nil && err != syscall.EINPROGRESS {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	s := &socket{file: os.NewFile(uintptr(fd), "tcp"), to: to}
	waited := s.file.SetWriteDeadline(until) // fails where the poller did not take it
	if waited == nil && err != nil {
		waited = s.await(ctx)
	}
	if waited == nil {
		waited = s.ready(fd)
	}
	if waited != nil {
		_ = s.file.Close()
		return nil, waited
	}
	return s, nil
}

// connected is nil once a socket is connected, syscall.EINPROGRESS before that,
// and else the reason why it never will be.
func connected(fd int) error {
	n, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err != nil {
		return err
	}
	if n != 0 && syscall.Errno(n) != syscall.EISCONN {
		return syscall.Errno(n)
	}
	if _, err := syscall.Getpeername(fd); err != nil {
		return syscall.EINPROGRESS
	}
	return nil
}

// await waits until the socket is connected, its deadline is over, or ctx ends.
func (s *socket) await(ctx context.Context) error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.file.SetWriteDeadline(time.Unix(1, 0)) })
	var is error
	err = raw.Write(func(fd uintptr) bool {
		is = connected(int(fd))
		return is != syscall.EINPROGRESS
	})
	switch {
	case !stop():
		return ctx.Err() // the deadline may be moved yet
	case err != nil:
		return s.plain("connect", err)
	case is != nil:
		return os.NewSyscallError("connect", is)
	}
	return nil
}

// ready makes a connected socket one to speak SMTP over.
func (s *socket) ready(fd int) error {
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	own, err := syscall.Getsockname(fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	switch own := own.(type) {
	case *syscall.SockaddrInet4:
		s.local = netip.AddrPortFrom(netip.AddrFrom4(own.Addr), uint16(own.Port))
	case *syscall.SockaddrInet6:
		s.local = netip.AddrPortFrom(netip.AddrFrom16(own.Addr), uint16(own.Port))
	}
	return s.file.SetWriteDeadline(time.Time{})
}

func sockaddr(to netip.AddrPort) (family int, _ syscall.Sockaddr) {
	if to.Addr().Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
}

// Read reads what has arrived, and waits for the first byte.
func (s *socket) Read(b []byte) (int, error) {
	n, err := s.file.Read(b)
	if err != nil && err != io.EOF {
		err = s.failed("read", err)
	}
	return n, err
}

// Write writes all of b.
func (s *socket) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	if err != nil {
		err = s.failed("write", err)
	}
	return n, err
}

// Close closes the connection in good order.
func (s *socket) Close() error {
	if err := s.file.Close(); err != nil {
		return s.failed("close", err)
	}
	return nil
}

// SetDeadline sets when reads and writes give up; the zero time is never.
func (s *socket) SetDeadline(t time.Time) error { return s.file.SetDeadline(t) }

// SetReadDeadline is SetDeadline for reads.
func (s *socket) SetReadDeadline(t time.Time) error { return s.file.SetReadDeadline(t) }

// SetWriteDeadline is SetDeadline for writes.
func (s *socket) SetWriteDeadline(t time.Time) error { return s.file.SetWriteDeadline(t) }

// LocalAddr is the *net.TCPAddr of this side.
func (s *socket) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(s.local) }

// RemoteAddr is the *net.TCPAddr of the other side.
func (s *socket) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(s.to) }

// SyscallConn gives access to the descriptor.
func (s *socket) SyscallConn() (syscall.RawConn, error) { return s.file.SyscallConn() }

// SetLinger sets how many seconds Close waits until what was written has
// arrived; 0 resets the connection (socket(7), SO_LINGER).
func (s *socket) SetLinger(sec int) error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = syscall.SetsockoptLinger(int(fd), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1, Linger: int32(sec)})
	})
	return errors.Join(err, os.NewSyscallError("setsockopt", set))
}

// failed is an error of the file as the net package words it.
func (s *socket) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: s.plain(op, err)}
}

// plain is the cause of an error of the file.
func (s *socket) plain(op string, err error) error {
	if path, ok := errors.AsType[*os.PathError](err); ok {
		err = path.Err
	}
	switch {
	case errors.Is(err, os.ErrClosed):
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return os.NewSyscallError(op, errno)
	}
	return err
}
