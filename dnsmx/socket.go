package dnsmx

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
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
	conn    *net.UDPConn
	server  netip.AddrPort
	waiting map[uint16]*waiter // by the ID of the query
	asked   int
	strays  int
}

// waiter is a query under way.
type waiter struct {
	id     uint16
	asked  dns.Question
	strays int   // on the socket, when the query was sent
	broken error // why an answer could not be read
	answer chan answered
}

// answered is an answer, or the error that ended the socket.
type answered struct {
	m   *dns.Msg
	err error
}

// overUDP asks the server and waits.
func (s *sockets) overUDP(ctx context.Context, server netip.AddrPort, q query, timeout time.Duration) (*dns.Msg, error) {
	w := &waiter{id: randomID(), asked: q.asked(), answer: make(chan answered, 1)}
	c, err := s.take(server, w)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 0, 300) // the longest name has 255 octets
	packed, err := q.append(buf, w.id)
	if err == nil {
		_, err = c.conn.Write(packed)
	}
	if err != nil {
		s.forget(c, w)
		return nil, err
	}
	timer := time.NewTimer(time.Until(deadline(ctx, timeout)))
	defer timer.Stop()
	select {
	case a := <-w.answer:
		return a.m, a.err
	case <-timer.C:
	case <-ctx.Done():
	}
	strays, ended := s.forget(c, w)
	switch {
	case ended: // it came at the last moment
		a := <-w.answer
		return a.m, a.err
	case w.broken != nil:
		return nil, &malformedError{w.broken}
	}
	return nil, timeoutError{strays}
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
	for best.waiting[w.id] != nil {
		w.id = randomID()
	}
	w.strays = best.strays
	best.waiting[w.id] = w
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
	c := &socket{conn: conn, server: server, waiting: make(map[uint16]*waiter)}
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

// forget ends the waiting for a query. It returns how many messages came
// meanwhile that answered no question, or that the query has ended already.
func (s *sockets) forget(c *socket, w *waiter) (strays int, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.waiting[w.id] != w {
		return 0, true
	}
	s.drop(c, w)
	return c.strays - w.strays, false
}

// drop takes a query off its socket, and closes one that nothing waits on.
func (s *sockets) drop(c *socket, w *waiter) {
	delete(c.waiting, w.id)
	if len(c.waiting) == 0 {
		s.retire(c)
		_ = c.conn.Close()
	}
}

// read hands out what comes until the socket is closed or broken.
func (s *sockets) read(c *socket) {
	buf := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buf)
	for {
		n, err := c.conn.Read(*buf)
		if err != nil {
			s.fail(c, err)
			return
		}
		if !s.deliver(c, (*buf)[:n]) {
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

// deliver hands a message to the query that it answers, and reports whether
// more is waited for. One that is broken may be a forgery, so a better one is
// still waited for.
func (s *sockets) deliver(c *socket, b []byte) bool {
	w := s.waiterFor(c, b)
	var m *dns.Msg
	err := errStray
	if w != nil {
		m, err = readMessage(b, w.id, w.asked)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		if c.waiting[w.id] == w {
			s.drop(c, w)
			w.answer <- answered{m: m}
		}
	case errors.Is(err, errStray):
		if c.strays++; c.strays == maxStrays {
			s.retire(c)
		}
	default:
		w.broken = err
	}
	return len(c.waiting) > 0
}

// waiterFor returns the query whose ID the message has, nil if there is none.
func (s *sockets) waiterFor(c *socket, b []byte) *waiter {
	if len(b) < 12 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.waiting[uint16(b[0])<<8|uint16(b[1])]
}
