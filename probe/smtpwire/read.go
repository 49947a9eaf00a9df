package smtpwire

import (
	"errors"
	"io"
	"net"
)

// ReadReply reads the next reply, however many lines it has and however the
// network cut it. The caller sets the deadline.
//
// If nothing at all arrived, the error is that of the connection: io.EOF, a
// timeout (os.ErrDeadlineExceeded), or another. In all other cases it is a
// *ReplyError that carries what did arrive. A reply that a timeout cut off
// is kept and read on by the next call. After every other ReplyError nobody
// knows any more which reply belongs to which command, so that each later
// call fails in the same way.
func (c *Conn) ReadReply() (Reply, error) {
	if n := len(c.unread); n > 0 {
		r := c.unread[n-1]
		c.unread = c.unread[:n-1]
		return r, nil
	}
	f := framer{lim: c.lim}
	for {
		end, kind := f.scan(c.buf[c.r:c.w])
		if kind != 0 {
			return Reply{}, newReplyError(kind, c.buf[c.r:c.r+end], nil)
		}
		if end > 0 {
			r := Reply{Code: f.code, Raw: c.keep(c.buf[c.r : c.r+end]), Notes: f.notes}
			c.consume(end)
			return r, nil
		}
		if err := c.fill(); err != nil {
			return Reply{}, c.cut(err)
		}
	}
}

// UnreadReply puts a reply back: the next ReadReply returns it again. Of
// several, the one put back last comes first.
func (c *Conn) UnreadReply(r Reply) { c.unread = append(c.unread, r) }

// cut says what it means that reading ended with err here.
func (c *Conn) cut(err error) error {
	if c.r == c.w {
		return err
	}
	return newReplyError(Truncated, c.buf[c.r:c.w], err)
}

// keep returns b as text that does not change.
func (c *Conn) keep(b []byte) string {
	if len(b) > textChunk/2 {
		return string(b)
	}
	if c.text.Cap()-c.text.Len() < len(b) {
		size := textChunk
		if c.text.Cap() == 0 && len(b) <= firstText {
			size = firstText
		}
		c.text.Reset() // the texts keep what it was
		c.text.Grow(size)
	}
	at := c.text.Len()
	c.text.Write(b)
	return c.text.String()[at:]
}

func (c *Conn) consume(n int) {
	c.r += n
	if c.r == c.w {
		c.r, c.w, c.buf = 0, 0, c.first[:]
	}
}

// fill reads once from the connection. It returns an error only if no byte
// arrived.
func (c *Conn) fill() error {
	if c.err != nil {
		return c.err
	}
	c.makeRoom()
	// Some connections may return 0, nil; they must not keep us for ever.
	for range 100 {
		n, err := c.nc.Read(c.buf[c.w:])
		if n > 0 {
			c.record('S', c.buf[c.w:c.w+n])
			c.w += n
			if err != nil && !isTimeout(err) {
				c.err = err
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// makeRoom sees to it that there is free space behind c.w. The buffer need
// never be larger than one reply: the framer gives up before.
func (c *Conn) makeRoom() {
	if c.w < len(c.buf) {
		return
	}
	if c.r > 0 {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
		return
	}
	larger := make([]byte, 2*len(c.buf))
	copy(larger, c.buf)
	c.buf = larger
}

func isTimeout(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout()
}
