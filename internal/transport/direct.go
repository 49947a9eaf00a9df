package transport

import (
	"context"
	"net"
	"net/netip"
	"time"

	"mxprobe/internal/stack"
)

// Direct opens connections from this machine itself, without anything between.
type Direct struct {
	dialer net.Dialer
	source bool // an address of this machine was asked for
}

// NewDirect returns a Direct whose connections come from source, if that is
// valid.
func NewDirect(source netip.Addr) *Direct {
	// Every reply has its deadline: nothing need be sent to keep a line alive.
	d := &Direct{dialer: net.Dialer{KeepAlive: -1}}
	if source.IsValid() {
		d.dialer.LocalAddr, d.source = &net.TCPAddr{IP: source.AsSlice(), Zone: source.Zone()}, true
	}
	return d
}

// DialContext connects to address, on a stack of its own: the net package needs
// more of it than all the rest of a session, and a session keeps what its stack
// once grew to while it waits.
func (d *Direct) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &d.dialer
	if network == "unix" {
		dialer = &net.Dialer{} // a source is an address
	}
	done := make(chan dialed, 1)
	go func() {
		stack.Grow() // there are many frames in the net package
		conn, err := dialer.DialContext(ctx, network, address)
		done <- dialed{conn, err}
	}()
	is := <-done
	return is.conn, is.err
}

// dialed is what came of opening a connection.
type dialed struct {
	conn net.Conn
	err  error
}

// DialTCP connects to an address, and gives up after limit or when ctx ends. Its
// errors are those of DialContext, and it costs less: a list opens a connection
// for each line.
func (d *Direct) DialTCP(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error) {
	if !d.source && to.Addr().Zone() == "" && hasSockets {
		return dialSocket(ctx, to, limit)
	}
	return d.dialBy(ctx, to, limit)
}

func (d *Direct) dialBy(ctx context.Context, to netip.AddrPort, limit time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return d.DialContext(ctx, "tcp", to.String())
}
