package probe

import (
	"net"
	"net/netip"
)

// HasRoute reports whether this machine knows a way to an address, asking
// the dialer first, if it is a Router. Then a UDP socket is connected, which
// asks the routing table and sends nothing.
func HasRoute(dialer Dialer, to netip.AddrPort) bool {
	if router, ok := dialer.(Router); ok {
		return router.HasRoute(to)
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
