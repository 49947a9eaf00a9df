package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// minBits is the shortest RSA key that counts (RFC 8301 section 3.2).
const minBits = 1024

// maxBits bounds the work of a check.
const maxBits = 8192

// publicKey is a key of the DNS (RFC 6376 section 3.6.1).
type publicKey struct {
	key crypto.PublicKey
	// testing reports whether the domain says that it is only trying DKIM.
	testing bool
}

// errRevoked is the error for a key that was taken back.
var errRevoked = errors.New("the key was taken back (p= is empty)")

// readKey reads the record of a key.
func readKey(record, algorithm string) (publicKey, error) {
	tags := tagsOf(record)
	var k publicKey
	if v := tags["v"]; v != "" && v != "DKIM1" {
		return k, fmt.Errorf("the record of the key has the version %.20q", v)
	}
	p, ok := tags["p"]
	switch {
	case !ok:
		return k, errors.New("the record has no key (p=)")
	case p == "":
		return k, errRevoked
	}
	if hashes := withoutBlanks(tags["h"]); hashes != "" && !listHas(hashes, "sha256") {
		return k, errors.New("the key is not for SHA-256 (h=)")
	}
	if services := withoutBlanks(tags["s"]); services != "" && !listHas(services, "email") && !listHas(services, "*") {
		return k, errors.New("the key is not for mail (s=)")
	}
	k.testing = listHas(withoutBlanks(tags["t"]), "y")
	raw, err := base64.StdEncoding.DecodeString(withoutBlanks(p))
	if err != nil {
		return k, errors.New("the key is not base64 (p=)")
	}
	kind := tags["k"]
	if kind == "" {
		kind = "rsa"
	}
	if want, _, _ := strings.Cut(algorithm, "-"); want != kind {
		return k, fmt.Errorf("the key is of the kind %.20q, the signature of %q", kind, algorithm)
	}
	k.key, err = parseKey(kind, raw)
	return k, err
}

func parseKey(kind string, raw []byte) (crypto.PublicKey, error) {
	if kind == "ed25519" {
		if len(raw) != ed25519.PublicKeySize {
			return nil, errors.New("the Ed25519 key has the wrong length")
		}
		return ed25519.PublicKey(raw), nil
	}
	var key *rsa.PublicKey
	if parsed, err := x509.ParsePKIXPublicKey(raw); err == nil {
		key, _ = parsed.(*rsa.PublicKey)
	} else if key, err = x509.ParsePKCS1PublicKey(raw); err != nil {
		return nil, errors.New("the RSA key cannot be read")
	}
	switch {
	case key == nil:
		return nil, errors.New("the key is not of RSA")
	case key.N.BitLen() < minBits:
		return nil, fmt.Errorf("the RSA key has %d bits; %d are the least that counts", key.N.BitLen(), minBits)
	case key.N.BitLen() > maxBits:
		return nil, fmt.Errorf("the RSA key has %d bits; no more than %d are read", key.N.BitLen(), maxBits)
	}
	return key, nil
}

func listHas(list, item string) bool {
	for s := range strings.SplitSeq(list, ":") {
		if s == item {
			return true
		}
	}
	return false
}
