package records

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// DKIM is the key record of a selector (RFC 6376 section 3.6.1).
type DKIM struct {
	// Key is "rsa" or "ed25519", Bits its length.
	Key  string
	Bits int
	// Revoked is true where the key was taken back (an empty p=), Testing
	// where the domain tests DKIM (t=y).
	Revoked, Testing bool
	// OnlySHA1 is true where no other hash is allowed.
	OnlySHA1 bool
	// NotMail is true where the key is for another service than mail (s=).
	NotMail  bool
	Problems []string
}

// ParseDKIM reads a key record. The version may be missing (v=DKIM1 is the
// default), which is why any TXT record at the name may be meant as one.
func ParseDKIM(text string) DKIM {
	tags, problems := ParseTags(text)
	d := DKIM{Problems: problems, Key: strings.ToLower(tags.Value("k", "rsa"))}
	if v, ok := tags.Get("v"); ok && v != "DKIM1" {
		d.problem("v=%s is not DKIM1", clip(v))
	} else if ok && tags[0].Name != "v" {
		d.problem("v= is not the first tag")
	}
	d.Testing = slices.Contains(words(tags.Value("t", "")), "y")
	if s, ok := tags.Get("s"); ok {
		d.NotMail = !slices.Contains(words(s), "*") && !slices.Contains(words(s), "email")
	}
	if h, ok := tags.Get("h"); ok {
		d.OnlySHA1 = slices.Contains(words(h), "sha1") && !slices.Contains(words(h), "sha256")
	}
	p, ok := tags.Get("p")
	switch p = strings.Map(dropBlanks, p); {
	case !ok:
		d.problem("it has no key (p=)")
	case p == "":
		d.Revoked = true
	default:
		d.readKey(p)
	}
	return d
}

func dropBlanks(r rune) rune {
	if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
		return -1
	}
	return r
}

func words(list string) []string {
	parts := strings.Split(strings.ToLower(list), ":")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " \t")
	}
	return parts
}

func (d *DKIM) problem(format string, args ...any) {
	d.Problems = append(d.Problems, fmt.Sprintf(format, args...))
}

func (d *DKIM) readKey(p string) {
	der, err := base64.StdEncoding.DecodeString(p)
	if err != nil {
		if der, err = base64.RawStdEncoding.DecodeString(p); err != nil {
			d.problem("the key is no base64")
			return
		}
	}
	switch d.Key {
	case "ed25519":
		// RFC 8463 section 4: the key alone, without ASN.1.
		if len(der) != ed25519.PublicKeySize {
			d.problem("an Ed25519 key has 32 octets, this has %d", len(der))
		}
		d.Bits = 8 * len(der)
		return
	case "rsa":
	default:
		d.problem("k=%s is no kind of key that verifiers know", clip(d.Key))
		return
	}
	d.readRSA(der)
}

func (d *DKIM) readRSA(der []byte) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		if pkcs1, err := x509.ParsePKCS1PublicKey(der); err == nil {
			d.Bits = pkcs1.N.BitLen()
			return
		}
		d.problem("the key cannot be read as an RSA key")
		return
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		d.Bits = key.N.BitLen()
	case *ecdsa.PublicKey:
		d.problem("the key is an ECDSA key, which DKIM does not have")
	default:
		d.problem("the key is no RSA key")
	}
}
