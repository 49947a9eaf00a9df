package dnsmx

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"mxprobe/internal/stack"
)

// Many questions share a socket, for to open one costs more than to ask. What
// keeps forged answers out stays (RFC 5452, section 9): whoever forges one has
// to hit the port and the ID of a question under way, and its name and type. The
// system chooses the port at random, the ID is random, and neither stands for
// long: a socket is closed when nothing is under way on it, and takes no more
// questions after its share of them, or of messages that answer none.
const (
	// fewWaiting is how many questions wait on a socket before another is
	// opened.
	fewWaiting = 64
	// maxAsked is how many questions go out over one socket.
	maxAsked = 256
	// maxStrays is how many messages that answer no question a socket bears.
	maxStrays = 16
)

// socket is a UDP socket connected to one server, which is heard alone. Its
// fields are guarded by the mutex of all sockets.
type socket struct {
	conn   *net.UDPConn
	server netip.AddrPort
	// waiting are the queries by their IDs, in 32 bits, for which the runtime has
	// a quicker map.
	waiting map[uint32]*waiter
	asked   int
	strays  int
	// due is when reading is interrupted to see whose time is up; at or before
	// the first moment at which it is for one who waits.
	due time.Time
}

// overUDP asks the server and waits.
func (s *sockets) overUDP(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (received, error) {
	w := s.newWaiter(q, deadline(ctx, timeout))
	c, err := s.take(server, w)
	if err != nil {
		return received{}, err
	}
	packed, err := q.append(w.packed[:0], uint16(w.id))
	if err == nil {
		_, err = c.conn.Write(packed)
	}
	if err != nil {
		s.forget(c, w)
		return received{}, err
	}
	select {
	case a := <-w.answer:
		s.waiters.Put(w)
		return a.received, a.err
	case <-ctx.Done():
		if s.forget(c, w) {
			return received{}, ctx.Err()
		}
		a := <-w.answer // it came at the last moment
		return a.received, a.err
	}
}

// take finds a socket for the query, or opens one, and gives the query an ID
// that no other under way on it has.
func (s *sockets) take(server netip.AddrPort, w *waiter) (*socket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *socket
	for _, c := range s.open[server] {
		if n := len(c.waiting); n < fewWaiting && (best == nil || n < len(best.waiting)) {
			best = c
		}
	}
	if best == nil {
		var err error
		if best, err = s.dial(server); err != nil {
			return nil, err
		}
	}
	for w.id = uint32(randomID()); best.waiting[w.id] != nil; w.id = uint32(randomID()) {
	}
	s.serial++
	w.serial, w.strays = s.serial, best.strays
	best.waiting[w.id] = w
	if best.due.IsZero() || w.until.Before(best.due) {
		best.interrupt(w.until)
	}
	if best.asked++; best.asked == maxAsked {
		s.retire(best)
	}
	return best, nil
}

// dial opens a socket and has it read.
func (s *sockets) dial(server netip.AddrPort) (*socket, error) {
	var local *net.UDPAddr
	if from := s.sourceFor(server); from.IsValid() {
		local = net.UDPAddrFromAddrPort(from)
	}
	conn, err := net.DialUDP("udp", local, net.UDPAddrFromAddrPort(server))
	if err != nil {
		return nil, err
	}
	c := &socket{conn: conn, server: server, waiting: make(map[uint32]*waiter)}
	s.open[server] = append(s.open[server], c)
	go s.read(c)
	return c, nil
}

// retire lets the socket take no more questions.
func (s *sockets) retire(c *socket) {
	open := slices.DeleteFunc(s.open[c.server], func(o *socket) bool { return o == c })
	if s.open[c.server] = open; len(open) == 0 {
		delete(s.open, c.server)
	}
}

// forget ends the waiting for a query, and reports whether it was still waited
// for; else its answer is there.
func (s *sockets) forget(c *socket, w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.waiting[w.id] != w {
		return false
	}
	s.drop(c, w)
	return true
}

// drop takes a query off its socket, and closes one that nothing waits on.
func (s *sockets) drop(c *socket, w *waiter) {
	delete(c.waiting, w.id)
	if len(c.waiting) == 0 {
		s.retire(c)
		_ = c.conn.Close()
	}
}

// interrupt has reading interrupted at a time.
func (c *socket) interrupt(at time.Time) {
	c.due = at
	_ = c.conn.SetReadDeadline(at)
}

// read hands out what comes until the socket is closed or broken.
func (s *sockets) read(c *socket) {
	stack.Grow() // the codec goes deep
	buf := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buf)
	for {
		n, err := c.conn.Read(*buf)
		more := false
		switch {
		case err == nil:
			more = s.deliver(c, (*buf)[:n])
		case errors.Is(err, os.ErrDeadlineExceeded):
			more = s.expire(c, time.Now())
		default:
			s.fail(c, err)
		}
		if !more {
			return
		}
	}
}

// fail ends every query of a socket.
func (s *sockets) fail(c *socket, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retire(c)
	_ = c.conn.Close()
	for id, w := range c.waiting {
		delete(c.waiting, id)
		w.answer <- answered{err: err}
	}
}

// expire ends the queries whose time is up, and reports whether more is waited
// for.
func (s *sockets) expire(c *socket, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next time.Time
	for _, w := range c.waiting {
		switch {
		case !w.until.After(now):
			s.drop(c, w)
			w.answer <- answered{err: w.silence(c.strays)}
		case next.IsZero() || w.until.Before(next):
			next = w.until
		}
	}
	if next.IsZero() {
		return false
	}
	c.interrupt(next)
	return true
}

// deliver hands a message to the query that it answers, and reports whether
// more is waited for. One that is broken may be a forgery, so a better one is
// still waited for.
func (s *sockets) deliver(c *socket, b []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := c.waiterFor(b)
	if w == nil {
		return s.stray(c)
	}
	if w.plain {
		if a := plainAnswer(b, w.asked); a != nil {
			return s.hand(c, w, received{plain: a})
		}
	}
	asked, serial := w.asked, w.serial
	s.mu.Unlock() // what foreign bytes cost the codec holds up nobody else
	m, err := readResponse(b, asked)
	s.mu.Lock()
	waits := c.waiting[w.id] == w && w.serial == serial
	switch {
	case err == nil && waits:
		return s.hand(c, w, received{m: m})
	case errors.Is(err, errStray):
		return s.stray(c)
	case waits:
		w.broken = err
	}
	return len(c.waiting) > 0
}

// waiterFor returns the query whose ID the message has, nil if there is none.
func (c *socket) waiterFor(b []byte) *waiter {
	if len(b) < headerSize || b[2]&response == 0 {
		return nil
	}
	return c.waiting[uint32(binary.BigEndian.Uint16(b))]
}

// hand gives the answer to who waits for it, and reports whether more is waited
// for.
func (s *sockets) hand(c *socket, w *waiter, got received) bool {
	s.drop(c, w)
	w.answer <- answered{received: got}
	return len(c.waiting) > 0
}

// stray counts a message that answers nothing, and reports whether more is
// waited for.
func (s *sockets) stray(c *socket) bool {
	if c.strays++; c.strays == maxStrays {
		s.retire(c)
	}
	return len(c.waiting) > 0
}
