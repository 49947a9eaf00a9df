package certs

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
)

// unknownText tells a chain with a gap from an authority that nobody here
// knows, which call for different repairs.
func (v *Verifier) unknownText() (string, Gap) {
	top := v.top()
	issuer := printableName(top.Issuer.String())
	switch {
	case isSelfSigned(top):
		return fmt.Sprintf("the authority %s is not trusted here", quotedName(top)), Authority
	case v.sent > MaxChain:
		return fmt.Sprintf("the chain is too long: the server sends %d certificates, and senders look at few of them (GnuTLS at 16)", v.sent), Surplus
	case top != v.Certs[0], issuedByRoot(top):
		return fmt.Sprintf("unknown authority: the chain ends at the issuer %q, which is not trusted here", issuer), Authority
	case len(top.IssuingCertificateURL) > 0:
		return fmt.Sprintf("missing intermediate certificate: the server does not send that of the issuer %q, which is not trusted here by itself", issuer), Intermediate
	}
	return fmt.Sprintf("the server does not send the certificate of the issuer %q, which is not trusted here: an intermediate certificate is missing, or it is a private authority", issuer), Intermediate
}

// top is the certificate at which the chain that was sent ends.
func (v *Verifier) top() *x509.Certificate {
	top := v.Certs[0]
	for range len(v.Certs) {
		i := slices.IndexFunc(v.Certs, func(c *x509.Certificate) bool {
			return c != top && string(c.RawSubject) == string(top.RawIssuer) && top.CheckSignatureFrom(c) == nil
		})
		if i < 0 || isSelfSigned(top) {
			break
		}
		top = v.Certs[i]
	}
	return top
}

// issuedByRoot reports whether what issued a certificate is an authority by
// itself, which no intermediate certificate leads to: the certificate says that
// its issuer is its own issuer (RFC 5280 section 4.2.1.1), or its name says it.
func issuedByRoot(c *x509.Certificate) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(c.Issuer.CommonName), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if word == "root" {
			return true
		}
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 35}) {
			return string(issuerOfIssuer(e.Value)) == string(c.RawIssuer)
		}
	}
	return false
}

// issuerOfIssuer takes the name of the issuer's own issuer from an authority key
// identifier, nil if it has none.
func issuerOfIssuer(der []byte) []byte {
	var id struct {
		Key    asn1.RawValue `asn1:"optional,tag:0"`
		Issuer asn1.RawValue `asn1:"optional,tag:1"`
		Serial asn1.RawValue `asn1:"optional,tag:2"`
	}
	if _, err := asn1.Unmarshal(der, &id); err != nil {
		return nil
	}
	const directoryName = 4
	var name asn1.RawValue
	if _, err := asn1.Unmarshal(id.Issuer.Bytes, &name); err != nil || name.Class != asn1.ClassContextSpecific || name.Tag != directoryName {
		return nil
	}
	return name.Bytes
}
