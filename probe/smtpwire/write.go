package smtpwire

import (
	"math"
	"time"
)

// concurrentSize is the length from which a flight is written while replies
// are read. Shorter ones fit in any socket's buffer, so that writing them
// cannot wait for the reader.
const concurrentSize = 4 << 10

// WriteLine sends line and CRLF in one write. If line holds CR or LF,
// nothing is sent and the error is ErrLineBreak.
func (c *Conn) WriteLine(line []byte) error {
	// The free end of the read buffer is large enough for nearly every
	// command and costs no memory of its own.
	b, err := AppendLine(c.buf[c.w:c.w], line)
	if err != nil {
		return err
	}
	return c.WriteRaw(b)
}

// WriteRaw sends b as it is, in one write.
func (c *Conn) WriteRaw(b []byte) error {
	hidden := int(c.hide)
	c.hide = 0
	n, err := c.nc.Write(b)
	c.record('C', b[min(hidden, n):n])
	return err
}

// Hide keeps the first n bytes of the next flight out of the record.
func (c *Conn) Hide(n int) { c.hide = uint32(min(n, math.MaxInt32)) }

// AppendLine appends line and CRLF to dst. If line holds CR or LF, dst is
// returned unchanged with ErrLineBreak.
func AppendLine[T ~string | ~[]byte](dst []byte, line T) ([]byte, error) {
	for i := range len(line) {
		if line[i] == '\r' || line[i] == '\n' {
			return dst, ErrLineBreak
		}
	}
	dst = append(dst, line...)
	return append(dst, '\r', '\n'), nil
}

// Flight is a group of commands that is sent in one write (RFC 2920). The
// zero value is empty and ready; Reset makes it so again and keeps its
// memory.
type Flight struct{ b []byte }

// Line adds a command line and CRLF. A line that holds CR or LF is not added
// and the error is ErrLineBreak.
func (f *Flight) Line(line string) (err error) {
	f.b, err = AppendLine(f.b, line)
	return err
}

// Raw adds b as it is.
func (f *Flight) Raw(b []byte) { f.b = append(f.b, b...) }

// Bytes returns what was added so far. It is valid until the next Reset.
func (f *Flight) Bytes() []byte { return f.b }

// Reset empties the flight.
func (f *Flight) Reset() { f.b = f.b[:0] }

// WriteAndRead sends flight and calls read, which reads the replies. A long
// flight is written while read runs: a server may stop reading until its
// replies are taken (RFC 2920 section 3.1). The flight must not be changed
// before WriteAndRead returns.
//
// It returns the error of the write and what read returned. read is called
// even if the write failed, because a server that refuses may have said so
// before it closed the connection; so err counts before writeErr. If read
// returns an error, a write still under way is broken off, which takes a
// write deadline in the past: the caller sets a new one before the next
// write, which makes sense only where writeErr is nil.
func (c *Conn) WriteAndRead(flight []byte, read func() error) (writeErr, err error) {
	if len(flight) < concurrentSize {
		writeErr = c.WriteRaw(flight)
		return writeErr, read()
	}
	// Recorded before it is sent, so that the replies to it come behind.
	c.record('C', flight[min(int(c.hide), len(flight)):])
	c.hide = 0
	nc, done := c.nc, make(chan error, 1)
	go func() {
		_, err := nc.Write(flight)
		done <- err
	}()
	if err = read(); err == nil {
		return <-done, nil
	}
	select {
	case writeErr = <-done:
	default:
		// An error here means that nc is closed, and so the write is over.
		_ = nc.SetWriteDeadline(time.Unix(1, 0))
		c.until = time.Time{}
		writeErr = <-done
	}
	return writeErr, err
}
