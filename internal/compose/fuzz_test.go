package compose

import (
	"bytes"
	"crypto/ed25519"
	"testing"
)

// FuzzCompose puts any text together with fields, a file and a signature: it
// never panics, what was signed stays as it is, and the field is in the header.
func FuzzCompose(f *testing.F) {
	for _, seed := range []string{
		"",                                   // nothing
		"text alone\n",                       // no header
		"Subject: x\n\ntext\n",               // the usual
		"Subject: x\r\n folded\r\n\r\ntext",  // folded, no last line end
		"\n\n",                               // an empty header
		"A:\nContent-Type: multipart/x\n\nx", // parts without a boundary
		"Content-Transfer-Encoding: base64\n\n!!", // encoded wrongly
		":\n \n", // a field without a name
	} {
		f.Add([]byte(seed))
	}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	f.Fuzz(func(t *testing.T, text []byte) {
		text, err := SetFields(text, []Field{{"From", "<a@example.org>"}})
		if err != nil {
			t.Fatal(err)
		}
		if with, err := Attach(text, []File{{"x", []byte("y")}}); err == nil {
			text = with
		}
		signed, err := Sign(text, Signature{"example.org", "s", key})
		if err != nil || !bytes.HasSuffix(signed, text) {
			t.Fatalf("Sign = %q, %v", signed, err)
		}
		header, _ := cutHeader(signed)
		if !bytes.Contains(header, []byte("a@example.org")) {
			t.Errorf("the header is %q", header)
		}
	})
}
