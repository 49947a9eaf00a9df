package smtpwire

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scriptConn gives its pieces to one Read each and then err, or io.EOF.
type scriptConn struct {
	net.Conn
	pieces [][]byte
	err    error
	wrote  []byte
	writes int
}

func (c *scriptConn) Read(p []byte) (int, error) {
	if len(c.pieces) == 0 {
		if c.err == nil {
			return 0, io.EOF
		}
		return 0, c.err
	}
	n := copy(p, c.pieces[0])
	c.pieces[0] = c.pieces[0][n:]
	if len(c.pieces[0]) == 0 {
		c.pieces = c.pieces[1:]
	}
	return n, nil
}

func (c *scriptConn) Write(p []byte) (int, error) {
	c.wrote = append(c.wrote, p...)
	c.writes++
	return len(p), nil
}

func (c *scriptConn) Close() error { return nil }

// said returns a Conn whose server says the pieces and closes.
func said(o Options, pieces ...string) *Conn {
	sc := &scriptConn{}
	for _, p := range pieces {
		if p != "" {
			sc.pieces = append(sc.pieces, []byte(p))
		}
	}
	return NewConn(sc, o)
}

// loopback returns both ends of a TCP connection.
func loopback(t testing.TB) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	limit := time.Now().Add(20 * time.Second)
	for _, nc := range []net.Conn{c, s} {
		if err := nc.SetDeadline(limit); err != nil {
			t.Fatal(err)
		}
	}
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// timeoutErr is what a connection returns at its deadline.
var timeoutErr = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}

func mustRead(t *testing.T, c *Conn) Reply {
	t.Helper()
	r, err := c.ReadReply()
	if err != nil {
		t.Fatalf("ReadReply() = error %v; want a reply", err)
	}
	return r
}
