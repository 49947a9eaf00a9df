//go:build linux

package interop

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"sync/atomic"
	"testing"
	"time"
)

// tlsName is the name that the certificates of the world are for.
const tlsName = "mx.tls.test"

// pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  crypto.Signer
}

var serials atomic.Int64

// issue makes a certificate, signed by parent or, without one, by itself.
func issue(t *testing.T, parent *pair, name string, change func(*x509.Certificate)) *pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return issueFor(t, key, parent, name, change)
}

// issueRSA makes a certificate with an RSA key.
func issueRSA(t *testing.T, parent *pair, name string, change func(*x509.Certificate)) *pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return issueFor(t, key, parent, name, change)
}

func issueFor(t *testing.T, key crypto.Signer, parent *pair, name string, change func(*x509.Certificate)) *pair {
	t.Helper()
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(serials.Add(1)), Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(0, 0, -50), NotAfter: now.AddDate(0, 0, 50),
	}
	if change != nil {
		change(tmpl)
	}
	signer := &pair{tmpl, key}
	if parent != nil {
		signer = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, signer.cert, key.Public(), signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{cert, key}
}

func isCA(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }

// forHost makes a certificate one of a server.
func forHost(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.DNSNames, c.ExtKeyUsage = []string{name}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		c.IssuingCertificateURL = []string{"http://ca.tls.test/issuer.cer"} // as public authorities have it
	}
}

// pemOf is the key of the first pair and the certificates of all.
func pemOf(t *testing.T, key *pair, chain ...*pair) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key.key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	_ = pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for _, p := range chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
	}
	return b.Bytes()
}

func certPEM(p *pair) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
}
