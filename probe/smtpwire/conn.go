// Package smtpwire carries the bytes and the replies of SMTP over a
// connection, and decides nothing.
//
// A Conn reads replies within hard limits (ReadReply), writes lines and
// flights of lines (WriteLine, WriteRaw, WriteAndRead) and tells of bytes
// that nobody asked for (Unasked). Framing is strict: what is not a reply of
// RFC 5321 section 4.2 is a ReplyError with the bytes in it. What is only
// unusual is accepted, and the Reply carries a Note of it. ParseEHLO reads
// the keywords of an EHLO reply; AppendData and EncodeXtext
// make the parts of what a client sends.
package smtpwire

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"
)

// The limits that hold where Options name none. RFC 5321 section 4.5.3.1.5
// allows 512 octets a line; real servers send more.
const (
	DefaultMaxLine  = 8 << 10   // octets a line, line end included
	DefaultMaxLines = 512       // lines a reply
	DefaultMaxBytes = 128 << 10 // octets a reply, line ends included
)

// firstBuffer is the size of the read buffer of a waiting session. Nearly
// every reply fits, and ten thousand sessions wait at once.
const firstBuffer = 256

// textChunk is how much text of replies is allocated at once. What is kept of
// one reply holds the chunk, so that it stays small, and a reply that would
// take half of one has its own memory.
const textChunk = 512

// firstText is how much is allocated for the greeting, if that is no longer.
const firstText = 128

// Options limit and record a Conn. The zero value has the default limits and
// records nothing.
type Options struct {
	// MaxLine is the longest line of a reply in octets, line end included;
	// MaxLines is the number of lines a reply may have, MaxBytes the octets
	// of all of them. Values below 1 stand for the defaults.
	MaxLine, MaxLines, MaxBytes int
	// Record, if not nil, is given all bytes that are sent and received.
	Record *Recorder
}

// Conn is an SMTP connection as seen by a client. One goroutine uses it at a
// time.
type Conn struct {
	nc     net.Conn
	buf    []byte // first[:], or a larger one while a long reply is read
	r, w   int    // buf[r:w] was read from nc and not yet returned
	err    error  // what the next read from nc has to say, if known already
	unread []Reply
	rec    *Recorder
	lim    limits
	// maxLine is the limit of lim that SetMaxLine comes back to.
	maxLine int32
	mute    bool      // SetRecording(false)
	hide    uint32    // Hide
	until   time.Time // that reading and writing go on, as far as is known here
	text    strings.Builder
	kernel  kernel
	first   [firstBuffer]byte
}

// kernel is how Conn looks into the socket's buffer.
type kernel struct {
	raw syscall.RawConn // nil before the first look, and where there is no socket
	// none is true where there is no socket, as is found out at the first look.
	none bool
	// look is Conn.look as a function, and n and err are what it found.
	look func(fd uintptr)
	n    int32
	err  error
}

// NewConn returns a Conn that speaks over nc.
func NewConn(nc net.Conn, o Options) *Conn {
	c := &Conn{}
	c.Begin(nc, o)
	return c
}

// Begin makes c a Conn that speaks over nc, as NewConn does, and nothing of
// what it was is left but its memory.
func (c *Conn) Begin(nc net.Conn, o Options) {
	look := c.kernel.look
	*c = Conn{nc: nc, rec: o.Record, lim: newLimits(o)}
	c.kernel.look = look
	c.maxLine = c.lim.line
	c.buf = c.first[:]
}

// NetConn returns the connection that c speaks over.
func (c *Conn) NetConn() net.Conn { return c.nc }

// SetDeadline sets the time at which reading and writing give up; the zero
// time is never. A reply that was cut off by the deadline can be read on
// after a later one was set.
func (c *Conn) SetDeadline(t time.Time) error {
	c.until = t
	return c.nc.SetDeadline(t)
}

// Within lets reading and writing give up after limit, from now, and reports
// whether it had to set a deadline for that. One that stands is left where it
// is if it comes at the right time, or up to a hundredth of limit later: in a
// dialogue with a fast server all but the first cost nothing.
func (c *Conn) Within(now time.Time, limit time.Duration) (set bool) {
	spare := limit / 100
	if left := c.until.Sub(now); left >= limit && left <= limit+spare {
		return false
	}
	_ = c.SetDeadline(now.Add(limit + spare))
	return true
}

// Carrier returns what to speak TLS over before Upgrade: the connection, in
// such a way that Unasked finds what has arrived under TLS too.
func (c *Conn) Carrier() net.Conn { return &carrier{Conn: c.nc} }

// Upgrade makes nc the connection that c speaks over from now on, as after
// STARTTLS, and returns the bytes that were read from the old one but not
// yet returned as a reply. They came before the handshake and must not be
// taken for something said under TLS (RFC 3207 section 6, CVE-2011-0411), so
// they are gone from c; nil is the only good value. What the kernel still
// holds is seen by Unasked before the handshake. The Carrier itself as nc is
// the end of TLS.
func (c *Conn) Upgrade(nc net.Conn) (leftover []byte) {
	leftover = c.pending()
	c.unread, c.err = nil, nil
	c.r, c.w, c.buf = 0, 0, c.first[:]
	c.kernel.raw, c.kernel.none = nil, false
	c.until = time.Time{}
	if bare, ok := nc.(*carrier); ok {
		nc = bare.Conn
	}
	c.nc = nc
	return leftover
}

// Close closes the connection in good order.
func (c *Conn) Close() error { return c.nc.Close() }

// Reset closes the connection with a TCP reset, so that the other side sees
// an error and not an end. It looks for the TCP connection under TLS. If
// there is none, the connection is closed in good order and the error is
// errors.ErrUnsupported.
func (c *Conn) Reset() error {
	nc := c.nc
	for {
		if l, ok := nc.(interface{ SetLinger(sec int) error }); ok {
			return errors.Join(l.SetLinger(0), nc.Close())
		}
		outer, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		nc = outer.NetConn()
	}
	unsupported := fmt.Errorf("reset of a %T: %w", nc, errors.ErrUnsupported)
	return errors.Join(unsupported, c.nc.Close())
}

// SetMaxLine sets another longest line, in octets with its end, for replies
// that are long by their nature, as those of AUTH are. A value below 1 sets
// the usual limit again.
func (c *Conn) SetMaxLine(octets int) {
	if octets < 1 {
		c.lim.line = c.maxLine
		return
	}
	c.lim.line = int32(min(octets, 1<<30))
}

// RecordTo gives all further bytes to another Recorder.
func (c *Conn) RecordTo(r *Recorder) { c.rec = r }

// SetRecording switches the recording of bytes off and on again, for a
// message whose text would only fill the record. It starts switched on, and
// does nothing where there is no Recorder.
func (c *Conn) SetRecording(on bool) { c.mute = !on }

func (c *Conn) record(from byte, b []byte) {
	if c.rec != nil && !c.mute && len(b) > 0 {
		c.rec.add(from, b)
	}
}
