package sandbox

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// authority issues the certificates of a world: a root that clients may
// trust, and an intermediate authority that signs for the servers. Its keys
// live in memory alone.
type authority struct {
	root, middle *issuer
	serial       int64
	now          time.Time
}

// issuer is an authority with its key.
type issuer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority() (*authority, error) {
	a := &authority{now: time.Now()}
	var err error
	if a.root, err = a.issue(nil, "mxprobe sandbox root"); err != nil {
		return nil, err
	}
	a.middle, err = a.issue(a.root, "mxprobe sandbox intermediate")
	return a, err
}

// issue makes an authority, signed by parent, or by itself without one.
func (a *authority) issue(parent *issuer, name string) (*issuer, error) {
	tmpl := a.template(name)
	tmpl.IsCA, tmpl.BasicConstraintsValid = true, true
	tmpl.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	tmpl.NotBefore, tmpl.NotAfter = a.now.AddDate(-1, 0, 0), a.now.AddDate(1, 0, 0)
	key, err := newKey(false)
	if err != nil {
		return nil, err
	}
	der, err := sign(tmpl, parent, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &issuer{cert, key}, err
}

// template is a certificate valid from yesterday for 90 days.
func (a *authority) template(name string) *x509.Certificate {
	a.serial++
	return &x509.Certificate{
		SerialNumber: big.NewInt(a.serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    a.now.Add(-24 * time.Hour),
		NotAfter:     a.now.AddDate(0, 0, 90),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

// newKey makes a key: ECDSA, or RSA.
func newKey(isRSA bool) (crypto.Signer, error) {
	if isRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// sign makes a certificate for a key.
func sign(tmpl *x509.Certificate, parent *issuer, key crypto.Signer) ([]byte, error) {
	signer := issuer{tmpl, key}
	if parent != nil {
		signer = *parent
	}
	return x509.CreateCertificate(rand.Reader, tmpl, signer.cert, key.Public(), signer.key)
}

// certificate makes a certificate of a server as bad as it has to be, with an
// ECDSA or an RSA key.
func (a *authority) certificate(kind CertKind, s *server, isRSA bool) (tls.Certificate, error) {
	tmpl := a.template(s.hostname)
	tmpl.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	tmpl.DNSNames = []string{s.hostname}
	tmpl.IssuingCertificateURL = []string{"http://ca.sandbox.test/intermediate.cer"} // as public authorities have it
	if s.name != s.hostname {
		tmpl.DNSNames = append(tmpl.DNSNames, s.name)
	}
	for _, addr := range s.addrs {
		tmpl.IPAddresses = append(tmpl.IPAddresses, net.IP(addr.AsSlice()))
	}
	parent := a.middle
	switch kind {
	case CertExpired:
		tmpl.NotBefore, tmpl.NotAfter = a.now.AddDate(0, 0, -100), a.now.AddDate(0, 0, -10)
	case CertNotYetValid:
		tmpl.NotBefore = a.now.AddDate(0, 0, 10)
	case CertSoon:
		tmpl.NotAfter = a.now.AddDate(0, 0, 10).Add(time.Hour)
	case CertWrongName:
		tmpl.Subject.CommonName, tmpl.DNSNames, tmpl.IPAddresses = "other.example.test", []string{"other.example.test"}, nil
	case CertSelfSigned:
		parent = nil
	}
	key, err := newKey(isRSA)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := sign(tmpl, parent, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	out := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	if parent != nil && kind != CertMissingIntermediate {
		out.Certificate = append(out.Certificate, a.middle.cert.Raw)
	}
	if kind == CertWrongKey {
		out.PrivateKey, err = newKey(isRSA)
	}
	return out, err
}

// client makes a certificate that servers with TLS.ClientCert take, and its
// key, both in PEM.
func (a *authority) client() (certPEM, keyPEM []byte, err error) {
	tmpl := a.template("mxprobe sandbox client")
	tmpl.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	key, err := newKey(false)
	if err != nil {
		return nil, nil, err
	}
	der, err := sign(tmpl, a.root, key)
	if err != nil {
		return nil, nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	return pemOf("CERTIFICATE", der), pemOf("PRIVATE KEY", raw), err
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.root.cert)
	return p
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// makeAuthority makes the authority of a world and the certificates of its
// servers, if any server needs one.
func (w *World) makeAuthority() error {
	for _, s := range w.servers {
		if s.tls == nil {
			continue
		}
		var err error
		if w.authority == nil {
			if w.authority, err = newAuthority(); err != nil {
				return err
			}
		}
		if s.tlsConfig, err = s.tls.config(w.authority, s); err != nil {
			return err
		}
	}
	return nil
}

// CA returns the root certificate of the world in PEM, nil if no server
// speaks TLS.
func (w *World) CA() []byte {
	if w.authority == nil {
		return nil
	}
	return pemOf("CERTIFICATE", w.authority.root.cert.Raw)
}

// ClientPair returns a new client certificate that the servers of the world
// take, and its key, both in PEM. It fails if no server speaks TLS.
func (w *World) ClientPair() (certPEM, keyPEM []byte, err error) {
	if w.authority == nil {
		if w.authority, err = newAuthority(); err != nil {
			return nil, nil, err
		}
	}
	return w.authority.client()
}
