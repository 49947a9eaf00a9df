package sandbox

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// CertKind says what is wrong with the certificate of a server.
type CertKind string

// The kinds of certificates. The zero value is CertGood.
const (
	CertGood                CertKind = "good"
	CertExpired             CertKind = "expired"              // since ten days
	CertNotYetValid         CertKind = "not-yet-valid"        // in ten days
	CertSelfSigned          CertKind = "self-signed"          // by no authority
	CertWrongName           CertKind = "wrong-name"           // for another host
	CertMissingIntermediate CertKind = "missing-intermediate" // the server sends its own certificate alone
	CertWrongKey            CertKind = "wrong-key"            // the key belongs to another certificate
	CertSoon                CertKind = "soon"                 // good, and expires in ten days
)

func certKinds() []string {
	return []string{"good", "expired", "not-yet-valid", "self-signed", "wrong-name", "missing-intermediate", "wrong-key", "soon"}
}

// TLS is how a server speaks TLS.
type TLS struct {
	Cert CertKind
	// RSA is a second certificate, with an RSA key; the first has an ECDSA key.
	// Empty stands for none. What the client can verify decides.
	RSA CertKind
	// Implicit makes TLS begin with the connection on every port, in place
	// of STARTTLS.
	Implicit bool
	// Min and Max are the versions it speaks, such as "1.0"; empty stands
	// for 1.0 and 1.3.
	Min, Max string
	// ClientCert makes it end sessions without a client certificate of its
	// authority (World.ClientPair).
	ClientCert bool
	// Required makes it take no sender before TLS (RFC 3207 section 4), Broken
	// end every handshake with the alert "internal error", as servers do that
	// cannot read their key.
	Required, Broken bool
	// KeepsPlaintext makes it answer under TLS what was sent in clear behind
	// STARTTLS, as servers with the fault CVE-2011-0411 do.
	KeepsPlaintext bool
	// Again makes it offer STARTTLS under TLS as well.
	Again bool
}

func checkTLS(t *TLS) error {
	if t == nil {
		return nil
	}
	for _, kind := range []CertKind{t.Cert, t.RSA} {
		if kind != "" && !slices.Contains(certKinds(), string(kind)) {
			return fmt.Errorf("%q is not a kind of certificate (%s)", kind, strings.Join(certKinds(), ", "))
		}
	}
	least, okLeast := tlsVersion(t.Min, tls.VersionTLS10)
	most, okMost := tlsVersion(t.Max, tls.VersionTLS13)
	if !okLeast || !okMost {
		return errors.New("versions of TLS are 1.0, 1.1, 1.2 and 1.3")
	}
	if least > most {
		return errors.New("the lowest version of TLS is above the highest")
	}
	return nil
}

func tlsVersion(text string, preset uint16) (uint16, bool) {
	switch text {
	case "":
		return preset, true
	case "1.0":
		return tls.VersionTLS10, true
	case "1.1":
		return tls.VersionTLS11, true
	case "1.2":
		return tls.VersionTLS12, true
	case "1.3":
		return tls.VersionTLS13, true
	}
	return 0, false
}

// config makes the TLS configuration of a server.
func (t *TLS) config(a *authority, s *server) (*tls.Config, error) {
	cert, err := a.certificate(t.Cert, s, false)
	if err != nil {
		return nil, err
	}
	least, _ := tlsVersion(t.Min, tls.VersionTLS10)
	most, _ := tlsVersion(t.Max, tls.VersionTLS13)
	c := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: least, MaxVersion: most}
	if t.RSA != "" {
		second, err := a.certificate(t.RSA, s, true)
		if err != nil {
			return nil, err
		}
		c.Certificates = append(c.Certificates, second)
	}
	if t.ClientCert {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, a.pool()
	}
	if t.Broken {
		// crypto/tls makes "internal error" of it.
		c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("broken") }
	}
	return c, nil
}

// offersTLS reports whether STARTTLS is to be had at this moment.
func (c *Conn) offersTLS() bool {
	t := c.srv.tls
	return t != nil && !t.Implicit && (c.tls == nil || t.Again)
}

// withStartTLS puts STARTTLS into the keywords or takes it out.
func (c *Conn) withStartTLS(keywords []string) []string {
	if c.srv.tls == nil {
		return keywords
	}
	isIt := func(k string) bool { return strings.EqualFold(k, "STARTTLS") }
	if !c.offersTLS() {
		return slices.DeleteFunc(slices.Clone(keywords), isIt)
	}
	if slices.ContainsFunc(keywords, isIt) {
		return keywords
	}
	return append(slices.Clone(keywords), "STARTTLS")
}

// usualStartTLS answers STARTTLS.
func (c *Conn) usualStartTLS(e event) string {
	switch {
	case !c.offersTLS() && c.tls != nil:
		return "503 5.5.1 TLS is active already"
	case !c.offersTLS():
		return "502 5.5.1 Command not implemented"
	case argument(e.line) != "":
		return "501 5.5.4 STARTTLS takes no argument" // RFC 3207 section 4
	}
	return "220 2.0.0 Ready to start TLS"
}

// startTLS makes the handshake. Everything known from before is forgotten
// (RFC 3207 section 4.2), as is what was sent too early.
func (c *Conn) startTLS() {
	if c.flush() != nil {
		c.done = true
		return
	}
	early := make([]byte, c.in.Buffered())
	_, _ = c.in.Read(early) // no more than is buffered
	conn := tls.Server(c.rw, c.srv.tlsConfig)
	if err := conn.HandshakeContext(c.ctx); err != nil {
		c.log.handshake("failed: " + err.Error())
		c.Close()
		return
	}
	state := conn.ConnectionState()
	c.log.handshake(strings.TrimSpace(tls.VersionName(state.Version) + " " + state.ServerName))
	c.rw, c.tls = conn, conn
	c.reset()
	c.helo, c.keywords, c.user = "", nil, ""
	if c.srv.tls.KeepsPlaintext {
		c.early = early
	}
}
