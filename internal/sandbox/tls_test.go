package sandbox

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"
)

// trust returns a configuration of a client that trusts the world.
func trust(t *testing.T, w *World) *tls.Config {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(w.CA()) {
		t.Fatal("the world has no authority")
	}
	return &tls.Config{RootCAs: pool, ServerName: "mx1.example.test"}
}

// handshake says STARTTLS and makes the handshake.
func (c *client) handshake(config *tls.Config) error {
	c.t.Helper()
	c.say("STARTTLS", "220")
	conn := tls.Client(c.nc, config)
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.nc, c.in = conn, bufio.NewReader(conn)
	return nil
}

// TestCertificatesAreAsBadAsTheyShouldBe looks at them with the checks of
// crypto/tls itself.
func TestCertificatesAreAsBadAsTheyShouldBe(t *testing.T) {
	t.Parallel()
	for kind, want := range map[CertKind]string{
		"": "", CertGood: "", CertSoon: "",
		CertExpired: "expired", CertNotYetValid: "not yet valid", CertSelfSigned: "unknown authority",
		CertWrongName: "other.example.test", CertMissingIntermediate: "unknown authority", CertWrongKey: "invalid signature",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := startOne(t, Server{TLS: &TLS{Cert: kind}})
			err := hello(t, w).handshake(trust(t, w))
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("handshake: %v; want %q", err, want)
			}
		})
	}
}

func TestStartTLSForgets(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{TLS: &TLS{}})
	c := connect(t, w, "192.0.2.10:25")
	c.want("220 ")
	if got := c.say("EHLO client.example", "250"); !strings.Contains(got, "STARTTLS") {
		t.Errorf("EHLO = %q; want STARTTLS in it", got)
	}
	c.say("STARTTLS now", "501")
	if err := c.handshake(trust(t, w)); err != nil {
		t.Fatal(err)
	}
	c.say("MAIL FROM:<a@b.example>", "503")
	if got := c.say("EHLO client.example", "250"); strings.Contains(got, "STARTTLS") {
		t.Errorf("EHLO under TLS = %q; want no STARTTLS", got)
	}
	c.say("STARTTLS", "503")
	c.say("QUIT", "221")
	if rest, err := c.rest(); rest != "" || err != nil {
		t.Errorf("after QUIT came %q, %v; want the end of TLS", rest, err)
	}
	s := w.Sessions()[0]
	if !slices.Equal(s.Handshakes, []string{"TLS 1.3 mx1.example.test"}) || !strings.Contains(string(s.Received), "QUIT") {
		t.Errorf("handshakes %q, received %q", s.Handshakes, s.Received)
	}
}

// Commands behind STARTTLS are dropped, unless the server has the fault of
// CVE-2011-0411.
func TestPlaintextBehindStartTLS(t *testing.T) {
	t.Parallel()
	for _, keeps := range []bool{false, true} {
		w := startOne(t, Server{TLS: &TLS{KeepsPlaintext: keeps}})
		c := hello(t, w)
		c.write("STARTTLS\r\nNONSENSE\r\n")
		c.want("220")
		conn := tls.Client(c.nc, trust(t, w))
		c.nc, c.in = conn, bufio.NewReader(conn)
		want := "250"
		if keeps {
			want = "500"
		}
		c.say("NOOP", want)
	}
}

func TestVersionsAndClientCertificate(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{TLS: &TLS{Max: "1.0", ClientCert: true}})
	if err := hello(t, w).handshake(trust(t, w)); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("handshake with TLS 1.2: %v", err)
	}
	config := trust(t, w)
	config.MinVersion = tls.VersionTLS10
	if err := hello(t, w).handshake(config); err == nil {
		t.Error("a handshake without a client certificate succeeded")
	}
	cert, key, err := w.ClientPair()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{pair}
	c := hello(t, w)
	if err := c.handshake(config); err != nil {
		t.Fatal(err)
	}
	c.say("NOOP", "250")
	if v := c.nc.(*tls.Conn).ConnectionState().Version; v != tls.VersionTLS10 {
		t.Errorf("version %s; want TLS 1.0", tls.VersionName(v))
	}
}

func TestImplicit(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{TLS: &TLS{Implicit: true}})
	c := connect(t, w, "192.0.2.10:465")
	conn := tls.Client(c.nc, trust(t, w))
	c.nc, c.in = conn, bufio.NewReader(conn)
	c.want("220 ")
	if got := c.say("EHLO client.example", "250"); strings.Contains(got, "STARTTLS") {
		t.Errorf("EHLO = %q; want no STARTTLS", got)
	}
}

func TestWorldWithoutTLSHasNoAuthority(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{})
	if w.CA() != nil {
		t.Error("there is an authority that nobody needs")
	}
	hello(t, w).say("STARTTLS", "502")
}

// TestWorldTLS reads every key of tls.
func TestWorldTLS(t *testing.T) {
	t.Parallel()
	spec, err := ParseSpec("w.yaml", []byte(`
servers:
  - name: a.test
    addresses: 192.0.2.1
    tls: {cert: expired, rsa: soon, implicit: true, min: "1.0", max: 1.2, client_cert: true, required: true, broken: true, keeps_plaintext: true, again: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := TLS{Cert: CertExpired, RSA: CertSoon, Implicit: true, Min: "1.0", Max: "1.2", ClientCert: true, Required: true, Broken: true, KeepsPlaintext: true, Again: true}
	if got := spec.Servers[0].TLS; got == nil || *got != want {
		t.Errorf("TLS = %+v; want %+v", got, want)
	}
	for src, want := range map[string]string{
		"tls: perfect":                `"perfect" is not known here`,
		"tls: {min: 1.3, max: 1.0}":   "above the highest",
		"tls: {max: 1.4}":             `"1.4" is not known here`,
		"tls: {certificate: expired}": "certificate",
	} {
		_, err := ParseSpec("w.yaml", []byte("servers:\n  - name: a.test\n    addresses: 192.0.2.1\n    "+src+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", src, err, want)
		}
	}
	if _, err := Start(Spec{Servers: []Server{{Name: "a.test", Addrs: []string{"192.0.2.1"}, TLS: &TLS{Cert: "odd"}}}}); err == nil {
		t.Error("an odd certificate was taken")
	}
}

// A client that never ends its handshake does not keep the world from
// closing.
func TestCloseDuringHandshake(t *testing.T) {
	t.Parallel()
	w := startOne(t, Server{TLS: &TLS{}})
	hello(t, w).say("STARTTLS", "220")
	done := make(chan error, 1)
	go func() { done <- w.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Close hangs")
	}
}
