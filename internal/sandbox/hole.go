package sandbox

import (
	"net"
	"net/netip"
)

// hole is a loopback address that swallows: a client that connects hears
// nothing.
type hole struct {
	tcp *net.TCPListener
}

func newHole(at netip.AddrPort) (*hole, error) {
	// Nobody accepts: the system completes the connection by itself.
	tcp, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	return &hole{tcp: tcp}, nil
}

func (h *hole) close() error { return h.tcp.Close() }
