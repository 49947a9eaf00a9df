// Package pop3 is a small client of POP3 (RFC 1939) with STLS (RFC 2595), APOP
// and SASL (RFC 5034): it logs in, lists, reads and removes messages.
//
// The server may be hostile: what is read is bounded by the byte, and every
// command ends with its context. A session shows the mailbox as it was when it
// began, and keeps others out of it; who wants to see what is new begins
// another.
package pop3

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
	// maxAnswer bounds a list, and what is passed over of a message, in bytes.
	maxAnswer = 8 << 20
	// MaxMessages bounds the messages of a mailbox.
	MaxMessages = 100_000
)

// StatusError is a server that says no.
type StatusError struct {
	// What was asked for: login, list, message ...
	What string
	// Code is an extended response code such as IN-USE (RFC 2449 section 8),
	// in upper case and empty where there is none.
	Code string
	// Text is what the server says to people; it is foreign.
	Text string
}

// Error says what the server said to what.
func (e *StatusError) Error() string {
	return strings.TrimRight(fmt.Sprintf("%s: the server says -ERR %s", e.What, e.Text), " ")
}

// TLSError is a handshake that failed.
type TLSError struct{ Err error }

// Error begins with TLS.
func (e *TLSError) Error() string { return "TLS: " + e.Err.Error() }

// Unwrap returns the error of the handshake.
func (e *TLSError) Unwrap() error { return e.Err }

// Conn is a session. One goroutine uses it. After an error that is not a
// *StatusError it must be closed.
type Conn struct {
	wire *wire.Conn
	// stamp is what the greeting has for APOP, brackets included; empty where
	// the server does not offer it.
	stamp string
	// caps are the lines of CAPA, in upper case; nil where they are not known.
	caps []string
	// silent is true for a server that does not know CAPA.
	silent bool
}

// New reads the greeting of a server. config begins TLS before it; nil leaves
// the connection in clear. The connection is closed where that fails.
func New(ctx context.Context, nc net.Conn, config *tls.Config) (*Conn, error) {
	c := &Conn{wire: wire.New(nc)}
	err := c.wire.Exchange(ctx, wire.MaxLine, func() error {
		if config != nil {
			if err := c.wire.StartTLS(ctx, config); err != nil {
				return &TLSError{err}
			}
		}
		text, err := c.reply("greeting")
		c.stamp = stamp(text)
		return err
	})
	if err != nil {
		_ = c.wire.Close()
		return nil, named("greeting", err)
	}
	return c, nil
}

// stamp finds the timestamp of APOP in a greeting (RFC 1939 section 7).
func stamp(greeting string) string {
	from, to := strings.IndexByte(greeting, '<'), strings.LastIndexByte(greeting, '>')
	if from < 0 || to < from || !strings.Contains(greeting[from:to], "@") {
		return ""
	}
	return greeting[from : to+1]
}

// named puts what was asked for before an error that does not say so.
func named(what string, err error) error {
	var said *StatusError
	var broken *TLSError
	if err == nil || errors.As(err, &said) || errors.As(err, &broken) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// reply reads one reply line and returns its text.
func (c *Conn) reply(what string) (string, error) {
	line, err := c.wire.Line()
	if err != nil {
		return "", err
	}
	status, text, _ := strings.Cut(string(line), " ")
	switch {
	case status == "+OK":
		return text, nil
	case status == "-ERR":
		return "", statusError(what, text)
	case status == "+" && what == "login": // a challenge of SASL
		return text, errChallenge
	}
	return "", errors.New("this is no answer of POP3")
}

// errChallenge says that a reply is a challenge of SASL.
var errChallenge = errors.New("the server asks for more where nothing is missing")

func statusError(what, text string) error {
	e := &StatusError{What: what, Text: text}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		if code, rest, ok := strings.Cut(inner, "]"); ok {
			e.Code, e.Text = strings.ToUpper(code), strings.TrimSpace(rest)
		}
	}
	return e
}

// command sends a command and reads its reply.
func (c *Conn) command(ctx context.Context, what, line string) (text string, err error) {
	err = c.exchange(ctx, what, line, 0, func(reply string) error { text = reply; return nil })
	return text, err
}

// exchange sends a command; then reads what comes after a good reply, of up to
// data bytes and what all may have.
func (c *Conn) exchange(ctx context.Context, what, line string, data int, then func(reply string) error) error {
	err := c.wire.Exchange(ctx, maxAnswer+data, func() error {
		if err := c.wire.Write(line + "\r\n"); err != nil {
			return err
		}
		text, err := c.reply(what)
		if err != nil {
			return err
		}
		return then(text)
	})
	return named(what, err)
}

// lines reads the lines of an answer up to the dot (RFC 1939 section 3).
func (c *Conn) lines(each func(line []byte) error) error {
	for {
		line, err := c.wire.Line()
		if err != nil {
			return err
		}
		if len(line) > 0 && line[0] == '.' {
			if line = line[1:]; len(line) == 0 {
				return nil
			}
		}
		if err := each(line); err != nil {
			return err
		}
	}
}

// Can reports whether the server has a capability, whose words after the name
// it returns (RFC 2449).
func (c *Conn) Can(ctx context.Context, name string) (words []string, ok bool, err error) {
	if c.caps == nil {
		c.caps = []string{}
		err := c.exchange(ctx, "capabilities", "CAPA", 0, func(string) error {
			return c.lines(func(line []byte) error {
				c.caps = append(c.caps, strings.ToUpper(string(line)))
				return nil
			})
		})
		var no *StatusError
		if errors.As(err, &no) {
			c.silent, err = true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	for _, line := range c.caps {
		if all := strings.Fields(line); len(all) > 0 && all[0] == strings.ToUpper(name) {
			return all[1:], true, nil
		}
	}
	return nil, false, nil
}

// StartTLS begins TLS on a connection in clear (RFC 2595 section 4).
func (c *Conn) StartTLS(ctx context.Context, config *tls.Config) error {
	err := c.exchange(ctx, "STLS", "STLS", 0, func(string) error {
		err := c.wire.StartTLS(ctx, config)
		if err != nil && !errors.Is(err, wire.ErrUncovered) {
			return &TLSError{err}
		}
		return err
	})
	c.caps, c.stamp = nil, "" // what was said in clear counts no more
	return err
}

// Secure reports whether the connection is under TLS.
func (c *Conn) Secure() bool { return c.wire.TLS() != nil }

// Quit ends the session, which removes what was marked for it (RFC 1939
// section 6), and closes the connection.
func (c *Conn) Quit(ctx context.Context) error {
	_, err := c.command(ctx, "quit", "QUIT")
	_ = c.Close()
	return err
}

// Close ends the connection without a word: nothing is removed.
func (c *Conn) Close() error { return c.wire.Close() }

// offers reports whether SASL has a mechanism at this server.
func (c *Conn) offers(ctx context.Context, mechanism string) (bool, error) {
	words, _, err := c.Can(ctx, "SASL")
	return slices.Contains(words, mechanism), err
}
