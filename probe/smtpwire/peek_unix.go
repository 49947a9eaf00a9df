//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package smtpwire

import (
	"net"
	"os"
	"syscall"
)

// canReceive says that receiveNow works on this system.
const canReceive, peekFlag = true, syscall.MSG_PEEK

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
	if err = rc.Control(func(fd uintptr) { n, readErr = receiveNow(fd, p, flags) }); err != nil {
		return 0, nil
	}
	return n, readErr
}

// receiveNow is receive of a socket.
func receiveNow(fd uintptr, p []byte, flags int) (int, error) {
	for {
		n, _, err := syscall.Recvfrom(int(fd), p, flags|syscall.MSG_DONTWAIT)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, nil
		case err != nil:
			return 0, os.NewSyscallError("recvfrom", err)
		case n <= 0:
			return 0, errClosed
		}
		return n, nil
	}
}
