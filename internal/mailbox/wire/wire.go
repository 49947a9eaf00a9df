// Package wire is a connection to a server of mailboxes that may be hostile:
// lines and counted bytes are read within bounds, an exchange has a deadline
// of the connection, and the end of a context ends a read at once. Beside logins,
// which both protocols carry alike, it knows no
// protocol.
//
// A line has up to MaxLine bytes, all that is read in one exchange as many as
// its caller allows. No goroutine reads ahead, so that nothing is left to wait
// for when an exchange ends.
package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

const (
	// MaxLine bounds a line, in bytes with its end.
	MaxLine = 256 << 10
	// ExchangeTime bounds an exchange whose context allows more.
	ExchangeTime = 30 * time.Second
)

var (
	// ErrEndless is the error for an answer that is longer than its bound.
	ErrEndless = errors.New("the answer of the server does not end")
	// ErrLine is the error for a line that is longer than MaxLine.
	ErrLine = fmt.Errorf("the server sends a line of more than %d bytes", MaxLine)
	// ErrClosed is the error where the server ends the connection.
	ErrClosed = errors.New("the server has closed the connection")
	// ErrUncovered is the error for bytes that came in clear where TLS had to
	// begin: anybody could have put them there (RFC 9051 section 11.1).
	ErrUncovered = errors.New("the server sent more in clear behind its consent to TLS")
)

// Conn is one connection. One goroutine uses it. After an error it is out of
// step and of no more use.
type Conn struct {
	raw  net.Conn
	nc   net.Conn // raw, or TLS over it
	in   *bufio.Reader
	left int // bytes that may still be read in this exchange
	tls  *tls.ConnectionState
}

// New begins with a connection in clear.
func New(nc net.Conn) *Conn { return &Conn{raw: nc, nc: nc, in: bufio.NewReader(nc)} }

// Exchange runs one exchange, in which up to limit bytes are read. It ends
// with ctx, at once, and after ExchangeTime. An error that comes of that is
// ctx's own where ctx was cancelled.
func (c *Conn) Exchange(ctx context.Context, limit int, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	began := time.Now()
	deadline := began.Add(ExchangeTime)
	if at, ok := ctx.Deadline(); ok && at.Before(deadline) {
		deadline = at
	}
	if err := c.raw.SetDeadline(deadline); err != nil {
		return closed(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c.left = limit
	err := do()
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in %v%w", time.Since(began).Round(100*time.Millisecond), silent{os.ErrDeadlineExceeded})
	}
	return err
}

// silent wraps an error without its text.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.error }

// Line reads a line and returns it without its end, which may be LF alone.
func (c *Conn) Line() ([]byte, error) {
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(line)+len(part) > MaxLine {
			return nil, ErrLine
		}
		if err := c.spend(len(part)); err != nil {
			return nil, err
		}
		line = append(line, part...)
		switch {
		case err == nil:
			line = line[:len(line)-1]
			if n := len(line); n > 0 && line[n-1] == '\r' {
				line = line[:n-1]
			}
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, closed(err)
		}
	}
}

// Bytes appends the next n bytes to into. Memory grows with what comes, not
// with what a server has announced.
func (c *Conn) Bytes(into []byte, n int) ([]byte, error) {
	if err := c.spend(n); err != nil {
		return into, err
	}
	for n > 0 {
		part, err := c.in.Peek(min(n, c.in.Size()))
		if len(part) == 0 {
			return into, closed(err)
		}
		into = append(into, part...)
		n -= len(part)
		if _, err := c.in.Discard(len(part)); err != nil {
			return into, closed(err)
		}
	}
	return into, nil
}

// spend takes bytes off what may be read.
func (c *Conn) spend(n int) error {
	if n > c.left {
		return ErrEndless
	}
	c.left -= n
	return nil
}

// closed words the end of a connection.
func closed(err error) error {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed} {
		if errors.Is(err, end) {
			return ErrClosed
		}
	}
	return err
}

// Write sends a text as it is.
func (c *Conn) Write(text string) error {
	_, err := io.WriteString(c.nc, text)
	return closed(err)
}

// StartTLS makes the connection one under TLS. What the server said before is
// not covered by it and must be forgotten. The error is ErrUncovered where
// more came already.
func (c *Conn) StartTLS(ctx context.Context, config *tls.Config) error {
	if c.in.Buffered() > 0 {
		return ErrUncovered
	}
	secured := tls.Client(c.nc, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return err
	}
	state := secured.ConnectionState()
	c.nc, c.tls = secured, &state
	c.in.Reset(secured)
	return nil
}

// TLS returns the state of TLS, nil for a connection in clear.
func (c *Conn) TLS() *tls.ConnectionState { return c.tls }

// Close ends the connection without a word, not even one of TLS: that could
// wait for seconds.
func (c *Conn) Close() error { return c.raw.Close() }
