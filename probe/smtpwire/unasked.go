package smtpwire

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// errClosed is what a look without waiting says of a connection that the
// other side closed.
var errClosed = errors.New("closed by the other side")

// Unasked returns the bytes that have already arrived and that no ReadReply
// returned: replies put back, the own buffer, and a look into the kernel's
// buffer where the system and the connection allow one. Under TLS, over the
// Carrier, that look takes whole records out and deciphers them. It never
// waits, and the bytes stay readable. eof reports that the other side has
// ended the connection behind those bytes; false says only that nothing is
// known of it.
func (c *Conn) Unasked() (b []byte, eof bool) {
	b = c.pending()
	if c.err != nil {
		return b, true
	}
	c.makeRoom()
	if below := carrierOf(c.nc); below != nil {
		n, err := c.decipher(below)
		return append(b, c.buf[c.w-n:c.w]...), err != nil
	}
	n, err := c.peek()
	switch {
	case n > 0:
		return append(b, c.buf[c.w:c.w+n]...), false
	case errors.Is(err, errClosed):
		return b, true
	case err != nil:
		// Looking at an error takes it out of the socket.
		c.err = err
		return b, true
	}
	return b, false
}

// peek is look at the own connection and into the own buffer, at no cost
// beside the system call.
func (c *Conn) peek() (int, error) {
	k := &c.kernel
	if k.raw == nil && !k.none {
		k.raw = rawOf(c.nc)
		k.none = k.raw == nil
		if k.look == nil {
			k.look = c.look
		}
	}
	if k.none {
		return look(c.nc, c.buf[c.w:])
	}
	if err := k.raw.Control(k.look); err != nil {
		return 0, nil
	}
	return int(k.n), k.err
}

// look looks once, as kernel.look.
func (c *Conn) look(fd uintptr) {
	n, err := receiveNow(fd, c.buf[c.w:], peekFlag)
	c.kernel.n, c.kernel.err = int32(n), err
}

// rawOf returns the socket of a connection, nil where there is none, or where
// the connection has a way of its own to look ahead.
func rawOf(nc net.Conn) syscall.RawConn {
	if _, own := nc.(interface{ Peek(p []byte) (int, error) }); own || !canReceive {
		return nil
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// look returns what has arrived on a connection and leaves it there, as peek
// does. One that is no socket may tell by a method Peek, with io.EOF behind
// the last byte.
func look(nc net.Conn, p []byte) (int, error) {
	open, ok := nc.(interface{ Peek(p []byte) (int, error) })
	if !ok {
		return peek(nc, p)
	}
	n, err := open.Peek(p)
	if n == 0 && err == io.EOF {
		return 0, errClosed
	}
	return n, err
}

// decipher puts what has arrived under TLS into the own buffer, and returns
// how many bytes that were. An error is the end of the connection.
func (c *Conn) decipher(below *carrier) (int, error) {
	below.hurried = true
	defer func() { below.hurried = false }()
	n, err := c.nc.Read(c.buf[c.w:])
	c.record('S', c.buf[c.w:c.w+n])
	c.w += n
	if err == nil || isTimeout(err) {
		return n, nil
	}
	c.err = err
	return n, io.EOF
}

// Buffered returns how many bytes the own buffer holds. It costs nothing,
// where Unasked costs a system call.
func (c *Conn) Buffered() int { return c.w - c.r }

// pending returns a copy of what the next ReadReply would begin with.
func (c *Conn) pending() []byte {
	var b []byte
	for i := len(c.unread) - 1; i >= 0; i-- {
		b = append(b, c.unread[i].Raw...)
	}
	return append(b, c.buf[c.r:c.w]...)
}
