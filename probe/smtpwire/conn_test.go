package smtpwire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// Bytes behind the 220 to STARTTLS must never be taken for something said
// under TLS (RFC 3207 section 6, CVE-2011-0411).
func TestTrap24UpgradeKeepsNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ pieces, leftover string }{
		{"220 go ahead\r\n", ""},
		{"220 go ahead\r\n250-mx\r\n250 AUTH PLAIN\r\n", "250-mx\r\n250 AUTH PLAIN\r\n"},
		{"220 go ahead\r\n25", "25"},
	} {
		c := said(Options{}, tt.pieces)
		mustRead(t, c)
		under := &scriptConn{pieces: [][]byte{[]byte("250 under TLS\r\n")}}
		if got := c.Upgrade(under); string(got) != tt.leftover || (got != nil) != (tt.leftover != "") {
			t.Errorf("Upgrade after %q = %q; want %q", tt.pieces, got, tt.leftover)
		}
		if c.NetConn() != net.Conn(under) || c.Buffered() != 0 {
			t.Errorf("after Upgrade: %d octets over %T; want none over the new connection", c.Buffered(), c.NetConn())
		}
		if r := mustRead(t, c); r.Raw != "250 under TLS\r\n" {
			t.Errorf("ReadReply() after Upgrade = %q; want what the new connection says", r.Raw)
		}
	}
}

func TestTrap24UpgradeDropsRepliesPutBackAndErrors(t *testing.T) {
	t.Parallel()
	c := NewConn(&together{s: "220 go\r\n250 injected\r\n", err: io.EOF}, Options{})
	mustRead(t, c)
	c.UnreadReply(mustRead(t, c))
	if got := c.Upgrade(&scriptConn{pieces: [][]byte{[]byte("250 new\r\n")}}); string(got) != "250 injected\r\n" {
		t.Errorf("Upgrade() = %q; want the reply put back", got)
	}
	if r := mustRead(t, c); r.Raw != "250 new\r\n" {
		t.Errorf("ReadReply() = %q; want the new connection's", r.Raw)
	}
}

// A server that closes at QUIT without a 221 gives io.EOF, one that resets
// gives an error, and neither ends the process by a signal.
func TestTrap20CloseAtQuit(t *testing.T) {
	t.Parallel()
	client, server := loopback(t)
	c := NewConn(client, Options{})
	if err := c.WriteLine([]byte("QUIT")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(server, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if _, err := c.ReadReply(); err != io.EOF {
		t.Errorf("ReadReply() after QUIT = %v; want io.EOF", err)
	}
	var err error
	for err == nil { // the first writes may still fit in the kernel
		err = c.WriteLine([]byte("NOOP"))
	}
	if !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("WriteLine() to a closed connection = %v; want EPIPE or ECONNRESET", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func TestResetSendsRST(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"plain": func(nc net.Conn) net.Conn { return nc },
		"outer": func(nc net.Conn) net.Conn { return outer{nc} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, server := loopback(t)
			if err := NewConn(wrap(client), Options{}).Reset(); err != nil {
				t.Fatalf("Reset() = %v", err)
			}
			if _, err := server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the other side reads %v; want ECONNRESET", err)
			}
		})
	}
}

// outer hides the connection inside it, as tls.Conn does.
type outer struct{ net.Conn }

func (o outer) NetConn() net.Conn { return o.Conn }

func TestResetWhereThereIsNone(t *testing.T) {
	t.Parallel()
	client, server := net.Pipe()
	defer server.Close()
	if err := NewConn(client, Options{}).Reset(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Reset() of a pipe = %v; want errors.ErrUnsupported", err)
	}
	if _, err := server.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the other side reads %v; want io.EOF, since it was closed", err)
	}
}

// Ten thousand sessions wait at once, so a Conn has to stay small.
func TestConnIsSmall(t *testing.T) {
	t.Parallel()
	if n := unsafe.Sizeof(Conn{}); n > 512 {
		t.Errorf("a Conn takes %d octets; want at most 512, its buffer of %d included", n, firstBuffer)
	}
}

// A good reply costs a part of an allocation: the text the caller keeps, which
// the replies of a session have together.
func TestGoodReplyCostsLittle(t *testing.T) {
	reply := []byte("250-mx.fabrikam.test\r\n250-SIZE 35882577\r\n250 DSN\r\n")
	sc := &scriptConn{}
	pieces := make([][]byte, 1)
	c := NewConn(sc, Options{})
	n := testing.AllocsPerRun(200, func() {
		pieces[0] = reply
		sc.pieces = pieces
		r, err := c.ReadReply()
		if err != nil || r.Code != 250 {
			t.Fatalf("ReadReply() = %+v, %v", r, err)
		}
		if _, ok, _ := r.Enhanced(); ok {
			t.Fatal("Enhanced() finds a code")
		}
	})
	if n > 0 { // AllocsPerRun rounds down
		t.Errorf("a reply costs %v allocations; want less than one", n)
	}
}

// The texts of replies stay as they are, whatever is read behind them and
// whoever uses the Conn afterwards, and a long one has its own memory.
func TestTextOfRepliesStays(t *testing.T) {
	t.Parallel()
	sc := &scriptConn{}
	c := NewConn(sc, Options{})
	var got, want []string
	for round := range 3 {
		for i := range 200 {
			text := fmt.Sprintf("250 round %d reply %d %s\r\n", round, i, strings.Repeat("x", i*2))
			sc.pieces = [][]byte{[]byte(text)}
			got, want = append(got, mustRead(t, c).Raw), append(want, text)
		}
		c.Begin(sc, Options{})
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("reply %d is %q now; want %q", i, got[i], want[i])
		}
	}
}

// A Conn that begins anew knows nothing of what it was: no byte, no reply put
// back, no error, no limit, no record.
func TestBeginForgets(t *testing.T) {
	t.Parallel()
	c := said(Options{MaxLines: 1, Record: NewRecorder(0)}, "220 mx\r\n250 nobody asked\r\n250-secret\r\n250-")
	c.UnreadReply(mustRead(t, c))
	c.SetMaxLine(1 << 20)
	c.SetRecording(false)
	c.Hide(5)
	_, _ = c.Unasked()
	sc := &scriptConn{}
	c.Begin(sc, Options{})
	fresh := NewConn(sc, Options{})
	c.kernel.look = nil // is the same function again
	c.buf, fresh.buf = nil, nil
	if !reflect.DeepEqual(c, fresh) {
		t.Errorf("Begin() leaves %+v; want %+v", c, fresh)
	}
}

// The look before each command costs nothing but its system call.
func TestUnaskedCostsNoAllocation(t *testing.T) {
	canPeek(t)
	client, _ := loopback(t)
	c := NewConn(client, Options{})
	_, _ = c.Unasked()
	if n := testing.AllocsPerRun(100, func() {
		if b, eof := c.Unasked(); len(b) > 0 || eof {
			t.Fatalf("Unasked() = %q, %t", b, eof)
		}
	}); n > 0 {
		t.Errorf("Unasked() costs %v allocations; want none", n)
	}
}

func TestKeywordsAndCommandsCostNoAllocation(t *testing.T) {
	r := ehlo("mx", "PIPELINING", "SIZE 35882577", "8BITMIME", "DSN")
	c := NewConn(&discard{}, Options{})
	line := []byte("MAIL FROM:<" + strings.Repeat("a", 60) + "@contoso.test>")
	n := testing.AllocsPerRun(200, func() {
		k := ParseEHLO(r)
		if _, ok := k.Lookup("dsn"); !ok {
			t.Fatal("DSN is not found")
		}
		if err := c.WriteLine(line); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("ParseEHLO, Lookup and WriteLine cost %v allocations; want none", n)
	}
}

// discard takes everything.
type discard struct{ net.Conn }

func (*discard) Write(p []byte) (int, error) { return len(p), nil }

func TestSetDeadline(t *testing.T) {
	t.Parallel()
	client, _ := loopback(t)
	c := NewConn(client, Options{})
	if err := c.SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadReply(); !isTimeout(err) {
		t.Errorf("ReadReply() behind the deadline = %v; want a timeout", err)
	}
}
