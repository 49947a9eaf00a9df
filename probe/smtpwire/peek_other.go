//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package smtpwire

import "net"

// canReceive says that receiveNow does not work on this system.
const canReceive, peekFlag = false, 0

// receiveNow finds nothing.
func receiveNow(uintptr, []byte, int) (int, error) { return 0, nil }

// peek knows no way into the kernel's buffer on this system.
func peek(net.Conn, []byte) (int, error) { return 0, nil }

// take knows no way into it either.
func take(net.Conn, []byte) (int, error) { return 0, nil }
