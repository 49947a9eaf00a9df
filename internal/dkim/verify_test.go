package dkim

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"
)

const message = "From: Kate  <kate@sender.test>\r\nTo: joe@example.net\r\nSubject: hello\r\n\tthere\r\nReceived: one\r\nReceived: two\r\n\r\nline  one \r\nline\ttwo\r\n\r\n\r\n"

// signer is a key with its record.
type signer struct {
	key    crypto.Signer
	record string
}

func signers(t testing.TB) map[string]signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(r.Public())
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]signer{
		"rsa":     {r, "v=DKIM1; p=" + base64.StdEncoding.EncodeToString(der)},
		"ed25519": {private, "k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)},
	}
}

func (s signer) sign(t testing.TB, header, body msgauth.Canonicalization, change func(*msgauth.SignOptions)) string {
	t.Helper()
	options := &msgauth.SignOptions{
		Domain: "sender.test", Selector: "x", Signer: s.key, HeaderCanonicalization: header, BodyCanonicalization: body,
		HeaderKeys: []string{"From", "Subject", "Received", "Received", "Received", "X-None"},
	}
	if change != nil {
		change(options)
	}
	var out bytes.Buffer
	if err := msgauth.Sign(&out, strings.NewReader(message), options); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zone(records ...string) Lookup {
	return func(_ context.Context, name string) ([]string, error) {
		if name != "x._domainkey.sender.test" {
			return nil, fmt.Errorf("asked for %s", name)
		}
		return records, nil
	}
}

func one(t *testing.T, text string, lookup Lookup) Result {
	t.Helper()
	results := Verify(t.Context(), []byte(text), lookup, time.Now())
	if len(results) != 1 {
		t.Fatalf("%d results: %+v", len(results), results)
	}
	return results[0]
}

// The other implementation signs, this one checks.
func TestVerifyWhatAnotherSigned(t *testing.T) {
	t.Parallel()
	for kind, s := range signers(t) {
		for _, header := range []msgauth.Canonicalization{msgauth.CanonicalizationSimple, msgauth.CanonicalizationRelaxed} {
			for _, body := range []msgauth.Canonicalization{msgauth.CanonicalizationSimple, msgauth.CanonicalizationRelaxed} {
				signed := s.sign(t, header, body, nil)
				what := fmt.Sprintf("%s %s/%s", kind, header, body)
				if r := one(t, signed, zone("v=spf1 -all", s.record)); r.Value != Pass || r.Reason != "" || r.Domain != "sender.test" || r.Selector != "x" {
					t.Errorf("%s is %+v", what, r)
				}
				if r := one(t, strings.ReplaceAll(signed, "\r\n", "\n"), zone(s.record)); r.Value != Pass {
					t.Errorf("%s with LF is %+v", what, r)
				}
				folded := strings.Replace(signed, "line  one", "line one", 1)
				if r := one(t, folded, zone(s.record)); (r.Value == Pass) != (body == msgauth.CanonicalizationRelaxed) {
					t.Errorf("%s with other blanks in its body is %+v", what, r)
				}
				for name, change := range map[string][2]string{
					"subject": {"hello", "hallo"}, "body": {"two\r\n\r\n", "three\r\n\r\n"}, "a third Received": {"Received: one", "Received: new\r\nReceived: one"},
					"a field that must not be there": {"\nSubject:", "\nX-None: a\r\nSubject:"},
				} {
					if r := one(t, strings.Replace(signed, change[0], change[1], 1), zone(s.record)); r.Value != Fail || r.Reason == "" {
						t.Errorf("%s with another %s is %+v", what, name, r)
					}
				}
			}
		}
	}
}

func TestVerifyKeys(t *testing.T) {
	t.Parallel()
	all := signers(t)
	signed := all["rsa"].sign(t, msgauth.CanonicalizationRelaxed, msgauth.CanonicalizationRelaxed, nil)
	other := signers(t)["rsa"]
	good := all["rsa"].record
	for name, c := range map[string]struct {
		records []string
		value   Value
		reason  string
	}{
		"none":              {nil, PermError, "there is no key"},
		"another key":       {[]string{other.record}, Fail, "another key"},
		"another kind":      {[]string{all["ed25519"].record}, PermError, "kind"},
		"taken back":        {[]string{"v=DKIM1; p="}, PermError, "taken back"},
		"another version":   {[]string{strings.Replace(good, "DKIM1", "DKIM2", 1)}, PermError, "version"},
		"SHA-1 alone":       {[]string{good + "; h=sha1"}, PermError, "SHA-256"},
		"not for mail":      {[]string{good + "; s=other"}, PermError, "mail"},
		"for mail and more": {[]string{good + "; s=email:other; h=sha1:sha256"}, Pass, ""},
		"testing":           {[]string{good + "; t=y:s"}, Pass, "testing"},
		"no base64":         {[]string{"p=%%%"}, PermError, "base64"},
		"no key":            {[]string{"p=aGVsbG8="}, PermError, "cannot be read"},
		"the second":        {[]string{"v=DKIM1; p=", good}, Pass, ""},
	} {
		if r := one(t, signed, zone(c.records...)); r.Value != c.value || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s: is %+v; want %s, %q", name, r, c.value, c.reason)
		}
	}
	down := func(context.Context, string) ([]string, error) { return nil, errors.New("no server answers") }
	if r := one(t, signed, down); r.Value != TempError || !strings.Contains(r.Reason, "no server answers") {
		t.Errorf("without DNS it is %+v", r)
	}
}

func TestVerifySignatures(t *testing.T) {
	t.Parallel()
	s := signers(t)["ed25519"]
	signed := s.sign(t, msgauth.CanonicalizationRelaxed, msgauth.CanonicalizationRelaxed, nil)
	expired := s.sign(t, msgauth.CanonicalizationRelaxed, msgauth.CanonicalizationRelaxed, func(o *msgauth.SignOptions) {
		o.Expiration = time.Now().Add(-time.Hour)
	})
	for name, c := range map[string]struct {
		text   string
		value  Value
		reason string
	}{
		"expired":         {expired, Fail, "expired"},
		"SHA-1":           {strings.Replace(signed, "a=ed25519-sha256", "a=rsa-sha1", 1), PermError, "rsa-sha1"},
		"unknown":         {strings.Replace(signed, "a=ed25519-sha256", "a=x", 1), PermError, "not known"},
		"no domain":       {strings.Replace(signed, "d=sender.test", "e=x", 1), PermError, "d="},
		"version":         {strings.Replace(signed, "v=1", "v=2", 1), PermError, "version"},
		"another's agent": {strings.Replace(signed, "d=sender.test", "d=sender.test; i=@other.test", 1), PermError, "i="},
		"canonical form":  {strings.Replace(signed, "c=relaxed/relaxed", "c=strict", 1), PermError, "strict"},
		"length":          {strings.Replace(signed, "d=sender.test", "d=sender.test; l=x", 1), PermError, "l="},
		"too long":        {strings.Replace(signed, "d=sender.test", "d=sender.test; l=9999", 1), Fail, "body"},
	} {
		if r := one(t, c.text, zone(s.record)); r.Value != c.value || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s: is %+v; want %s, %q", name, r, c.value, c.reason)
		}
	}
	many := strings.Repeat("DKIM-Signature: v=1\r\n", 100) + message
	if n := len(Verify(t.Context(), []byte(many), zone(), time.Now())); n != MaxSignatures {
		t.Errorf("%d signatures are looked at; want %d", n, MaxSignatures)
	}
}

// What is behind the signed length is not signed, and that is said.
func TestVerifyLength(t *testing.T) {
	t.Parallel()
	s := signature{relaxedBody: true, length: 3}
	short, note := s.hashBody([]byte("abcdef\r\n"))
	s.length = -1
	if whole, _ := s.hashBody([]byte("abc")); bytes.Equal(whole, short) || !strings.Contains(note, "last 5 bytes") {
		t.Errorf("the note is %q", note)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(message), "v=DKIM1; p=")
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=a; s=b; h=from:from; bh=aa; b=a; l=1; x=1; i=@a; c=simple\nfrom: x\n\nbody"), "p=aGVsbG8=")
	for _, s := range signers(f) {
		f.Add([]byte(s.sign(f, msgauth.CanonicalizationSimple, msgauth.CanonicalizationSimple, nil)), s.record)
	}
	f.Fuzz(func(t *testing.T, text []byte, record string) {
		for _, r := range Verify(t.Context(), text, func(context.Context, string) ([]string, error) { return []string{record}, nil }, time.Now()) {
			if r.Value != Pass && r.Reason == "" {
				t.Errorf("%+v says no reason", r)
			}
		}
	})
}
