package dkim

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Value is what a check amounts to (RFC 8601 section 2.7.1).
type Value string

// The values.
const (
	Pass      Value = "pass"
	Fail      Value = "fail"
	PermError Value = "permerror" // the signature or the key is not in order
	TempError Value = "temperror" // the key could not be had
)

// Result is the outcome for one signature.
type Result struct {
	// Domain, Selector and Algorithm are those of the signature, as it says.
	Domain, Selector, Algorithm string
	Value                       Value
	// Reason says why it is no pass, or what is odd about one.
	Reason string
}

// Lookup returns the TXT records of a name, none if there are none.
type Lookup func(ctx context.Context, name string) ([]string, error)

// MaxSignatures is how many signatures of a message are checked.
const MaxSignatures = 10

// Verify checks the signatures of a message, the uppermost first. Lines that
// end with LF alone are taken for the CR LF that they were sent with.
func Verify(ctx context.Context, message []byte, lookup Lookup, now time.Time) []Result {
	header, body := cut(withCRLF(message))
	fields := fieldsOf(header)
	var results []Result
	for _, field := range fields {
		if fieldName(field) != "dkim-signature" || len(results) >= MaxSignatures {
			continue
		}
		_, value, _ := bytes.Cut(field, []byte(":"))
		s, err := read(field, string(value))
		r := Result{Domain: s.domain, Selector: s.selector, Algorithm: s.algorithm}
		if err != nil {
			r.Value, r.Reason = PermError, err.Error()
		} else {
			r.Value, r.Reason = s.verify(ctx, fields, body, lookup, now)
		}
		results = append(results, r)
	}
	return results
}

// verify checks one signature (RFC 6376 section 6.1).
func (s *signature) verify(ctx context.Context, fields [][]byte, body []byte, lookup Lookup, now time.Time) (Value, string) {
	switch s.algorithm {
	case "rsa-sha256", "ed25519-sha256":
	case "rsa-sha1":
		return PermError, "rsa-sha1 no longer counts (RFC 8301)"
	default:
		return PermError, fmt.Sprintf("the algorithm %.30q is not known", s.algorithm)
	}
	if !s.expires.IsZero() && now.After(s.expires) {
		return Fail, "the signature has expired: " + s.expires.UTC().Format(time.DateOnly)
	}
	key, value, err := s.key(ctx, lookup)
	if err != nil {
		return value, err.Error()
	}
	hash, note := s.hashBody(body)
	if subtle.ConstantTimeCompare(hash, s.bodyHash) != 1 {
		return Fail, "the body was changed after it was signed"
	}
	if err := check(key.key, s.hashHeader(fields), s.sum); err != nil {
		return Fail, "a signed field was changed, or the signature is by another key"
	}
	if key.testing {
		note = "the domain says that it is only testing (t=y)"
	}
	return Pass, note
}

// key looks the key up.
func (s *signature) key(ctx context.Context, lookup Lookup) (publicKey, Value, error) {
	name := s.selector + "._domainkey." + s.domain
	records, err := lookup(ctx, name)
	if err != nil {
		return publicKey{}, TempError, fmt.Errorf("%s: %w", name, err)
	}
	err = fmt.Errorf("there is no key at %s", name)
	for _, record := range records {
		key, bad := readKey(record, s.algorithm)
		if bad == nil {
			return key, Pass, nil
		}
		err = bad
	}
	return publicKey{}, PermError, err
}

// hashBody is the hash of the body in its canonical form.
func (s *signature) hashBody(body []byte) (hash []byte, note string) {
	if s.relaxedBody {
		body = RelaxedBody(body)
	} else {
		body = simpleBody(body)
	}
	if s.length >= 0 {
		if s.length > len(body) {
			return nil, ""
		}
		if s.length < len(body) {
			note = fmt.Sprintf("the last %d bytes of the body are not signed (l=)", len(body)-s.length)
		}
		body = body[:s.length]
	}
	sum := sha256.Sum256(body)
	return sum[:], note
}

// hashHeader is the hash of the signed fields and of the signature without its
// value (section 3.7). A name that stands twice is taken from below.
func (s *signature) hashHeader(fields [][]byte) []byte {
	sum := sha256.New()
	next := make(map[string]int) // where to look for the next of a name
	for _, name := range s.names {
		at, seen := next[name]
		if !seen {
			at = len(fields) - 1
		}
		for at >= 0 && fieldName(fields[at]) != name {
			at--
		}
		if next[name] = at - 1; at >= 0 {
			sum.Write(s.form(fields[at]))
		}
	}
	own := s.form(withoutSum(s.raw))
	sum.Write(bytes.TrimSuffix(own, []byte("\r\n")))
	return sum.Sum(nil)
}

func (s *signature) form(field []byte) []byte {
	if s.relaxedHeader {
		return RelaxedField(field)
	}
	return field
}

// withoutSum takes the value of b= out of a signature.
func withoutSum(field []byte) []byte {
	name, list, _ := bytes.Cut(field, []byte(":"))
	out := append([]byte(nil), name...)
	out = append(out, ':')
	for i, tag := range bytes.Split(list, []byte(";")) {
		if i > 0 {
			out = append(out, ';')
		}
		if key, _, ok := bytes.Cut(tag, []byte("=")); ok && string(bytes.TrimSpace(key)) == "b" {
			tag = tag[:len(key)+1]
		}
		out = append(out, tag...)
	}
	if !bytes.HasSuffix(out, []byte("\r\n")) {
		out = append(out, "\r\n"...)
	}
	return out
}

var errSignature = errors.New("the signature is not that of the key")

// check verifies a signature of a hash. Ed25519 signs the hash itself (RFC
// 8463 section 3).
func check(key crypto.PublicKey, hash, sum []byte) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, hash, sum)
	case ed25519.PublicKey:
		if ed25519.Verify(key, hash, sum) {
			return nil
		}
	}
	return errSignature
}

// withCRLF gives every line the end that it was sent with.
func withCRLF(text []byte) []byte {
	if bytes.Count(text, []byte("\n")) == bytes.Count(text, []byte("\r\n")) {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/20)
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		out = append(append(out, trimmed...), "\r\n"...)
	}
	return out
}

// cut returns the header and the body of a message.
func cut(text []byte) (header, body []byte) {
	if i := bytes.Index(text, []byte("\r\n\r\n")); i >= 0 {
		return text[:i+2], text[i+4:]
	}
	return text, nil
}

// maxFields is how many fields of a header are looked at.
const maxFields = 1000

// fieldsOf cuts a header into its fields, each with its folded lines.
func fieldsOf(header []byte) [][]byte {
	var out [][]byte
	from := 0
	for at := 0; at < len(header); {
		end := len(header)
		if i := bytes.IndexByte(header[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		if at > from && header[at] != ' ' && header[at] != '\t' {
			out = append(out, header[from:at])
			from = at
		}
		if at = end; len(out) >= maxFields {
			return out
		}
	}
	return append(out, header[from:])
}

func fieldName(field []byte) string {
	name, _, _ := bytes.Cut(field[:min(len(field), 200)], []byte(":"))
	return strings.ToLower(string(bytes.TrimRight(name, " \t")))
}
