package dnsmx

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// exchanger puts one query to one server and returns the answer to it.
//
// What returns is an answer to the question; its response code may be any. An
// error is a timeoutError, a *malformedError or an error of the network. The
// error does not matter if ctx has ended. The time-out begins when the query is
// sent: if there is a queue for that, waiting in it is not the server's fault.
type exchanger interface {
	exchange(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (received, error)
}

// received is an answer as it came: the message or, where it was plain to read
// and the query is that of a resolver, what it says.
type received struct {
	m     *dns.Msg
	plain *answer
}

// timeoutError is no answer until the deadline.
type timeoutError struct {
	strays int // messages that came but answered something else
}

func (e timeoutError) Error() string {
	return fmt.Sprintf("%d messages came that did not answer the question", e.strays)
}

// malformedError is an answer that cannot be read.
type malformedError struct{ err error }

func (e *malformedError) Error() string { return e.err.Error() }
func (e *malformedError) Unwrap() error { return e.err }

// sockets is an exchanger over UDP, and over TCP where that is asked for or an
// answer was truncated.
type sockets struct {
	source  netip.Addr
	slots   chan struct{} // limits the queries on their way
	buffers sync.Pool
	waiters sync.Pool

	mu     sync.Mutex
	open   map[netip.AddrPort][]*socket // by server, those that take questions
	serial uint64                       // of the latest use of a waiter
}

func newSockets(source netip.Addr, parallel int) *sockets {
	return &sockets{
		source:  source.Unmap(),
		slots:   make(chan struct{}, parallel),
		buffers: sync.Pool{New: func() any { b := make([]byte, 4096); return &b }},
		open:    make(map[netip.AddrPort][]*socket),
	}
}

func (s *sockets) exchange(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (received, error) {
	if err := s.enter(ctx); err != nil {
		return received{}, err
	}
	defer func() { <-s.slots }()
	if q.tcp {
		m, err := s.overTCP(ctx, server, q, deadline(ctx, timeout))
		return received{m: m}, plainError(err)
	}
	got, err := s.overUDP(ctx, server, q, timeout)
	if err != nil {
		return got, plainError(err)
	}
	if got.plain != nil || !got.m.Truncated {
		return got, nil
	}
	m, err := s.overTCP(ctx, server, q, deadline(ctx, timeout))
	if err != nil && !isTimeout(err) {
		err = fmt.Errorf("the answer was truncated, and over TCP: %w", plainError(err))
	}
	return received{m: m}, err
}

// enter waits until another query may be on its way.
func (s *sockets) enter(ctx context.Context) error {
	select {
	case s.slots <- struct{}{}: // as nearly always, and without a look at ctx
		return nil
	default:
	}
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sockets) overTCP(ctx context.Context, server netip.AddrPort, q query, until time.Time) (*dns.Msg, error) {
	d := net.Dialer{Deadline: until}
	if from := s.sourceFor(server); from.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(from)
	}
	conn, err := d.DialContext(ctx, "tcp", server.String())
	if err != nil {
		return nil, timeoutOr(err)
	}
	defer conn.Close()
	defer limit(ctx, conn, until)()

	asked := newQuery(q)
	packed, err := asked.Pack()
	if err != nil {
		return nil, err
	}
	framed := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(packed)), uint16(len(packed)))
	if _, err := conn.Write(append(framed, packed...)); err != nil {
		return nil, timeoutOr(err)
	}
	reply, err := readFrame(conn)
	if err != nil {
		return nil, timeoutOr(err)
	}
	m, err := readMessage(reply, asked.Id, q.question)
	switch {
	case err != nil:
		return nil, &malformedError{err}
	case m.Truncated:
		return nil, &malformedError{errors.New("it is truncated, although it came over TCP")}
	}
	return m, nil
}

// readFrame reads one message with its length before it, RFC 1035, section
// 4.2.2.
func readFrame(r io.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(r, b)
	return b, err
}

// deadline returns when to stop waiting for one answer.
func deadline(ctx context.Context, timeout time.Duration) time.Time {
	t := time.Now().Add(timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(t) {
		return d
	}
	return t
}

// limit ends every read and write on the connection at the deadline, and at
// once when ctx ends. The returned function takes the hold on ctx off.
func limit(ctx context.Context, conn net.Conn, until time.Time) func() bool {
	conn.SetDeadline(until)
	return context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
}

func (s *sockets) sourceFor(server netip.AddrPort) netip.AddrPort {
	if !s.source.IsValid() || s.source.Is4() != server.Addr().Is4() {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(s.source, 0)
}

func isTimeout(err error) bool {
	if _, ok := errors.AsType[timeoutError](err); ok {
		return true
	}
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}

func timeoutOr(err error) error {
	if isTimeout(err) {
		return timeoutError{}
	}
	return err
}

// plainError takes the addresses and ports out of an error of the network.
func plainError(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}
