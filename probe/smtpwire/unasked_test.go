package smtpwire

import (
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// canPeek are the systems of peek_unix.go.
func canPeek(t *testing.T) {
	t.Helper()
	if !slices.Contains([]string{"linux", "darwin", "freebsd", "netbsd", "openbsd", "dragonfly"}, runtime.GOOS) {
		t.Skip("no look into the kernel's buffer on this system")
	}
}

// eventually asks until ok, since the kernel needs a moment even on
// loopback. The deadline of the test is that of go test.
func eventually(ok func() bool) bool {
	for range 20_000 {
		if ok() {
			return true
		}
		time.Sleep(100 * time.Microsecond)
	}
	return false
}

func TestUnaskedInBuffer(t *testing.T) {
	t.Parallel()
	c := said(Options{}, "220 mx\r\n250 nobody asked\r\n")
	mustRead(t, c)
	for range 2 {
		if got, eof := c.Unasked(); string(got) != "250 nobody asked\r\n" || eof {
			t.Errorf("Unasked() = %q, %t; want the second reply, false", got, eof)
		}
	}
	if c.Buffered() != len("250 nobody asked\r\n") {
		t.Errorf("Buffered() = %d; want the length of the second reply", c.Buffered())
	}
	mustRead(t, c)
	if got, eof := c.Unasked(); got != nil || eof {
		t.Errorf("Unasked() = %q, %t; want nil, false", got, eof)
	}
}

func TestUnaskedInKernel(t *testing.T) {
	t.Parallel()
	canPeek(t)
	client, server := loopback(t)
	c := NewConn(client, Options{})
	if got, eof := c.Unasked(); got != nil || eof {
		t.Fatalf("Unasked() on a quiet connection = %q, %t; want nil, false", got, eof)
	}
	if _, err := io.WriteString(server, "250 early\r\n"); err != nil {
		t.Fatal(err)
	}
	// Not even a deadline that is over may hide them.
	if err := c.SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var got []byte
	if !eventually(func() bool { got, _ = c.Unasked(); return string(got) == "250 early\r\n" }) {
		t.Fatalf("Unasked() = %q; want the early reply", got)
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if r := mustRead(t, c); r.Raw != "250 early\r\n" {
		t.Errorf("ReadReply() = %q; want the bytes still there", r.Raw)
	}
	server.Close()
	if !eventually(func() bool { _, eof := c.Unasked(); return eof }) {
		t.Error("Unasked() does not tell that the other side has closed")
	}
	if _, err := c.ReadReply(); err != io.EOF {
		t.Errorf("ReadReply() = %v; want io.EOF", err)
	}
}

// Bytes in the own buffer and in the kernel's come together, in order, also
// where the own buffer is full.
func TestUnaskedInBoth(t *testing.T) {
	t.Parallel()
	canPeek(t)
	client, server := loopback(t)
	c := NewConn(client, Options{})
	first := "250 " + strings.Repeat("a", 600) // no line end: it stays in the buffer
	if _, err := io.WriteString(server, first); err != nil {
		t.Fatal(err)
	}
	for c.Buffered() < len(first) {
		if err := c.fill(); err != nil {
			t.Fatal(err)
		}
	}
	c.buf = c.buf[:c.w:c.w] // as full as can be
	if _, err := io.WriteString(server, "bb\r\n"); err != nil {
		t.Fatal(err)
	}
	var got []byte
	if !eventually(func() bool { got, _ = c.Unasked(); return string(got) == first+"bb\r\n" }) {
		t.Fatalf("Unasked() = %d octets; want %d", len(got), len(first)+4)
	}
	if r := mustRead(t, c); r.Raw != first+"bb\r\n" {
		t.Errorf("ReadReply() = %d octets; want all %d", len(r.Raw), len(first)+4)
	}
}

// A look at a reset takes the error out of the socket; it must not be lost
// and become an end in good order.
func TestUnaskedKeepsReset(t *testing.T) {
	t.Parallel()
	canPeek(t)
	client, server := loopback(t)
	c := NewConn(client, Options{})
	if err := server.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if !eventually(func() bool { _, eof := c.Unasked(); return eof }) {
		t.Fatal("Unasked() does not tell of the reset")
	}
	for range 2 {
		if _, err := c.ReadReply(); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("ReadReply() = %v; want ECONNRESET", err)
		}
	}
	if got, eof := c.Unasked(); got != nil || !eof {
		t.Errorf("Unasked() = %q, %t; want nil, true", got, eof)
	}
}

func TestUnaskedWithoutSocket(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer client.Close()
	server.Close()
	if got, eof := NewConn(client, Options{}).Unasked(); got != nil || eof {
		t.Errorf("Unasked() on a pipe = %q, %t; want nil, false, since nothing is known", got, eof)
	}
}

func TestUnaskedOnClosedConn(t *testing.T) {
	t.Parallel()
	client, _ := loopback(t)
	c := NewConn(client, Options{})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if got, eof := c.Unasked(); got != nil || eof {
		t.Errorf("Unasked() after Close = %q, %t; want nil, false", got, eof)
	}
}
