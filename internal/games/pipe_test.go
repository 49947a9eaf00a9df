package games

import (
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// stream is one direction of a connection: bytes, and how it ended.
type stream struct {
	mu       sync.Mutex
	changed  sync.Cond
	bytes    []byte
	end      error // behind the bytes
	deadline time.Time
	timer    *time.Timer
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

func (s *stream) late() bool { return !s.deadline.IsZero() && !time.Now().Before(s.deadline) }

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.late():
			return 0, os.ErrDeadlineExceeded
		case len(s.bytes) > 0:
			n := copy(p, s.bytes)
			s.bytes = s.bytes[n:]
			return n, nil
		case s.end != nil:
			return 0, s.end
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		return 0, syscall.EPIPE
	}
	s.bytes = append(s.bytes, p...)
	s.changed.Broadcast()
	return len(p), nil
}

// finish ends the stream; of several ends the first counts.
func (s *stream) finish(how error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil {
		s.end = how
	}
	s.changed.Broadcast()
}

func (s *stream) until(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	if s.timer != nil {
		s.timer.Stop()
	}
	if !t.IsZero() {
		s.timer = time.AfterFunc(time.Until(t), s.changed.Broadcast)
	}
	s.changed.Broadcast()
}

func (s *stream) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
}

// end is one end of a connection in memory. Writes never wait.
type end struct {
	in, out *stream
	remote  net.Addr
}

func newPipe() (client, server *end) {
	there, back := newStream(), newStream()
	to := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 25}
	return &end{in: back, out: there, remote: to}, &end{in: there, out: back, remote: to}
}

func (e *end) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.write(p) }

// Peek makes the connection one that can be looked into, as a socket can.
func (e *end) Peek(p []byte) (int, error) {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	if n := copy(p, e.in.bytes); n > 0 {
		return n, nil
	}
	return 0, e.in.end
}

// waits reports whether something has come that nobody has read.
func (e *end) waits() bool {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	return len(e.in.bytes) > 0
}

// unread is what has come that nobody has read.
func (e *end) unread() []byte {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	return slices.Clone(e.in.bytes)
}

func (e *end) Close() error {
	e.out.finish(io.EOF)
	e.in.finish(net.ErrClosed)
	e.in.stop()
	return nil
}

// reset ends both directions as a TCP reset does: what was not read is lost.
func (e *end) reset() {
	e.out.mu.Lock()
	e.out.bytes = nil
	e.out.mu.Unlock()
	e.out.finish(syscall.ECONNRESET)
	e.in.finish(syscall.ECONNRESET)
}

func (e *end) LocalAddr() net.Addr                { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1025} }
func (e *end) RemoteAddr() net.Addr               { return e.remote }
func (e *end) SetDeadline(t time.Time) error      { e.in.until(t); return nil }
func (e *end) SetReadDeadline(t time.Time) error  { e.in.until(t); return nil }
func (e *end) SetWriteDeadline(t time.Time) error { return nil }
