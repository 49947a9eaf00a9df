//go:build !linux

package sandbox

import (
	"net"
	"net/netip"
)

// hole is a loopback address that swallows. Connections are completed by the
// system, because only Linux has a way to swallow those, too.
type hole struct {
	tcp *net.TCPListener
}

func newHole(at netip.AddrPort) (*hole, error) {
	tcp, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	return &hole{tcp: tcp}, nil
}

func (h *hole) close() error { return h.tcp.Close() }
