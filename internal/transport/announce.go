package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pires/go-proxyproto"
)

// announcer sends a header of the PROXY protocol first.
type announcer struct {
	base    Dialer
	version byte
	source  netip.AddrPort
}

// Via returns where the way below leads; see Redirector.
func (a *announcer) Via(host string, to netip.AddrPort) string {
	if r, ok := a.base.(interface {
		Via(host string, to netip.AddrPort) string
	}); ok {
		return r.Via(host, to)
	}
	return ""
}

// Announce returns a Dialer that begins each connection with a header of the
// PROXY protocol, version 1 or 2: it says that the client is source, or this
// machine where source is not valid. A source of another family than the
// server's address is an *OwnError. On a Unix socket without a source the
// header says that nothing is known of the client.
func Announce(version byte, source netip.AddrPort, base Dialer) Dialer {
	return &announcer{base, version, source}
}

// DialContext connects and sends the header.
func (a *announcer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := a.base.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	header, err := a.header(network, address, nc)
	if err == nil {
		if at, ok := ctx.Deadline(); ok {
			_ = nc.SetWriteDeadline(at)
		}
		_, err = header.WriteTo(nc)
		_ = nc.SetWriteDeadline(time.Time{})
	}
	if err != nil {
		_ = nc.Close()
		return nil, err
	}
	return nc, nil
}

// header says where the connection comes from and where it goes to. The
// address asked for counts: behind a proxy, or in a laboratory, the
// connection's own is another.
func (a *announcer) header(network, address string, nc net.Conn) (*proxyproto.Header, error) {
	h := &proxyproto.Header{Version: a.version, Command: proxyproto.PROXY, TransportProtocol: proxyproto.UNSPEC}
	if network == "unix" {
		return h, nil
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, &OwnError{fmt.Errorf("PROXY protocol: %w", err)}
	}
	from := a.source
	if !from.IsValid() {
		local, ok := nc.LocalAddr().(*net.TCPAddr)
		if !ok {
			return nil, &OwnError{errors.New("PROXY protocol: the connection has no address of its own; name one with --proxy-source")}
		}
		from = local.AddrPort()
	}
	from = netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
	to = netip.AddrPortFrom(to.Addr().Unmap().WithZone(""), to.Port())
	if from.Addr().Is4() != to.Addr().Is4() {
		return nil, &OwnError{fmt.Errorf("PROXY protocol: the client %s and the server %s are of different address families", from.Addr(), to.Addr())}
	}
	h.TransportProtocol = proxyproto.TCPv4
	if from.Addr().Is6() {
		h.TransportProtocol = proxyproto.TCPv6
	}
	h.SourceAddr, h.DestinationAddr = net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(to)
	return h, nil
}
