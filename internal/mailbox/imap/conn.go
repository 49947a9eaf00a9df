// Package imap is a small client of IMAP4rev1 and IMAP4rev2 (RFC 3501, RFC
// 9051) for looking into a mailbox: it logs in, opens a mailbox, finds, reads
// and removes messages.
//
// The server may be hostile. What is read is bounded by the byte, for a line,
// a response and a command; nesting costs no stack; what nobody asked for is
// passed over; and every command ends with its context. Numbers of messages
// are UIDs throughout.
package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"mxprobe/internal/mailbox/wire"
)

// Limits on what a server answers.
const (
	// maxResponse bounds one response without the texts of messages, in bytes.
	maxResponse = wire.MaxLine
	// maxAnswer bounds all responses to a command, likewise.
	maxAnswer = 4 << 20
)

// StatusError is a server that says no.
type StatusError struct {
	// What was asked for: login, mailbox, search ...
	What string
	// Kind is NO, BAD or BYE, Code a response code such as UNAVAILABLE (RFC
	// 5530), in upper case and empty where there is none.
	Kind, Code string
	// Text is what the server says to people; it is foreign.
	Text string
}

// Error says what the server said to what.
func (e *StatusError) Error() string {
	return strings.TrimRight(fmt.Sprintf("%s: the server says %s %s", e.What, e.Kind, e.Text), " ")
}

// Conn is a connection to a server. One goroutine uses it. After an error that
// is not a *StatusError it must be closed.
type Conn struct {
	wire *wire.Conn
	tags int
	// caps are the capabilities, in upper case; nil where they are not known.
	caps []string
	// LoggedIn is true for a connection on which no login is needed (PREAUTH).
	LoggedIn bool
}

// New reads the greeting of a server. config begins TLS before it; nil leaves
// the connection in clear. The connection is closed where that fails.
func New(ctx context.Context, nc net.Conn, config *tls.Config) (*Conn, error) {
	c := &Conn{wire: wire.New(nc)}
	err := c.wire.Exchange(ctx, maxResponse, func() error {
		if config != nil {
			if err := c.wire.StartTLS(ctx, config); err != nil {
				return &TLSError{err}
			}
		}
		return c.greeting()
	})
	if err != nil {
		_ = c.wire.Close()
		return nil, err
	}
	return c, nil
}

// TLSError is a handshake that failed.
type TLSError struct{ Err error }

// Error begins with TLS.
func (e *TLSError) Error() string { return "TLS: " + e.Err.Error() }

// Unwrap returns the error of the handshake.
func (e *TLSError) Unwrap() error { return e.Err }

func (c *Conn) greeting() error {
	r, err := c.read(maxResponse)
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	switch {
	case r.tag == "*" && r.kind == "OK":
	case r.tag == "*" && r.kind == "PREAUTH":
		c.LoggedIn = true
	case r.tag == "*" && r.kind == "BYE":
		return statusError("greeting", &r)
	default:
		return errors.New("greeting: this is no server of IMAP")
	}
	c.learn(&r)
	return nil
}

// learn takes down the capabilities that a response brings along.
func (c *Conn) learn(r *response) {
	switch {
	case r.status():
		if name, value, _ := r.code(); name == "CAPABILITY" {
			c.caps = strings.Fields(strings.ToUpper(value))
		}
	case r.kind == "CAPABILITY":
		c.caps = strings.Fields(strings.ToUpper(string(r.rest)))
	}
}

// Can reports whether the server has a capability. It asks where the server
// has not said so by itself.
func (c *Conn) Can(ctx context.Context, name string) (bool, error) {
	if c.caps == nil {
		c.caps = []string{}
		if err := c.command(ctx, call{what: "capability", line: "CAPABILITY"}); err != nil {
			return false, err
		}
	}
	return slices.Contains(c.caps, strings.ToUpper(name)), nil
}

// StartTLS begins TLS on a connection in clear.
func (c *Conn) StartTLS(ctx context.Context, config *tls.Config) error {
	err := c.command(ctx, call{what: "STARTTLS", line: "STARTTLS", then: func() error {
		err := c.wire.StartTLS(ctx, config)
		if err != nil && !errors.Is(err, wire.ErrUncovered) {
			return &TLSError{err}
		}
		return err
	}})
	c.caps = nil // what was said in clear counts no more (RFC 9051 section 6.2.1)
	return err
}

// Secure reports whether the connection is under TLS.
func (c *Conn) Secure() bool { return c.wire.TLS() != nil }

// LogOut says goodbye and closes the connection.
func (c *Conn) LogOut(ctx context.Context) error {
	err := c.command(ctx, call{what: "logout", line: "LOGOUT", bye: true})
	_ = c.Close()
	return err
}

// Close ends the connection without a word.
func (c *Conn) Close() error { return c.wire.Close() }
