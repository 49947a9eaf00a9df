package sandbox

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// client is a mail client of the simplest kind.
type client struct {
	t  *testing.T
	nc net.Conn
	in *bufio.Reader
}

func start(t *testing.T, spec Spec) *World {
	t.Helper()
	w, err := Start(spec)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// startOne starts a world of one server at 192.0.2.10.
func startOne(t *testing.T, s Server) *World {
	t.Helper()
	s.Name, s.Addrs = "mx1.example.test", []string{"192.0.2.10"}
	return start(t, Spec{Servers: []Server{s}})
}

func connect(t *testing.T, w *World, address string) *client {
	t.Helper()
	nc, err := w.DialContext(context.Background(), "tcp", address)
	if err != nil {
		t.Fatalf("DialContext(%s): %v", address, err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(10 * time.Second))
	return &client{t: t, nc: nc, in: bufio.NewReader(nc)}
}

// hello connects to 192.0.2.10, reads the greeting and says EHLO.
func hello(t *testing.T, w *World) *client {
	t.Helper()
	c := connect(t, w, "192.0.2.10:25")
	c.want("220 ")
	c.say("EHLO client.example", "250")
	return c
}

func (c *client) write(s string) {
	c.t.Helper()
	if _, err := c.nc.Write([]byte(s)); err != nil {
		c.t.Fatalf("write %q: %v", s, err)
	}
}

// read returns the next reply, all its lines.
func (c *client) read() string {
	c.t.Helper()
	var all strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		all.WriteString(line)
		if err != nil {
			c.t.Fatalf("read after %q: %v", all.String(), err)
		}
		if len(line) < 4 || line[3] != '-' {
			return all.String()
		}
	}
}

func (c *client) want(prefix string) string {
	c.t.Helper()
	got := c.read()
	if !strings.HasPrefix(got, prefix) {
		c.t.Fatalf("reply = %q; want %q first", got, prefix)
	}
	return got
}

// say sends a line and wants a reply that begins with prefix.
func (c *client) say(line, prefix string) string {
	c.t.Helper()
	c.write(line + "\r\n")
	got := c.read()
	if !strings.HasPrefix(got, prefix) {
		c.t.Fatalf("%s: reply = %q; want %q first", line, got, prefix)
	}
	return got
}

// rest returns everything up to the end of the connection.
func (c *client) rest() (string, error) {
	var all strings.Builder
	_, err := c.in.WriteTo(&all)
	return all.String(), err
}
