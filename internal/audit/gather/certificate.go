package gather

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"

	"mxprobe/internal/audit/facts"
	"mxprobe/probe/dane"
	"mxprobe/probe/result"
)

// leaf is the server's own certificate, nil if it cannot be read.
func leaf(t *result.TLSState) *x509.Certificate {
	if len(t.Chain) == 0 {
		return nil
	}
	c, err := x509.ParseCertificate(t.Chain[0].DER)
	if err != nil {
		return nil
	}
	return c
}

// keyOf is the kind of key of a certificate and its length in bits.
func keyOf(c *x509.Certificate) (kind string, bits int) {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA", k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return "Ed25519", 256
	}
	return c.PublicKeyAlgorithm.String(), 0
}

// addCertificate adds the certificate of a handshake, if it is a new one.
func addCertificate(a *facts.Address, t *result.TLSState) {
	if t == nil || len(t.Chain) == 0 {
		return
	}
	own := t.Chain[0]
	if slices.ContainsFunc(a.Certificates, func(c facts.Certificate) bool { return c.SHA256 == own.SHA256 }) {
		return
	}
	c := facts.Certificate{
		SHA256: own.SHA256, Subject: own.Subject, Issuer: own.Issuer, NotBefore: own.NotBefore, NotAfter: own.NotAfter,
		Chain: t.ChainFinding, NameFinding: t.NameFinding, Dates: t.DatesFinding,
	}
	if parsed := leaf(t); parsed != nil {
		sum := sha256.Sum256(parsed.RawSubjectPublicKeyInfo)
		c.KeySHA256 = hex.EncodeToString(sum[:])
		c.Key, c.Bits = keyOf(parsed)
		c.Signature = parsed.SignatureAlgorithm.String()
	}
	for _, link := range t.Chain {
		c.DER = append(c.DER, link.DER)
	}
	a.Certificates = append(a.Certificates, c)
}

// judgeDANE holds the certificates of an address against the TLSA records of
// its host, record by record, so that one in use can be told from one for later.
func judgeDANE(d *facts.Domain, h *facts.Host, a *facts.Address) {
	if h.TLSA.State != facts.Found || !h.TLSA.Validated {
		return
	}
	_, base, _ := strings.Cut(h.TLSA.Name, "._tcp.")
	names := []string{base}
	if d.MX.Authentic {
		names = append(names, d.Name)
	}
	for i := range a.Certificates {
		c := &a.Certificates[i]
		var chain []*x509.Certificate
		for _, der := range c.DER {
			if link, err := x509.ParseCertificate(der); err == nil {
				chain = append(chain, link)
			}
		}
		if len(chain) == 0 {
			continue
		}
		c.Judged = true
		peer := dane.Peer{Chain: chain, Names: names, Now: d.Now}
		for n, r := range h.TLSA.Records {
			data, err := hex.DecodeString(r.Data)
			if err != nil || r.Unusable != "" {
				continue
			}
			v := dane.Judge([]dane.Record{{Usage: r.Usage, Selector: r.Selector, Matching: r.Matching, Data: data}}, peer)
			switch {
			case v.OK:
				c.TLSA = append(c.TLSA, n)
			case v.Fits || c.DANE == "":
				c.DANE = v.Reason
			}
		}
	}
}
