//go:build linux

package main

import (
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"mxprobe/bench/targets"
)

// server is how each connection is treated, and what became of them.
type server struct {
	delay    time.Duration
	hold     time.Duration
	lockStep bool
	ill      int
	tls      *tls.Config

	connections, dialogues, messages atomic.Int64
	open, peak                       atomic.Int64
	faults                           [16]atomic.Int64 // by targets.Fault
	buffers                          sync.Pool
}

// counts is what the server saw.
type counts struct {
	Connections int64 `json:"connections"`
	// Dialogues are connections that a client ended with QUIT, and Messages
	// those that were taken.
	Dialogues int64 `json:"dialogues"`
	Messages  int64 `json:"messages"`
	// Peak is how many connections were open at once.
	Peak int64 `json:"peak"`
	// Faults counts the connections to targets that are ill, by fault.
	Faults map[string]int64 `json:"faults,omitempty"`
}

func (s *server) counts() counts {
	c := counts{Connections: s.connections.Load(), Dialogues: s.dialogues.Load(), Messages: s.messages.Load(), Peak: s.peak.Load()}
	for _, f := range targets.Faults() {
		if n := s.faults[f].Load(); n > 0 {
			if c.Faults == nil {
				c.Faults = map[string]int64{}
			}
			c.Faults[f.String()] = n
		}
	}
	return c
}

// accept serves until the listener is closed.
func (s *server) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.connections.Add(1)
		open := s.open.Add(1)
		if open > s.peak.Load() { // only this goroutine writes it
			s.peak.Store(open)
		}
		go s.serve(conn)
	}
}

func (s *server) serve(conn net.Conn) {
	defer s.open.Add(-1)
	fault := s.faultOf(conn)
	if fault != targets.None {
		s.faults[fault].Add(1)
	}
	if fault == targets.Reset {
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
		return
	}
	if s.delay > 0 {
		time.Sleep(s.delay)
		conn = &slow{Conn: conn, delay: s.delay}
	}
	buffer, _ := s.buffers.Get().(*[2048]byte)
	if buffer == nil {
		buffer = new([2048]byte)
	}
	d := dialogue{server: s, conn: conn, fault: fault, in: buffer[:1024], out: buffer[1024:1024]}
	d.play()
	_ = d.conn.Close()
	s.buffers.Put(buffer)
}

// faultOf looks up what is wrong with the server that was connected to.
func (s *server) faultOf(conn net.Conn) targets.Fault {
	if s.ill == 0 {
		return targets.None
	}
	local, _ := netip.AddrFromSlice(conn.LocalAddr().(*net.TCPAddr).IP)
	n, ok := targets.Number(local.Unmap())
	if !ok {
		return targets.None
	}
	return targets.Of(n, s.ill)
}

// slow is a connection over a long line: what comes in one piece is there a
// while later. The buffer makes one piece of what is then read in several.
type slow struct {
	net.Conn
	delay  time.Duration
	buffer [4096]byte
	rest   []byte
}

func (c *slow) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		n, err := c.Conn.Read(c.buffer[:])
		if err != nil {
			return 0, err
		}
		time.Sleep(c.delay)
		c.rest = c.buffer[:n]
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
