package smtpwire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Only CRLF is ever sent, and a line cannot smuggle in a second command (RFC
// 5321 section 2.3.8).
func TestTrap06WriteLine(t *testing.T) {
	t.Parallel()
	sc := &scriptConn{}
	c := NewConn(sc, Options{})
	long := strings.Repeat("x", 2000)
	for _, line := range []string{"EHLO contoso.test", "", long, "\x00\xff\t"} {
		sc.wrote, sc.writes = nil, 0
		if err := c.WriteLine([]byte(line)); err != nil {
			t.Errorf("WriteLine(%.20q) = %v", line, err)
		}
		if string(sc.wrote) != line+"\r\n" || sc.writes != 1 {
			t.Errorf("WriteLine(%.20q) sent %.20q in %d writes; want it and CRLF in one", line, sc.wrote, sc.writes)
		}
	}
	sc.wrote = nil
	for _, line := range []string{"a\r\nb", "a\n", "\ra", "a\rb", long + "\n"} {
		if err := c.WriteLine([]byte(line)); err != ErrLineBreak {
			t.Errorf("WriteLine(%.20q) = %v; want ErrLineBreak", line, err)
		}
	}
	if len(sc.wrote) != 0 {
		t.Errorf("sent %.40q; want nothing", sc.wrote)
	}
}

// The command is put together in the free part of the read buffer: what
// waits there must survive.
func TestWriteLineKeepsUnreadBytes(t *testing.T) {
	t.Parallel()
	sc := &scriptConn{pieces: [][]byte{[]byte("220 a\r\n250 b\r\n250 c"), []byte("\r\n")}}
	c := NewConn(sc, Options{})
	mustRead(t, c)
	for _, n := range []int{10, 480, 600} {
		if err := c.WriteLine(bytes.Repeat([]byte("x"), n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"250 b\r\n", "250 c\r\n"} {
		if r := mustRead(t, c); r.Raw != want {
			t.Errorf("ReadReply() = %q; want %q", r.Raw, want)
		}
	}
}

func TestFlight(t *testing.T) {
	t.Parallel()
	var f Flight
	for range 2 {
		f.Reset()
		if err := errors.Join(f.Line("MAIL FROM:<>"), f.Line("DATA")); err != nil {
			t.Fatal(err)
		}
		if err := f.Line("RCPT TO:<a>\r\nQUIT"); err != ErrLineBreak {
			t.Errorf("Line with CRLF = %v; want ErrLineBreak", err)
		}
		f.Raw([]byte(".\n"))
		if want := "MAIL FROM:<>\r\nDATA\r\n.\n"; string(f.Bytes()) != want {
			t.Errorf("Bytes() = %q; want %q", f.Bytes(), want)
		}
	}
	sc := &scriptConn{}
	if err := NewConn(sc, Options{}).WriteRaw(f.Bytes()); err != nil || sc.writes != 1 {
		t.Errorf("WriteRaw() = %v in %d writes; want one", err, sc.writes)
	}
}

// A server that answers each command before it reads the next, and reads
// nothing while nobody takes its answers, must not lock us up (RFC 2920
// section 3.1).
func TestTrap39WriteAndReadAtTheSameTime(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe() // has no buffer at all: the worst server
	defer client.Close()
	const commands = 2000
	go func() {
		defer server.Close()
		r := bufio.NewReaderSize(server, 16)
		for {
			if _, err := r.ReadSlice('\n'); err != nil {
				return
			}
			if _, err := io.WriteString(server, "250 ok\r\n"); err != nil {
				return
			}
		}
	}()
	limit := time.Now().Add(20 * time.Second)
	c := NewConn(client, Options{})
	if err := c.SetDeadline(limit); err != nil {
		t.Fatal(err)
	}
	got := 0
	writeErr, err := c.WriteAndRead(bytes.Repeat([]byte("NOOP\r\n"), commands), func() error {
		for range commands {
			if _, err := c.ReadReply(); err != nil {
				return err
			}
			got++
		}
		return nil
	})
	if writeErr != nil || err != nil || got != commands {
		t.Errorf("WriteAndRead() = %v, %v after %d replies; want all %d", writeErr, err, got, commands)
	}
}

// When reading has failed, a write that still waits is given up.
func TestTrap39FailedReadEndsTheWrite(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	go func() {
		_, _ = io.WriteString(server, "what?\r\n") // and never reads
	}()
	c := NewConn(client, Options{})
	writeErr, err := c.WriteAndRead(make([]byte, 1<<20), func() error {
		_, err := c.ReadReply()
		return err
	})
	if e, ok := errors.AsType[*ReplyError](err); !ok || e.Kind != NotAReply {
		t.Errorf("WriteAndRead() read error = %v; want NotAReply", err)
	}
	if !errors.Is(writeErr, os.ErrDeadlineExceeded) {
		t.Errorf("WriteAndRead() write error = %v; want that it was broken off", writeErr)
	}
}

// refusing fails every write and has said something before.
type refusing struct{ scriptConn }

func (*refusing) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// The reply that explains a broken connection counts for more than the error
// of the write that met it.
func TestTrap40ReplyBeforeFailedWrite(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, concurrentSize} {
		nc := &refusing{scriptConn{pieces: [][]byte{[]byte("421 4.7.0 too many errors\r\n")}}}
		c := NewConn(nc, Options{})
		var r Reply
		writeErr, err := c.WriteAndRead(make([]byte, size), func() (err error) {
			r, err = c.ReadReply()
			return err
		})
		if err != nil || r.Code != 421 || !errors.Is(writeErr, syscall.EPIPE) {
			t.Errorf("WriteAndRead(%d octets) = %v, %v with code %d; want EPIPE, nil, 421", size, writeErr, err, r.Code)
		}
	}
}
