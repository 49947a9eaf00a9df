//go:build linux

package mta

import (
	"fmt"
	"net"
	"strconv"
)

// FreePort returns a TCP and UDP port that is free on every one of the
// addresses. MX records carry no port, so all mail servers of a test world
// share one.
func FreePort(ips ...string) (int, error) {
	var last error
	for range 100 {
		l, err := net.Listen("tcp", net.JoinHostPort(ips[0], "0"))
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if last = portFree(port, ips); last == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no port is free on all of %v: %w", ips, last)
}

func portFree(port int, ips []string) error {
	for _, ip := range ips {
		addr := net.JoinHostPort(ip, strconv.Itoa(port))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		_ = l.Close()
		u, err := net.ListenPacket("udp", addr)
		if err != nil {
			return err
		}
		_ = u.Close()
	}
	return nil
}
