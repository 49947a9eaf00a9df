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
// A server that the proxy says refuses or cannot be reached is a
// *ProxiedError; what fails at the proxy itself, a proxy that takes the
// connection and says nothing among it, is an *OwnError.
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
	heard := &listener{Conn: nc}
	if _, err := s.handshake.DialWithConn(ctx, heard, network, address); err != nil {
		_ = nc.Close()
		return nil, s.fault(ctx, heard, err)
	}
	return nc, nil
}

// listener counts what the proxy says.
type listener struct {
	net.Conn
	heard  int
	method byte // chosen by the proxy
}

func (l *listener) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if l.heard < 2 && l.heard+n >= 2 {
		l.method = b[1-l.heard]
	}
	l.heard += n
	return n, err
}

// asked reports whether the proxy has taken the login, so that it is the
// server that it waits for (RFC 1928, section 3; RFC 1929, section 2).
func (l *listener) asked() bool {
	return l.heard >= 4 || l.heard >= 2 && l.method == 0
}

// ProxiedError is what a proxy says of a connection to a server.
type ProxiedError struct {
	// Says is the proxy's reason, such as "TTL expired".
	Says string
	// Err is the error that the network would give.
	Err syscall.Errno
}

// Error says what the proxy says.
func (e *ProxiedError) Error() string { return "the proxy says: " + e.Says }

// Unwrap returns the error that the network would give.
func (e *ProxiedError) Unwrap() error { return e.Err }

// fault gives a refusal of the proxy the error that the network would give.
func (s *socks) fault(ctx context.Context, heard *listener, err error) error {
	if ctx.Err() != nil {
		if heard.asked() {
			return err
		}
		return &OwnError{fmt.Errorf("the proxy %s took the connection and does not answer", s.server)}
	}
	// The library has texts for the replies of RFC 1928 section 6, no types.
	for says, errno := range map[string]syscall.Errno{
		"connection refused": syscall.ECONNREFUSED, "host unreachable": syscall.EHOSTUNREACH,
		"network unreachable": syscall.EHOSTUNREACH, "TTL expired": syscall.EHOSTUNREACH,
	} {
		if strings.HasSuffix(err.Error(), says) {
			return &ProxiedError{says, errno}
		}
	}
	return &OwnError{fmt.Errorf("the proxy %s: %w", s.server, err)}
}
