package cli

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/report/formats"
	"mxprobe/internal/sandbox/sandboxtest"
)

// teller is a mail server that knows a secret, and says it wherever a server
// can say anything.
type teller struct {
	secret  string
	config  *tls.Config
	maildir string
	refuses string // the command that it refuses, if any
}

// newTeller starts one and returns its port.
func newTeller(t *testing.T, secret, refuses string) (*teller, int) {
	t.Helper()
	s := &teller{secret: secret, config: tellingCertificate(t, secret), maildir: sandboxtest.Maildir(t, t.TempDir()), refuses: refuses}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(t, conn)
		}
	}()
	return s, l.Addr().(*net.TCPAddr).Port
}

// tellingCertificate has the secret in every name.
func tellingCertificate(t *testing.T, secret string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		Subject:  pkix.Name{CommonName: secret, Organization: []string{"of " + secret}},
		DNSNames: []string{secret, "mx." + secret + ".test"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// serve plays one session.
func (s *teller) serve(t *testing.T, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in, secure, id := bufio.NewReader(conn), false, ""
	say := func(line string) { _, _ = conn.Write([]byte(line + "\r\n")) }
	say("220-mx " + s.secret + "\r\n220 " + s.secret)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimRight(strings.SplitN(line, " ", 2)[0], "\r\n"))
		switch {
		case verb == s.refuses:
			say("550-5.7.1 " + s.secret + "\r\n550 5.7.1 said again: " + strings.Repeat("x", 190) + s.secret)
		case verb == "EHLO" && !secure:
			say("250-mx " + s.secret + "\r\n250-XBEFORE " + s.secret + "\r\n250 STARTTLS")
		case verb == "EHLO":
			say("250-mx " + s.secret + "\r\n250-XTOKEN " + s.secret + "\r\n250-SIZE " + s.secret + "\r\n250 AUTH LOGIN " + s.secret)
		case verb == "STARTTLS":
			say("220 " + s.secret)
			client := tls.Server(conn, s.config)
			if client.Handshake() != nil {
				return
			}
			conn, in, secure = client, bufio.NewReader(client), true
		case verb == "AUTH":
			for range 2 {
				say("334 " + base64.StdEncoding.EncodeToString([]byte("who is "+s.secret)))
				if _, err := in.ReadString('\n'); err != nil {
					return
				}
			}
			say("235 2.7.0 " + s.secret)
		case verb == "DATA":
			say("354 " + s.secret)
			if id, err = s.take(in); err != nil {
				return
			}
			s.deliver(t, id)
			say("250 2.0.0 queued as " + s.secret)
		case verb == "QUIT":
			say("221 " + s.secret)
			return
		case verb == "NOOP":
			// In a URL, in two ways, in an encoded word, and over two lines.
			half := len(s.secret) / 2
			say("250-2.0.0 " + inHex(s.secret, "%%%02x") + "\r\n250-2.0.0 " + inHex(s.secret, "%%%02X") + "\r\n250-=?utf-8?q?" + inHex(s.secret, "=%02X") +
				"?=\r\n250-2.0.0 " + s.secret[:half] + "\r\n250 2.0.0 " + s.secret[half:] + " (" + regexp.QuoteMeta(s.secret) + ")")
		default:
			say("250 2.0.0 " + s.secret)
		}
	}
}

// inHex is a text of which each byte is written in hex.
func inHex(text, form string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, form, text[i])
	}
	return b.String()
}

// take reads a message and returns its Message-ID.
func (s *teller) take(in *bufio.Reader) (id string, err error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return id, err
		}
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && strings.EqualFold(name, "Message-ID") {
			id = value
		}
	}
}

// deliver puts the message, and a report about it, into the mailbox.
func (s *teller) deliver(t *testing.T, id string) {
	report := "Return-Path: <" + s.secret + "@x.test>\nMessage-ID: <" + s.secret + ">\nSubject: " + s.secret +
		"\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + s.secret +
		"\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; " + s.secret + "\n\nFinal-Recipient: rfc822; kate@example.test\nOriginal-Recipient: rfc822; " +
		s.secret + "\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; " + s.secret + "\nDiagnostic-Code: smtp; 550 5.1.1 " + s.secret +
		"\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: " + id + "\nX: " + s.secret + "\n\n--b--\n"
	message := "Return-Path: <" + s.secret + "@x.test>\nMessage-ID: " + id + "\nReceived: from " + s.secret + "\nSubject: " + s.secret + "\n\n" + s.secret + "\n"
	for name, text := range map[string]string{"report": report, "message": message} {
		if err := os.WriteFile(filepath.Join(s.maildir, "new", name), []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// tellingScenario plays everything that a server can answer, with mailboxes.
const tellingScenario = `name: every place
secrets:
  long: {env: LONG}
steps:
  - EHLO ${helo}
  - starttls: {verify: VERIFY}
  - EHLO ${helo}
  - {auth: LOGIN, user: someone, password: "${long}"}
  - {send: NOOP, expect: any, capture: {all: "/(.*)/"}}
  - {send: NOOP, expect: any, text: ["never.said (${long})?", "/never ${long}/"], may_fail: it is never said}
  - MAIL FROM:<>
  - RCPT TO:<kate@example.test>
  - message: |
      Subject: x

      y
    headers: {X-Word: "for ü ${long}"}
    attach:
      - {name: "ü ${long}.txt", text: "this is ${long}, and this is it again, so that it stands in several lines: ${long}"}
  - arrives: {maildir: "MAILDIR"}
    within: 3s
  - report: {maildir: "MAILDIR", action: WANTED}
    within: 3s
`

// TestNoCanaryFromAServer looks for a secret that a server repeats in its
// greeting, keywords, replies, challenges, certificate, and in what it puts
// into mailboxes: it is in no output of any format.
func TestNoCanaryFromAServer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, refuses, verify, wanted string
		status                        int
	}{
		{"as expected", "", "false", "failed", ExitOK},
		{"the certificate is wrong", "", "true", "failed", ExitFailed},
		{"the certificate warns", "", "warn", "failed", ExitOK},
		{"another report", "", "false", "delivered", ExitFailed},
		{"EHLO refused", "EHLO", "false", "failed", ExitFailed},
		{"STARTTLS refused", "STARTTLS", "false", "failed", ExitFailed},
		{"MAIL refused", "MAIL", "false", "failed", ExitFailed},
		{"RCPT refused", "RCPT", "false", "failed", ExitFailed},
	} {
		for _, format := range formats.Names() {
			t.Run(tc.name+" "+format, func(t *testing.T) {
				t.Parallel()
				server, port := newTeller(t, canaryLong, tc.refuses)
				file := filepath.Join(t.TempDir(), "telling.yaml")
				text := strings.NewReplacer("MAILDIR", server.maildir, "VERIFY", tc.verify, "WANTED", tc.wanted).Replace(tellingScenario)
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				var stdout, stderr bytes.Buffer
				p := program()
				p.Stdout, p.Stderr, p.LookupEnv = &stdout, &stderr, canaryEnv
				status := p.Main([]string{"run", file, "-vv", "-d", "example.test", "-H", "127.0.0.1", "-p", fmt.Sprint(port), "-f", format, "--timeout", "5s"})
				if status != tc.status && format != "nagios" {
					t.Errorf("exit status %d; want %d\n%s%s", status, tc.status, stdout.String(), stderr.String())
				}
				if format == "json" && !strings.Contains(stdout.String(), "***") {
					t.Errorf("nothing is hidden in %s", stdout.String())
				}
				for line := range strings.Lines(stdout.String() + "\n" + stderr.String()) {
					if found := leak(line); found != "" {
						t.Errorf("shows %s: %.400s", found, line)
					}
				}
			})
		}
	}
}
