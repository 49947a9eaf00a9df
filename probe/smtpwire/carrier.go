package smtpwire

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// carrier is a connection with TLS over it. One goroutine reads from it at a
// time, and it is that one which sets hurried.
type carrier struct {
	net.Conn
	// hurried makes Read take only what has arrived, and say that its time is
	// up where that is nothing: TLS keeps the part of a record it has, and
	// reads on later.
	hurried bool
}

// carrierOf returns what nc speaks TLS over, nil where it does not.
func carrierOf(nc net.Conn) *carrier {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		below, _ := over.NetConn().(*carrier)
		return below
	}
	return nil
}

// NetConn returns the connection itself.
func (c *carrier) NetConn() net.Conn { return c.Conn }

// SyscallConn lets others look into the socket.
func (c *carrier) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := c.Conn.(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

func (c *carrier) Read(p []byte) (int, error) {
	if !c.hurried {
		return c.Conn.Read(p)
	}
	n, err := take(c.Conn, p)
	if n == 0 && err == nil {
		// What is no socket can be read once it has something.
		if n, err = look(c.Conn, p[:min(1, len(p))]); n > 0 {
			return c.Conn.Read(p)
		}
	}
	switch {
	case n > 0:
		return n, nil
	case errors.Is(err, errClosed):
		return 0, io.EOF
	case err != nil:
		return 0, err
	}
	return 0, os.ErrDeadlineExceeded
}
