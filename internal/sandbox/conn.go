package sandbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Limits of a server towards its client. A command line may have 512 octets
// and more for each extension (RFC 5321 section 4.5.3.1.4).
const (
	maxCommand = 4096
	maxWaste   = 1 << 20 // of a line that never ends
)

// errTooLong is the end of a client that sends a line without end.
var errTooLong = errors.New("line without end")

// Conn is one connection with a client, on the server's side. Rule.Func
// speaks through it; one goroutine uses it at a time.
type Conn struct {
	ctx          context.Context // of the world: ends waits
	srv          *server
	nc           *net.TCPConn
	rw           net.Conn  // nc, or TLS over it
	tls          *tls.Conn // nil in clear
	early        []byte    // sent in clear behind STARTTLS, and kept
	in           *bufio.Reader
	out          []byte // answers that wait until the client has to be listened to
	log          *record
	addr, client netip.AddrPort
	done         bool // nothing more is read or sent

	// The state of the session (RFC 5321 section 4.1.4).
	helo     string
	keywords []string // offered in the reply to EHLO
	mail     bool     // there is a sender
	from     string
	to       []string
	utf8     bool // the sender was declared with SMTPUTF8
	// login is the exchange of AUTH under way, proved who it has shown the
	// client to be, and user who that is once it has been said.
	login        verifier
	proved, user string
	// unwelcome says that the greeting refused the client.
	unwelcome bool
	// body is the message just received, without what goes over the limit.
	body   []byte
	tooBig bool
	// prdr says that the sender asked for a reply for each recipient.
	prdr   bool
	binary bool // BODY=BINARYMIME
	// reports are the delivery reports the sender asked for.
	reports requests
	// chunk is the one of the BDAT that is being answered; chunking says
	// that one was said in this transaction, chunkRefused that it was
	// refused.
	chunk                  chunk
	chunking, chunkRefused bool
}

func newConn(ctx context.Context, srv *server, nc *net.TCPConn, addr netip.AddrPort, log *record) *Conn {
	c := &Conn{ctx: ctx, srv: srv, nc: nc, rw: nc, addr: addr, client: log.s.Client, log: log}
	c.in = bufio.NewReaderSize(wire{c}, maxCommand)
	return c
}

// wire is the connection as the reader sees it: before the server waits for
// the client, it says what it has to say.
type wire struct{ c *Conn }

// Read implements io.Reader.
func (w wire) Read(p []byte) (int, error) {
	if err := w.c.flush(); err != nil {
		return 0, err
	}
	if len(w.c.early) > 0 {
		n := copy(p, w.c.early)
		w.c.early = w.c.early[n:]
		return n, nil
	}
	n, err := w.c.rw.Read(p)
	if n > 0 {
		w.c.log.received(p[:n])
	}
	return n, err
}

// flush sends what waits.
func (c *Conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	n, err := c.rw.Write(c.out)
	c.log.sent(c.out[:n])
	c.out = c.out[:0]
	return err
}

// ReadLine returns the client's next line without its CR LF; a line that
// ends in a lone LF keeps it. What is left over when the client closes is no
// line: it is recorded and the error returned.
func (c *Conn) ReadLine() (string, error) {
	return c.readLine(true)
}

func (c *Conn) readLine(command bool) (string, error) {
	if c.done {
		return "", net.ErrClosed
	}
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) && len(line) < maxWaste {
			continue
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			err = errTooLong
		}
		if err != nil {
			if len(line) > 0 {
				c.log.line(string(line), command)
			}
			return "", err
		}
		break
	}
	text := strings.TrimSuffix(string(line), "\r\n")
	c.log.line(text, command)
	return text, nil
}

// Write sends bytes as they are, at once.
func (c *Conn) Write(b []byte) (int, error) {
	if c.done {
		return 0, net.ErrClosed
	}
	c.out = append(c.out, b...)
	if err := c.flush(); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Reply sends a reply whose lines are separated by LF, each with its code.
func (c *Conn) Reply(text string) error {
	_, err := c.Write(replyBytes(text))
	return err
}

// Sleep waits and reports whether the world still exists.
func (c *Conn) Sleep(d time.Duration) bool { return sleep(c.ctx, d) }

// NetConn returns the connection itself.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Addr returns the address and port the client wanted.
func (c *Conn) Addr() netip.AddrPort { return c.addr }

// Close ends the session with a FIN.
func (c *Conn) Close() {
	if c.done {
		return
	}
	c.done = true
	if c.flush() != nil {
		return // the client is gone; the connection is closed by its owner
	}
	// A close with bytes unread would be a reset, and could take the last
	// reply away from the client.
	if c.tls != nil {
		_ = c.tls.CloseWrite()
	}
	_ = c.nc.CloseWrite()
	c.drain()
}

// Reset breaks the connection with an RST.
func (c *Conn) Reset() {
	if c.done {
		return
	}
	c.done = true
	_ = c.flush()
	_ = c.nc.SetLinger(0)
	_ = c.nc.Close()
}

// Hang answers nothing any more, until the client closes.
func (c *Conn) Hang() {
	for {
		if _, err := c.readLine(true); err != nil {
			c.done = true
			return
		}
	}
}

// drain reads, for a moment, what the client still sends.
func (c *Conn) drain() {
	_ = c.nc.SetReadDeadline(time.Now().Add(2 * time.Second))
	buf := make([]byte, maxCommand)
	for n := 0; n < maxWaste; {
		k, err := c.nc.Read(buf)
		if k > 0 && c.tls == nil {
			c.log.received(buf[:k])
		}
		if err != nil {
			return
		}
		n += k
	}
}

// listenEarly records whether the client has sent something already.
func (c *Conn) listenEarly() {
	_ = c.nc.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := c.in.Peek(1); err == nil {
		c.log.early()
	}
	_ = c.nc.SetReadDeadline(time.Time{})
}

// replyBytes puts CR LF behind each line.
func replyBytes(text string) []byte {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	return []byte(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n")
}

// send sends an answer in packets of split bytes with a pause between them.
func (c *Conn) send(b []byte, split int, drip time.Duration) error {
	if split <= 0 && drip <= 0 {
		c.out = append(c.out, b...)
		return nil
	}
	split = max(split, 1)
	if drip <= 0 {
		drip = time.Millisecond // or the system joins them again
	}
	if err := c.flush(); err != nil {
		return err
	}
	for len(b) > 0 {
		n := min(split, len(b))
		if _, err := c.Write(b[:n]); err != nil {
			return err
		}
		if b = b[n:]; len(b) > 0 && !c.Sleep(drip) {
			return context.Cause(c.ctx)
		}
	}
	return nil
}
