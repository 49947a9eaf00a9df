package dane

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// matches reports whether the record is about the certificate.
func (r Record) matches(c *x509.Certificate) bool {
	data := c.Raw
	if r.Selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return bytes.Equal(data, r.Data)
}

// judge holds the server against one record. fits says that the record is
// about the server, whatever else may be wrong with it. left is how many
// chains may still be looked for.
func (r Record) judge(p Peer, left *int) (ok, fits bool, reason string) {
	if r.Usage == usageEE {
		// Neither names nor dates nor the chain count (RFC 7672 section 3.1.1).
		ok = r.matches(p.Chain[0])
		return ok, ok, ""
	}
	var err error
	for _, anchor := range r.anchors(p.Chain) {
		if *left--; *left < 0 {
			break
		}
		if err = verify(p, anchor); err == nil {
			fits = true
			break
		}
		reason = fmt.Sprintf("the chain to the authority of the TLSA record %s is not good: %s", r, strings.TrimPrefix(err.Error(), "x509: "))
	}
	switch {
	case !fits:
		return false, reason != "", reason
	case !bears(p.Chain[0], p.Names):
		return false, true, fmt.Sprintf("the certificate has the authority of the TLSA record %s, but bears none of the names %s", r, quoted(p.Names))
	}
	return true, true, ""
}

// anchors are the certificates that the record makes authorities: those of
// the chain it is about and, where it is no digest, the one it holds, which
// the server need not send (RFC 7671 section 5.2).
func (r Record) anchors(chain []*x509.Certificate) []*x509.Certificate {
	var out []*x509.Certificate
	for _, c := range chain[1:] {
		if r.matches(c) && !c.Equal(chain[0]) && !slices.ContainsFunc(out, c.Equal) {
			out = append(out, c)
		}
	}
	if r.Matching != 0 || len(out) > 0 {
		return out
	}
	if r.Selector == 0 {
		if c, err := x509.ParseCertificate(r.Data); err == nil && !c.Equal(chain[0]) {
			out = append(out, c)
		}
		return out
	}
	key, err := x509.ParsePKIXPublicKey(r.Data)
	if err != nil {
		return nil
	}
	for _, c := range chain {
		out = append(out, standIn(c, key))
	}
	return out
}

// standIn makes an authority of a bare key: the issuer of a certificate that
// was sent without it.
func standIn(issued *x509.Certificate, key any) *x509.Certificate {
	return &x509.Certificate{
		Raw: append([]byte("authority of "), issued.Raw...), RawSubject: issued.RawIssuer, Subject: issued.Issuer,
		PublicKey: key, PublicKeyAlgorithm: issuerAlgorithm(key), Version: 3,
		IsCA: true, BasicConstraintsValid: true, MaxPathLen: -1,
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// verify looks for a chain to the anchor, with the dates as they are.
func verify(p Peer, anchor *x509.Certificate) error {
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(anchor)
	for _, c := range p.Chain[1:] {
		others.AddCert(c)
	}
	_, err := p.Chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: others, CurrentTime: p.Now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// bears reports whether a certificate is for one of the names. The common
// name counts only where there is no DNS name (RFC 7672 section 3.2.3).
func bears(c *x509.Certificate, names []string) bool {
	for _, name := range names {
		if c.VerifyHostname(name) == nil {
			return true
		}
		if len(c.DNSNames) == 0 && commonNameIs(c.Subject.CommonName, name) {
			return true
		}
	}
	return false
}

func commonNameIs(common, name string) bool {
	name = strings.TrimSuffix(name, ".")
	if rest, ok := strings.CutPrefix(common, "*."); ok {
		_, parent, _ := strings.Cut(name, ".")
		return strings.EqualFold(rest, parent) && strings.Contains(rest, ".")
	}
	return common != "" && strings.EqualFold(common, name)
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(out, ", ")
}

func issuerAlgorithm(key any) x509.PublicKeyAlgorithm {
	switch key.(type) {
	case *rsa.PublicKey:
		return x509.RSA
	case *ecdsa.PublicKey:
		return x509.ECDSA
	case ed25519.PublicKey:
		return x509.Ed25519
	}
	return x509.UnknownPublicKeyAlgorithm
}
