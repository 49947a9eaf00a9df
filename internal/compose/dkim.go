package compose

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"mxprobe/internal/dkim"
)

// Signature says in whose name a message is signed.
type Signature struct {
	Domain, Selector string
	Key              crypto.Signer
}

// minBits is the shortest RSA key that verifiers take (RFC 8301 section 3.2).
const minBits = 1024

// ParseKey reads a private key of DKIM in PEM: RSA or Ed25519, as PKCS #8, or
// RSA as PKCS #1. No error holds anything of the key.
func ParseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("there is no key in PEM")
	}
	var parsed any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("%q is not a private key for DKIM (PRIVATE KEY, RSA PRIVATE KEY)", block.Type)
	}
	if err != nil {
		return nil, errors.New("the private key cannot be read")
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < minBits {
			return nil, fmt.Errorf("the RSA key has %d bits; verifiers want %d at least", key.N.BitLen(), minBits)
		}
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, errors.New("the private key is neither RSA nor Ed25519")
}

// Sign puts a DKIM-Signature on top of a message (RFC 6376; for Ed25519 RFC
// 8463): relaxed, over the whole body and every field of the header that
// signedField names. The message must have the line ends it is sent with, CR
// LF.
func Sign(text []byte, s Signature) ([]byte, error) {
	header, body := cutHeader(text)
	fields := headerFields(header)
	hash := sha256.Sum256(dkim.RelaxedBody(bytes.TrimPrefix(body, []byte("\r\n"))))
	var names []string
	sum := sha256.New()
	// A name that stands twice is taken from below (section 5.4.2).
	for i := len(fields) - 1; i >= 0; i-- {
		if name := fieldName(fields[i]); signedField(name) {
			names = append(names, name)
			sum.Write(dkim.RelaxedField(fields[i]))
		}
	}
	algorithm := "rsa-sha256"
	if _, ok := s.Key.(ed25519.PrivateKey); ok {
		algorithm = "ed25519-sha256"
	}
	own := fmt.Sprintf("DKIM-Signature: v=1; a=%s; c=relaxed/relaxed; d=%s;\r\n\ts=%s; h=%s;\r\n\tbh=%s;\r\n\tb=",
		algorithm, s.Domain, s.Selector, strings.Join(names, ":\r\n\t "), base64.StdEncoding.EncodeToString(hash[:]))
	sum.Write(bytes.TrimSuffix(dkim.RelaxedField([]byte(own)), []byte("\r\n")))
	signed, err := signSum(s.Key, sum.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return append(append([]byte(own), folded(signed)...), text...), nil
}

// signSum signs a SHA-256. Ed25519 signs the hash itself (RFC 8463 section 3).
func signSum(key crypto.Signer, sum []byte) ([]byte, error) {
	if _, ok := key.(ed25519.PrivateKey); ok {
		return key.Sign(rand.Reader, sum, crypto.Hash(0))
	}
	return key.Sign(rand.Reader, sum, crypto.SHA256)
}

// folded is a signature in base64 on lines that are not too long.
func folded(signed []byte) []byte {
	const width = 70
	text := base64.StdEncoding.EncodeToString(signed)
	var out []byte
	for len(text) > width {
		out = append(append(out, text[:width]...), "\r\n\t"...)
		text = text[width:]
	}
	return append(append(out, text...), "\r\n"...)
}

// signedField reports whether a field is signed: what people and programs
// read, and nothing that is added on the way (RFC 6376 section 5.4.1).
func signedField(name string) bool {
	switch name {
	case "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
		"mime-version", "content-type", "content-transfer-encoding", "auto-submitted":
		return true
	}
	return false
}

// headerFields cuts a header into its fields, each with its folded lines.
func headerFields(header []byte) [][]byte {
	var out [][]byte
	for line := range bytes.Lines(header) {
		if n := len(out); n > 0 && (line[0] == ' ' || line[0] == '\t') {
			out[n-1] = append(out[n-1][:len(out[n-1]):len(out[n-1])], line...)
			continue
		}
		out = append(out, line)
	}
	return out
}

func fieldName(field []byte) string {
	name, _, _ := bytes.Cut(field, []byte(":"))
	return strings.ToLower(string(bytes.TrimRight(name, " \t")))
}
