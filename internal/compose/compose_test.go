package compose

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

func TestSetFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"replaced and added", "Subject: old\nTo: a\n\nhi\n", "Subject: new\nX-A: b\nTo: a\n\nhi\n"},
		{"folded is replaced whole", "subject: old\n folded\nTo: a\n\nhi\n", "Subject: new\nX-A: b\nTo: a\n\nhi\n"},
		{"no header", "hi\n", "Subject: new\nX-A: b\n\nhi\n"},
		{"empty header", "\nhi\n", "Subject: new\nX-A: b\n\n\nhi\n"},
		{"nothing", "", "Subject: new\nX-A: b\n\n"},
		{"header alone", "To: a\n", "Subject: new\nX-A: b\nTo: a\n"},
		{"CR LF", "Subject: old\r\nTo: a\r\n\r\nhi\r\n", "Subject: new\nX-A: b\nTo: a\r\n\r\nhi\r\n"},
	} {
		got, err := SetFields([]byte(tt.text), []Field{{"Subject", "new"}, {"X-A", "b"}})
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: SetFields = %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	got, err := SetFields([]byte("hi\n"), []Field{{"Subject", "grüße"}, {"From", "<kate@grüße.example>"}})
	if want := "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\nFrom: <kate@grüße.example>\n\nhi\n"; err != nil || string(got) != want {
		t.Errorf("SetFields = %q, %v; want %q", got, err, want)
	}
	for _, f := range []Field{{"", "x"}, {"a b", "x"}, {"a:", "x"}, {"a", "x\r\nBcc: y"}} {
		if _, err := SetFields([]byte("hi\n"), []Field{f}); err == nil {
			t.Errorf("the field %q was taken", f)
		}
	}
}

// parts reads a message of several parts with the standard library.
func parts(t *testing.T, text []byte) (mail.Header, []string, []string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatalf("Content-Type %q, %v", kind, err)
	}
	var names, contents []string
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return m.Header, names, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			body = base64.NewDecoder(base64.StdEncoding, p)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		name, err := new(mime.WordDecoder).DecodeHeader(p.FileName())
		if err != nil {
			t.Fatal(err)
		}
		names, contents = append(names, name+" "+p.Header.Get("Content-Type")), append(contents, string(b))
	}
}

func TestAttach(t *testing.T) {
	t.Parallel()
	binary := make([]byte, 5000)
	_, _ = rand.Read(binary)
	text := "Subject: hi\nContent-Type: text/html; charset=utf-8\nTo: a\n\n<p>grüße</p>\n"
	files := []File{{"a.pdf", binary}, {"ä b.txt", []byte("text\n.\n")}, {"empty", nil}}
	got, err := Attach([]byte(text), files)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Attach([]byte(text), files)
	if !bytes.Equal(got, again) {
		t.Error("the second message differs from the first")
	}
	header, names, contents := parts(t, got)
	if header.Get("Subject") != "hi" || header.Get("To") != "a" || header.Get("MIME-Version") != "1.0" {
		t.Errorf("header is %v", header)
	}
	wantNames := []string{" text/html; charset=utf-8", "a.pdf application/pdf", "ä b.txt text/plain", "empty application/octet-stream"}
	wantContents := []string{"<p>grüße</p>\n", string(binary), "text\n.\n", ""}
	if strings.Join(names, "|") != strings.Join(wantNames, "|") {
		t.Errorf("parts are %q; want %q", names, wantNames)
	}
	if strings.Join(contents, "|") != strings.Join(wantContents, "|") {
		t.Errorf("contents are %.200q; want %.200q", contents, wantContents)
	}
	for line := range bytes.Lines(got) {
		if len(line) > 1000 {
			t.Errorf("a line has %d octets", len(line))
		}
	}
}

// A body that is encoded, or has parts of its own, goes in as it is.
func TestAttachToWhatIsNotPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Content-Transfer-Encoding: base64\n\naGVsbG8=\n":                       " text/plain; charset=utf-8 hello",
		"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhi\n--b--\n": " multipart/alternative; boundary=b --b\n\nhi\n--b--\n",
		"Content-Type: multipart/\n\nx":                                         " multipart/ x",
		"Content-Type: text/plain; charset=koi8-r\n\n\xc1":                      " text/plain; charset=koi8-r \xc1",
	} {
		got, err := Attach([]byte("From: a\n"+text), []File{{"x", []byte("y")}})
		if err != nil {
			t.Fatal(err)
		}
		_, names, contents := parts(t, got)
		if len(contents) != 2 || names[0]+" "+contents[0] != want || contents[1] != "y" {
			t.Errorf("%q: parts are %q, %q; want %q first", text, names, contents, want)
		}
	}
}

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"rsa": r, "ed25519": e}
}

// Another implementation of DKIM takes what is signed here, and nothing that
// was changed.
func TestSignIsVerified(t *testing.T) {
	t.Parallel()
	for kind, key := range keys(t) {
		public := key.Public()
		der, _ := x509.MarshalPKIXPublicKey(public)
		if e, ok := public.(ed25519.PublicKey); ok {
			der = e
		}
		record := "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(der)
		verify := func(text []byte) error {
			found, err := dkim.VerifyWithOptions(bytes.NewReader(text), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
				if name != "s1._domainkey.example.org" {
					t.Errorf("%s was looked up", name)
				}
				return []string{record}, nil
			}})
			if err != nil {
				return err
			}
			if len(found) != 1 || found[0].Domain != "example.org" {
				t.Fatalf("verifications are %+v", found)
			}
			return found[0].Err
		}
		for _, text := range []string{
			"From: <a@example.org>\r\nSubject: hi\r\n\r\nbody\r\n",
			"From: <a@example.org>\r\nSubject:   folded\r\n\tand  wide \r\nX-Other: x\r\n\r\n",
			"From: <a@example.org>\r\n\r\n\r\n \t tabs \t\r\n\r\nlast line\r\n\r\n\r\n",
			"From: <a@example.org>\r\nTo: x\r\nTo: y\r\nFrom: <b@example.org>\r\n\r\n.\r\n..\r\n",
		} {
			signed, err := Sign([]byte(text), Signature{"example.org", "s1", key})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasSuffix(signed, []byte(text)) {
				t.Errorf("%s: the message was changed: %q", kind, signed)
			}
			if err := verify(signed); err != nil {
				t.Errorf("%s: %q: %v", kind, text, err)
			}
			for _, change := range [][2]string{{"example.org>", "example.com>"}, {"\r\n\r\n", "\r\n\r\nmore"}} {
				if verify([]byte(strings.Replace(string(signed), change[0], change[1], 1))) == nil {
					t.Errorf("%s: %q with %q was verified", kind, text, change[1])
				}
			}
		}
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for kind, key := range keys(t) {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if r, ok := key.(*rsa.PrivateKey); ok {
			old := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(r)})
			if _, err := ParseKey(old); err != nil {
				t.Errorf("PKCS #1: %v", err)
			}
			if _, err := ParseKey(old[:200]); err == nil {
				t.Error("half a key was taken")
			}
		}
	}
	for _, text := range []string{"", "key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n", "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"} {
		if _, err := ParseKey([]byte(text)); err == nil || strings.Contains(err.Error(), "c2Vjcm") {
			t.Errorf("ParseKey(%q): %v; want an error without the key", text, err)
		}
	}
}
