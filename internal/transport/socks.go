package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"golang.org/x/net/proxy"
)

// socks goes through a proxy.
type socks struct {
	server    string
	base      Dialer
	handshake handshaker
}

// handshaker is what the library's dialer does on a connection to the proxy.
type handshaker interface {
	DialWithConn(ctx context.Context, c net.Conn, network, address string) (net.Addr, error)
}

// ThroughSOCKS returns a Dialer that connects through a SOCKS5 proxy (RFC
// 1928), host and port, with a login (RFC 1929) where user is not empty. It
// hands out connections as base makes them. Unix sockets are connected to
// without the proxy.
//
// A server that the proxy says refuses or cannot be reached is an error with
// syscall.ECONNREFUSED, EHOSTUNREACH or ETIMEDOUT in it; what fails at the
// proxy itself is an *OwnError.
func ThroughSOCKS(server, user, password string, base Dialer) (Dialer, error) {
	var auth *proxy.Auth
	if user != "" {
		auth = &proxy.Auth{User: user, Password: password}
	}
	dialer, err := proxy.SOCKS5("tcp", server, auth, nil)
	if err != nil {
		return nil, err
	}
	h, ok := dialer.(handshaker)
	if !ok {
		return nil, errors.New("the proxy library cannot use a connection that is given to it")
	}
	return &socks{server, base, h}, nil
}

// DialContext connects to address through the proxy.
func (s *socks) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "unix" {
		return s.base.DialContext(ctx, network, address)
	}
	nc, err := s.base.DialContext(ctx, "tcp", s.server)
	if err != nil {
		return nil, &OwnError{fmt.Errorf("the proxy %s: %w", s.server, err)}
	}
	if _, err := s.handshake.DialWithConn(ctx, nc, network, address); err != nil {
		_ = nc.Close()
		return nil, s.fault(ctx, err)
	}
	return nc, nil
}

// fault gives a refusal of the proxy the error that the network would give.
func (s *socks) fault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	// The library has texts for the replies of RFC 1928 section 6, no types.
	text := err.Error()
	switch {
	case strings.HasSuffix(text, "connection refused"):
		return fmt.Errorf("the proxy says: %w", syscall.ECONNREFUSED)
	case strings.HasSuffix(text, "host unreachable"), strings.HasSuffix(text, "network unreachable"):
		return fmt.Errorf("the proxy says: %w", syscall.EHOSTUNREACH)
	case strings.HasSuffix(text, "TTL expired"):
		return fmt.Errorf("the proxy says: %w", syscall.ETIMEDOUT)
	}
	return &OwnError{fmt.Errorf("the proxy %s: %w", s.server, err)}
}
