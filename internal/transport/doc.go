// Package transport opens connections: straight from this machine (Direct), and
// by other ways, through a SOCKS5 proxy, and with a header of the PROXY protocol
// before the first byte. Each other way is a Dialer that stands before another.
package transport

import (
	"context"
	"net"
)

// Dialer opens connections; *net.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// OwnError is a connection that failed on this side of the server: at the
// proxy, which says nothing of the server behind it.
type OwnError struct{ Err error }

// Error says what failed.
func (e *OwnError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *OwnError) Unwrap() error { return e.Err }

// Ours reports that the fault is not the server's.
func (e *OwnError) Ours() bool { return true }
