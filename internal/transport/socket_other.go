//go:build !linux

package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// hasSockets is true where dialSocket works.
const hasSockets = false

func dialSocket(context.Context, netip.AddrPort, time.Duration) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}
