//go:build linux

package interop

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// talker is a hand-typed session, to see what a server does without help of
// the code under test.
type talker struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, addr string) *talker {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &talker{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// send writes one line and returns the reply to it.
func (c *talker) send(line string) string {
	c.t.Helper()
	if _, err := c.conn.Write([]byte(line + "\r\n")); err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	return c.reply()
}

// reply reads one reply, all its lines.
func (c *talker) reply() string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			c.t.Fatalf("after %q: %v", all.String(), err)
		}
		if len(line) < 4 || line[3] != '-' {
			return all.String()
		}
	}
}

// exchange is a line and how the reply to it has to start. The first line of
// a talk is empty: it stands for the greeting.
type exchange struct{ line, want string }

func talk(t *testing.T, addr string, dialogue ...exchange) {
	t.Helper()
	c := dial(t, addr)
	for _, e := range dialogue {
		var got string
		if e.line == "" {
			got = c.reply()
		} else {
			got = c.send(e.line)
		}
		if !strings.HasPrefix(got, e.want) {
			t.Errorf("%s: reply to %q = %q; want %s", addr, e.line, got, e.want)
		}
	}
}

// newSender returns an address no server has seen, for greylists.
func newSender() string {
	return fmt.Sprintf("probe-%d@sender.test", senders.Add(1))
}

var senders atomic.Int64

// hold takes the one place of a server that serves one client at a time, and
// keeps it until the test ends. The place may still be somebody else's who
// has just left.
func hold(t *testing.T, addr string) *talker {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		c := dial(t, addr)
		greeting := c.reply()
		if strings.HasPrefix(greeting, "220") {
			return c
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: greeting %q; want 220", addr, greeting)
		}
		_ = c.conn.Close()
		time.Sleep(20 * time.Millisecond)
	}
}
