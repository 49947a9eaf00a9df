package dialogue_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"mxprobe/internal/sandbox"
)

// tripCounter is a Dialer that counts round trips: how often something had to
// be waited for after something was sent, and the greeting.
type tripCounter struct {
	w  *sandbox.World
	mu sync.Mutex
	n  int
}

func (d *tripCounter) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := d.w.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: nc, counter: d, owed: true}, nil
}

func (d *tripCounter) trips() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

type countedConn struct {
	net.Conn
	counter *tripCounter
	owed    bool // the next byte read is the end of a round trip
}

func (c *countedConn) Write(b []byte) (int, error) {
	c.counter.mu.Lock()
	c.owed = true
	c.counter.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.counter.mu.Lock()
	defer c.counter.mu.Unlock()
	if n > 0 && c.owed {
		c.owed = false
		c.counter.n++
	}
	return n, err
}

// With STARTTLS a message takes seven round trips on TLS 1.3 and eight on
// TLS 1.2: greeting, EHLO, STARTTLS, the handshake (one or two, RFC 8446
// section 2), EHLO, the envelope, the message with QUIT.
func TestTrap37FewestRoundTripsUnderTLS(t *testing.T) {
	t.Parallel()
	const tail = "  - MAIL FROM:<${from}>\n  - RCPT TO:<${to}>\n  - message: x\n"
	for _, tc := range []struct {
		name, src string
		trips     int
	}{
		{"TLS 1.3", "steps:\n  - EHLO ${helo}\n  - starttls: {min: \"1.3\"}\n  - EHLO ${helo}\n" + tail, 7},
		{"TLS 1.2", "steps:\n  - EHLO ${helo}\n  - starttls: {max: \"1.2\"}\n  - EHLO ${helo}\n" + tail, 8},
		{"in clear", "steps:\n  - EHLO ${helo}\n" + tail, 4},
		{"STARTTLS behind other commands", "steps:\n  - EHLO ${helo}\n  - RSET\n  - STARTTLS\n  - EHLO ${helo}\n" + tail, 8},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := secureWorld(t, &sandbox.TLS{})
			set := trusting(t, w)
			counter := &tripCounter{w: w}
			set.Dialer = counter
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, grouped+tc.src))
			expect(t, only(t, &d), pass)
			if got := counter.trips(); got != tc.trips {
				t.Errorf("the dialogue takes %d round trips; want %d", got, tc.trips)
			}
		})
	}
}
