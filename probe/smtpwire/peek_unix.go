//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package smtpwire

import (
	"net"
	"os"
	"syscall"
)

// peek copies to p what the kernel holds for nc and leaves it there. It
// returns 0 and no error if there is nothing or nc is no plain socket,
// errClosed behind the last byte, or the error the socket holds.
func peek(nc net.Conn, p []byte) (int, error) { return receive(nc, p, syscall.MSG_PEEK) }

// take reads what the kernel holds for nc, as peek does, and takes it out.
func take(nc net.Conn, p []byte) (int, error) { return receive(nc, p, 0) }

// receive reads without waiting.
func receive(nc net.Conn, p []byte, flags int) (int, error) {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return 0, nil
	}
	rc, err := sc.SyscallConn()
	if err != nil {
		return 0, nil
	}
	var n int
	var readErr error
	// Control and not Read: a deadline that is over must not hide bytes.
	err = rc.Control(func(fd uintptr) {
		for {
			n, _, readErr = syscall.Recvfrom(int(fd), p, flags|syscall.MSG_DONTWAIT)
			if readErr != syscall.EINTR {
				return
			}
		}
	})
	switch {
	case err != nil || readErr == syscall.EAGAIN:
		return 0, nil
	case readErr != nil:
		return 0, os.NewSyscallError("recvfrom", readErr)
	case n <= 0:
		return 0, errClosed
	}
	return n, nil
}
