package smtpwire

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// replyErr reads until an error and returns it as a ReplyError.
func replyErr(t *testing.T, c *Conn) *ReplyError {
	t.Helper()
	for {
		_, err := c.ReadReply()
		if err == nil {
			continue
		}
		re, ok := errors.AsType[*ReplyError](err)
		if !ok {
			t.Fatalf("ReadReply() = error %v of %T; want *ReplyError", err, err)
		}
		return re
	}
}

// Any reply may have several lines, a greeting too, and its end is the line
// without a hyphen (RFC 5321 section 4.2.1).
func TestTrap01MultilineReply(t *testing.T) {
	t.Parallel()
	const greeting = "220-mx.fabrikam.test ESMTP\r\n220-no bulk mail\r\n220 be welcome\r\n"
	r := mustRead(t, said(Options{}, greeting))
	if r.Code != 220 || r.Raw != greeting || r.Notes != 0 {
		t.Errorf("ReadReply(%q) = %+v; want code 220, all of it raw, no notes", greeting, r)
	}
	if got, want := r.Text(), "mx.fabrikam.test ESMTP\nno bulk mail\nbe welcome"; got != want {
		t.Errorf("Text() = %q; want %q", got, want)
	}
}

// A code that changes inside a reply is an error and never one of the codes.
func TestTrap01MixedCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, partial, line string }{
		{"250-a\r\n550 b\r\n250 c\r\n", "250-a\r\n550 b\r\n", "550 b"},
		{"250-a\r\n250-b\r\n251-c\r\n250 d\r\n", "250-a\r\n250-b\r\n251-c\r\n", "251-c"},
		{"250-a\r\n650 b\r\n", "250-a\r\n650 b\r\n", "650 b"},
		{"250-a\r\n550\r\n", "250-a\r\n550\r\n", "550"},
	} {
		c := said(Options{}, tt.in)
		e := replyErr(t, c)
		if e.Kind != MixedCodes || string(e.Partial) != tt.partial || string(e.Line()) != tt.line {
			t.Errorf("ReadReply(%q) = %v with %q; want MixedCodes with %q", tt.in, e, e.Partial, tt.partial)
		}
		if again := replyErr(t, c); again.Kind != MixedCodes {
			t.Errorf("ReadReply(%q) a second time = %v; want MixedCodes again", tt.in, again)
		}
	}
}

// A bare code is a whole last line (RFC 5321 section 4.2).
func TestTrap02BareCodeIsAReply(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		code  int
		notes Note
	}{
		{"250\r\n", 250, 0},
		{"250 \r\n", 250, 0},
		{"250-\r\n250\r\n", 250, 0},
		{"354\n", 354, NoteBareLF},
	} {
		r := mustRead(t, said(Options{}, tt.in))
		if r.Code != tt.code || r.Raw != tt.in || r.Notes != tt.notes {
			t.Errorf("ReadReply(%q) = %+v; want code %d, notes %q", tt.in, r, tt.code, tt.notes)
		}
		if text := strings.Trim(r.Text(), "\n"); text != "" {
			t.Errorf("ReadReply(%q).Text() = %q; want nothing", tt.in, text)
		}
	}
}

// A code nobody knows counts by its first digit; only 2 to 5 are allowed, and
// a second digit above 5 is worth a note (RFC 5321 section 4.2).
func TestTrap03UnknownCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		class int
		notes Note
	}{
		{"299 x\r\n", 2, NoteSecondDigit},
		{"257 x\r\n", 2, 0},
		{"360 x\r\n", 3, NoteSecondDigit},
		{"400 x\r\n", 4, 0},
		{"599 x\r\n", 5, NoteSecondDigit},
		{"559 x\r\n", 5, 0},
	} {
		r := mustRead(t, said(Options{}, tt.in))
		if r.Class() != tt.class || r.Notes != tt.notes {
			t.Errorf("ReadReply(%q) = class %d, notes %q; want %d, %q", tt.in, r.Class(), r.Notes, tt.class, tt.notes)
		}
	}
	for _, in := range []string{"199 x\r\n", "600 x\r\n", "000 x\r\n", "999\r\n", "100-x\r\n"} {
		if e := replyErr(t, said(Options{}, in)); e.Kind != BadCode || string(e.Partial) != in {
			t.Errorf("ReadReply(%q) = %v; want BadCode", in, e)
		}
	}
}

// A line that does not begin with a code and a separator is no reply, and the
// error shows the line.
func TestTrap03NotAReply(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"SSH-2.0-OpenSSH_9.9\r\n", "\r\n", "\n", "25\r\n", "25 x\r\n", "2500 x\r\n", "250_x\r\n", "250\tx\r\n",
		" 250 x\r\n", "25O OK\r\n", "-250 x\r\n", "+250\r\n", "250\rx\r\n", "\x00250 x\r\n", "٢٥٠ x\r\n",
	} {
		if e := replyErr(t, said(Options{}, in)); e.Kind != NotAReply || string(e.Partial) != in {
			t.Errorf("ReadReply(%q) = %v with %q; want NotAReply", in, e, e.Partial)
		}
	}
	const in = "250-a\r\nhello there\r\n250 b\r\n"
	e := replyErr(t, said(Options{}, in))
	if e.Kind != NotAReply || string(e.Line()) != "hello there" {
		t.Errorf("ReadReply(%q) = %v, line %q; want NotAReply for the second line", in, e, e.Line())
	}
	if want := `not an SMTP reply: "hello there"`; e.Error() != want {
		t.Errorf("Error() = %s; want %s", e, want)
	}
}

// The same replies come out, however the network cuts or joins them.
func TestTrap05CutAnywhere(t *testing.T) {
	t.Parallel()
	const in = "220-mx\r\n220 ready\r\n250\r\n250-mx\r\n250-SIZE 1\n250 DSN\r\n550 5.1.1 no\r\n"
	want := []string{"220-mx\r\n220 ready\r\n", "250\r\n", "250-mx\r\n250-SIZE 1\n250 DSN\r\n", "550 5.1.1 no\r\n"}
	for i := range len(in) {
		for j := i; j <= len(in); j++ {
			c := said(Options{}, in[:i], in[i:j], in[j:])
			for k, raw := range want {
				if r := mustRead(t, c); r.Raw != raw {
					t.Fatalf("cut at %d and %d: reply %d = %q; want %q", i, j, k, r.Raw, raw)
				}
			}
			if _, err := c.ReadReply(); err != io.EOF {
				t.Fatalf("cut at %d and %d: error %v at the end; want io.EOF", i, j, err)
			}
		}
	}
}

// A reply of 1,900 octets does not fit in the first buffer, nor do the ones
// behind it when all come at once.
func TestTrap05ManyRepliesInOnePacket(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("250-"+strings.Repeat("k", 89)+"\r\n", 20) + "250 HELP\r\n"
	c := said(Options{}, strings.Repeat(long+"250 ok\r\n", 30))
	for range 30 {
		if r := mustRead(t, c); r.Raw != long {
			t.Fatalf("long reply = %q; want %q", r.Raw, long)
		}
		if r := mustRead(t, c); r.Raw != "250 ok\r\n" {
			t.Fatalf("short reply = %q; want %q", r.Raw, "250 ok\r\n")
		}
	}
	if len(c.buf) != firstBuffer {
		t.Errorf("buffer has %d octets after the last reply; want %d again", len(c.buf), firstBuffer)
	}
}

// A lone LF ends a line, a lone CR does not; both are noted (RFC 5321
// section 2.3.8).
func TestTrap06LoneLFAndCR(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		lines int
		notes Note
	}{
		{"250 ok\r\n", 1, 0},
		{"250 ok\n", 1, NoteBareLF},
		{"250-a\r\n250-b\n250 c\r\n", 3, NoteBareLF},
		{"250 a\rb\r\n", 1, NoteBareCR},
		{"250 a\r\r\n", 1, NoteBareCR},
		{"250-a\r250 b\n250 c\r\n", 2, NoteBareLF | NoteBareCR},
		{"250 a\x00b\r\n", 1, NoteNUL},
	} {
		r := mustRead(t, said(Options{}, tt.in))
		lines := 0
		for range r.Lines() {
			lines++
		}
		if r.Raw != tt.in || r.Notes != tt.notes || lines != tt.lines {
			t.Errorf("ReadReply(%q) = %q, %d lines, notes %q; want all of it, %d, %q",
				tt.in, r.Raw, lines, r.Notes, tt.lines, tt.notes)
		}
	}
}

// Bytes that are not ASCII are kept and noted (RFC 6531 section 3.7.4).
func TestTrap12UTF8IsKeptAndNoted(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"550 5.1.1 Empfänger unbekannt\r\n", "550 \xff\xfe\r\n"} {
		r := mustRead(t, said(Options{}, in))
		if r.Raw != in || r.Notes != Note8Bit {
			t.Errorf("ReadReply(%q) = %q, notes %q; want it unchanged, %q", in, r.Raw, r.Notes, Note8Bit)
		}
	}
}

// The end inside a reply is told from the end before one.
func TestTrap21EndInsideReply(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"2", "250", "250 ok", "250 ok\r", "250-a\r\n", "250-a\r\n55"} {
		e := replyErr(t, said(Options{}, in))
		if e.Kind != Truncated || string(e.Partial) != in || !errors.Is(e, io.EOF) {
			t.Errorf("ReadReply(%q) = %v with %q; want Truncated with it and io.EOF", in, e, e.Partial)
		}
	}
	if _, err := said(Options{}).ReadReply(); err != io.EOF {
		t.Errorf("ReadReply() of nothing = %v; want io.EOF itself", err)
	}
}

// A reply that a time limit cut is an error with its bytes, and can be read
// on under a later limit.
func TestTrap22TimeoutInsideReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer client.Close()
		c := NewConn(client, Options{})
		sent := make(chan error, 1)
		go func() {
			defer server.Close()
			_, err := io.WriteString(server, "250-slow\r\n25")
			time.Sleep(time.Minute)
			_, err2 := io.WriteString(server, "0 done\r\n")
			sent <- errors.Join(err, err2)
		}()
		if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		e := replyErr(t, c)
		ne, ok := errors.AsType[net.Error](error(e))
		if e.Kind != Truncated || string(e.Partial) != "250-slow\r\n25" || !errors.Is(e, os.ErrDeadlineExceeded) || !ok || !ne.Timeout() {
			t.Errorf("ReadReply() = %v with %q; want Truncated with the bytes and a timeout", e, e.Partial)
		}
		if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := mustRead(t, c); r.Raw != "250-slow\r\n250 done\r\n" {
			t.Errorf("ReadReply() with more time = %q; want the whole reply", r.Raw)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if _, err := c.ReadReply(); err != io.EOF {
			t.Errorf("ReadReply() after the end = %v; want io.EOF", err)
		}
	})
}

func TestTimeoutBeforeReplyIsPlain(t *testing.T) {
	t.Parallel()
	c := NewConn(&scriptConn{err: timeoutErr}, Options{})
	_, err := c.ReadReply()
	if _, cut := errors.AsType[*ReplyError](err); cut || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ReadReply() = %v of %T; want the connection's own timeout", err, err)
	}
}

func TestUnreadReply(t *testing.T) {
	t.Parallel()
	c := said(Options{}, "250 a\r\n250 b\r\n250 c\r\n")
	a, b := mustRead(t, c), mustRead(t, c)
	c.UnreadReply(b)
	c.UnreadReply(a)
	if got, _ := c.Unasked(); string(got) != "250 a\r\n250 b\r\n250 c\r\n" {
		t.Errorf("Unasked() = %q; want all three replies", got)
	}
	for _, want := range []string{"250 a\r\n", "250 b\r\n", "250 c\r\n"} {
		if r := mustRead(t, c); r.Raw != want {
			t.Errorf("ReadReply() = %q; want %q", r.Raw, want)
		}
	}
}

// stuck never has anything and never says so.
type stuck struct{ net.Conn }

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestReadThatMakesNoProgressEnds(t *testing.T) {
	t.Parallel()
	if _, err := NewConn(stuck{}, Options{}).ReadReply(); err != io.ErrNoProgress {
		t.Errorf("ReadReply() = %v; want %v", err, io.ErrNoProgress)
	}
}

// together returns its last bytes and the error in one Read.
type together struct {
	net.Conn
	s   string
	err error
}

func (c *together) Read(p []byte) (int, error) {
	n := copy(p, c.s)
	c.s = c.s[n:]
	return n, c.err
}

func TestReadWithBytesAndErrorAtOnce(t *testing.T) {
	t.Parallel()
	cause := errors.New("bad record MAC")
	c := NewConn(&together{s: "421 bye\r\n25", err: cause}, Options{})
	if r := mustRead(t, c); r.Code != 421 {
		t.Errorf("ReadReply() = %+v; want the 421 that came with the error", r)
	}
	if e := replyErr(t, c); e.Kind != Truncated || !errors.Is(e, cause) {
		t.Errorf("ReadReply() = %v; want Truncated by %v", e, cause)
	}
}

// A time limit is no end: what comes under the next one is read.
func TestReadWithBytesAndTimeoutAtOnce(t *testing.T) {
	t.Parallel()
	nc := &together{s: "250-a\r\n", err: timeoutErr}
	c := NewConn(nc, Options{})
	if e := replyErr(t, c); e.Kind != Truncated || !isTimeout(e) {
		t.Errorf("ReadReply() = %v; want Truncated by a timeout", e)
	}
	nc.s, nc.err = "250 b\r\n", nil
	if r := mustRead(t, c); r.Raw != "250-a\r\n250 b\r\n" {
		t.Errorf("ReadReply() = %q; want the whole reply", r.Raw)
	}
}

// Replies that never end where a read ends must not make the buffer grow.
func TestBufferStaysSmall(t *testing.T) {
	t.Parallel()
	c := said(Options{}, strings.Repeat("250 2.1.5 Ok, recipient taken\r\n", 5000))
	for range 4999 {
		mustRead(t, c)
		if len(c.buf) > firstBuffer {
			t.Fatalf("buffer has %d octets; want %d", len(c.buf), firstBuffer)
		}
	}
}
