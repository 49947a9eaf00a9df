package transport

import (
	"context"
	"fmt"
	"net"
	"net/netip"
)

// ToAny connects to the first address of a host that answers, in their order.
// Where none does, it returns one of the errors: the first, or a later one that
// outweighs those before it.
func ToAny(
	ctx context.Context, host string, to []netip.AddrPort, connect func(context.Context, netip.AddrPort) (net.Conn, error), outweighs func(is, was error) bool,
) (net.Conn, error) {
	ctx = For(ctx, host)
	if len(to) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	var fault error
	for _, address := range to {
		conn, err := connect(ctx, address)
		if err == nil {
			return conn, nil
		}
		if fault == nil || outweighs(err, fault) {
			fault = err
		}
	}
	return nil, fault
}

// At are addresses with a port.
func At(addrs []netip.Addr, port uint16) []netip.AddrPort {
	out := make([]netip.AddrPort, len(addrs))
	for i, addr := range addrs {
		out[i] = netip.AddrPortFrom(addr, port)
	}
	return out
}
