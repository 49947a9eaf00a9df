//go:build linux

package interop

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"mxprobe/probe/result"
)

// TestSignedMessageArrives sends a signed message with an attachment to two
// recipients, and verifies what the servers have delivered: the signature
// holds over dots, parts and line ends, and fields that a server adds do it no
// harm (RFC 6376 section 5.4).
func TestSignedMessageArrives(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	yaml, err := os.ReadFile(scenario(t, "parts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"parts.yaml": yaml, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	record := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	for _, at := range delivering {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.get(theWorld))
			o := play(t, filepath.Join(dir, "parts.yaml"), "-d", at.domain, "--to", "kate@"+at.domain, "--to", "postmaster@"+at.domain)
			o.exits(0)
			text := awaitMail(t, p, "Subject: parts "+o.run.RunID, base64.StdEncoding.EncodeToString([]byte("hello\n")))
			// From the first field: the mailbox has a line of its own on top.
			_, text, _ = strings.Cut(text, "\n")
			found, err := dkim.VerifyWithOptions(bytes.NewReader([]byte(strings.ReplaceAll(text, "\n", "\r\n"))), &dkim.VerifyOptions{
				LookupTXT: func(string) ([]string, error) { return []string{record}, nil },
			})
			if err != nil || len(found) != 1 || found[0].Err != nil {
				t.Errorf("verifications are %+v, %v\n%s", found, err, text)
			}
		})
	}
}

// TestContentIsTaken sends the test messages for filters to servers that have
// none: a warning that says what to do, never a pass.
func TestContentIsTaken(t *testing.T) {
	for _, at := range delivering {
		for _, name := range []string{"@eicar", "@gtube"} {
			t.Run(strings.TrimPrefix(name, "@")+"/"+at.domain, func(t *testing.T) {
				need(t, at.get(theWorld))
				o := play(t, name, "-d", at.domain, "--to", "kate@"+at.domain)
				o.exits(0)
				s := verdict(t, o.check(at.ip), result.Warn, result.Reply)
				if s.Code != 250 || !strings.Contains(s.Message, "mailbox") {
					t.Errorf("decided by %d: %s", s.Code, s.Message)
				}
			})
		}
	}
}
