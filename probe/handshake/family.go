package handshake

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"strings"

	"mxprobe/probe/certs"
	"mxprobe/probe/dane"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Family is the kind of key of a server's certificate, as senders ask for it: RSA
// or ECDSA, which stands for Ed25519 too.
type Family string

// The families.
const (
	RSA   Family = "RSA"
	ECDSA Family = "ECDSA"
)

// familyOf is the family that a scenario asks for, empty for any.
func familyOf(s scenarios.Signature) Family {
	switch s {
	case scenarios.SignatureRSA:
		return RSA
	case scenarios.SignatureECDSA:
		return ECDSA
	}
	return ""
}

// FamilyOf is the family of a certificate.
func FamilyOf(c *x509.Certificate) Family {
	if c.PublicKeyAlgorithm == x509.RSA {
		return RSA
	}
	return ECDSA
}

// Other is the family beside it.
func (f Family) Other() Family {
	if f == RSA {
		return ECDSA
	}
	return RSA
}

// Signature is the word of a scenario for the family.
func (f Family) Signature() scenarios.Signature {
	if f == RSA {
		return scenarios.SignatureRSA
	}
	return scenarios.SignatureECDSA
}

// ciphers are the suites up to TLS 1.2 with which a server shows a certificate of
// the family.
func (f Family) ciphers() []uint16 { return ciphersWith("_" + string(f) + "_") }

// EveryCipher are all suites that can be had but those with RC4, which no mail
// server of today speaks.
func EveryCipher() []uint16 { return ciphersWith("") }

// ciphersWith are those of EveryCipher that have a part in their name.
func ciphersWith(part string) []uint16 {
	var out []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, c := range list {
			if strings.Contains(c.Name, part) && !strings.Contains(c.Name, "_RC4_") {
				out = append(out, c.ID)
			}
		}
	}
	return out
}

// Family is the family that a plan asks for, empty for any.
func (p *Plan) Family() Family { return familyOf(p.Options.Signature) }

// Both reports whether the certificates of both families are looked at. One of
// them was named, or a limit leaves no choice, where they are not.
func (p *Plan) Both() bool {
	o := p.Options
	if o.Ciphers != nil || p.Most < tls.VersionTLS12 {
		return false
	}
	return o.Signature == scenarios.BothSignatures || o.Signature == scenarios.AnySignature && o.Verify == scenarios.VerifyDANE
}

// For is the plan of a handshake for the certificate of one family alone. Nothing
// is asked of that certificate there.
func (p *Plan) For(f Family) *Plan {
	o := *p.Options
	o.Signature, o.Verify, o.NoResume, o.ValidFor, o.Min, o.Max = f.Signature(), scenarios.VerifyNote, true, scenarios.Limit{}, "1.0", ""
	if p.Options.Verify == scenarios.VerifyDANE || p.Options.Verify == scenarios.VerifyNot {
		o.Verify = scenarios.VerifyNot // the chain does not count
	}
	out := NewPlan(&o, p.clientCert)
	out.Implicit, out.Base = p.Implicit, p.Base
	return out
}

// Certificate is one that a server has shown, in words.
func Certificate(c *x509.Certificate) string {
	kind := string(FamilyOf(c))
	if c.PublicKeyAlgorithm == x509.Ed25519 {
		kind = "Ed25519"
	}
	return "the " + kind + " certificate of " + result.Printable([]byte(c.Subject.String()), result.MaxShown) + " (key SHA-256 " + keyHash(c) + ")"
}

// keyHash is the SHA-256 of the key of a certificate, as a record 3 1 1 has it.
func keyHash(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:])
}

// Sighting is what is known of the certificate that a server has beside the one
// of a session.
type Sighting struct {
	Family Family
	// Chain is what the server has shown, nil if nothing; Why then says why.
	Chain    []*x509.Certificate
	Findings certs.Findings
	Why      string
}

// shown are the certificates of a chain that are looked at.
func shown(chain []*x509.Certificate) []*x509.Certificate {
	return chain[:min(len(chain), certs.MaxChain)]
}

// fits holds a chain against the TLSA records.
func (v *Verification) fits(chain []*x509.Certificate) dane.Verdict {
	return dane.Judge(v.Dane.Records, dane.Peer{Chain: shown(chain), Names: v.Dane.Names, Now: v.Now})
}
