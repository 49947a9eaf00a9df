package smtpwire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"testing"
	"time"
)

// secured returns a Conn under TLS and the server's side of it, over a socket
// that wrap may change.
func secured(t *testing.T, version uint16, wrap ...func(net.Conn) net.Conn) (*Conn, *tls.Conn) {
	t.Helper()
	near, socket := loopback(t)
	far := net.Conn(socket)
	for _, w := range wrap {
		far = w(far)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MaxVersion: version})
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	c := NewConn(near, Options{})
	client := tls.Client(c.Carrier(), &tls.Config{InsecureSkipVerify: true, MaxVersion: version})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if leftover := c.Upgrade(client); leftover != nil {
		t.Fatalf("Upgrade() = %q; want nil", leftover)
	}
	return c, server
}

func TestUnaskedUnderTLS(t *testing.T) {
	t.Parallel()
	canPeek(t)
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, server := secured(t, version)
			// Session tickets may lie there, and are nothing the server said.
			if got, eof := c.Unasked(); got != nil || eof {
				t.Fatalf("Unasked() on a quiet connection = %q, %t; want nil, false", got, eof)
			}
			// A deadline that is over must hide nothing and end nothing.
			if err := c.SetDeadline(time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(server, "250 early\r\n"); err != nil {
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
			go io.WriteString(server, "250 asked\r\n")
			if r := mustRead(t, c); r.Raw != "250 asked\r\n" {
				t.Errorf("ReadReply() = %q; want the reply that came after the look", r.Raw)
			}
			if err := server.Close(); err != nil {
				t.Fatal(err)
			}
			if !eventually(func() bool { _, eof := c.Unasked(); return eof }) {
				t.Error("Unasked() does not tell that the other side has closed")
			}
			if _, err := c.ReadReply(); err != io.EOF {
				t.Errorf("ReadReply() = %v; want io.EOF", err)
			}
		})
	}
}

// Two replies in one record: the second lies deciphered in the library and
// not in the kernel, where the own buffer was too small for both.
func TestUnaskedDecipheredBefore(t *testing.T) {
	t.Parallel()
	canPeek(t)
	c, server := secured(t, tls.VersionTLS13)
	first := make([]byte, firstBuffer)
	for i := range first {
		first[i] = 'a'
	}
	copy(first, "250 ")
	copy(first[len(first)-2:], "\r\n")
	if _, err := server.Write(append(first, "550 nobody asked\r\n"...)); err != nil {
		t.Fatal(err)
	}
	if r := mustRead(t, c); r.Raw != string(first) {
		t.Fatalf("ReadReply() = %d octets; want %d", len(r.Raw), len(first))
	}
	if c.Buffered() > 0 {
		t.Fatalf("Buffered() = %d; the test wants the second reply elsewhere", c.Buffered())
	}
	if got, eof := c.Unasked(); string(got) != "550 nobody asked\r\n" || eof {
		t.Errorf("Unasked() = %q, %t; want the second reply, false", got, eof)
	}
}

// halves is a server's socket that sends every write in two parts, the second
// when it is told to.
type halves struct {
	net.Conn
	on   bool
	rest chan struct{}
}

func (h *halves) Write(p []byte) (int, error) {
	if !h.on {
		return h.Conn.Write(p)
	}
	n, err := h.Conn.Write(p[:len(p)/2])
	if err != nil {
		return n, err
	}
	<-h.rest
	m, err := h.Conn.Write(p[len(p)/2:])
	return n + m, err
}

// A record of which only a part has arrived is not lost by the look.
func TestUnaskedKeepsHalfARecord(t *testing.T) {
	t.Parallel()
	canPeek(t)
	far := &halves{rest: make(chan struct{})}
	c, server := secured(t, tls.VersionTLS12, func(nc net.Conn) net.Conn { far.Conn = nc; return far })
	far.on = true
	go io.WriteString(server, "250 in two parts\r\n")
	near := carrierOf(c.NetConn()).Conn
	var b [64]byte
	if !eventually(func() bool { n, _ := peek(near, b[:]); return n > 0 }) {
		t.Fatal("the first half does not come")
	}
	if got, eof := c.Unasked(); got != nil || eof {
		t.Errorf("Unasked() on half a record = %q, %t; want nil, false", got, eof)
	}
	close(far.rest)
	if r := mustRead(t, c); r.Raw != "250 in two parts\r\n" {
		t.Errorf("ReadReply() = %q; want the whole reply", r.Raw)
	}
}

// The end of TLS leads back to the socket, where the look is a peek again.
func TestUnaskedAfterTLS(t *testing.T) {
	t.Parallel()
	canPeek(t)
	c, server := secured(t, tls.VersionTLS13)
	c.Upgrade(c.NetConn().(*tls.Conn).NetConn())
	if _, err := io.WriteString(server.NetConn(), "250 in clear\r\n"); err != nil {
		t.Fatal(err)
	}
	var got []byte
	if !eventually(func() bool { got, _ = c.Unasked(); return len(got) > 0 }) {
		t.Fatal("Unasked() does not see what came after TLS")
	}
	if carrierOf(c.NetConn()) != nil {
		t.Error("the connection still goes through the carrier")
	}
}
