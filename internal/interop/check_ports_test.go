//go:build linux

package interop

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// The first server is as it should be, but that its second certificate, of which
// a session shows nothing, is for another name. The second takes mail for
// everybody, and logins in clear.
const (
	ipPorts1 = "127.0.22.10"
	ipPorts2 = "127.0.22.11"
)

// rsaPEM is a certificate with an RSA key, and the key.
func rsaPEM(t *testing.T, root *pair, name string) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := issue(t, root, name, forHost(name)).cert
	der, err := x509.CreateCertificate(rand.Reader, tmpl, root.cert, key.Public(), root.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	_ = pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	return b.Bytes()
}

// startPorts starts the Postfix and the Dovecot of ports.test, at the ports that
// every program knows, and returns the file of their authority.
func startPorts(t *testing.T) (server *mta.Process, authority string) {
	t.Helper()
	for _, ip := range []string{ipPorts1, ipPorts2} {
		for _, port := range []int{25, 465, 587} {
			l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
			if err != nil {
				t.Skipf("the port cannot be had here: %v", err)
			}
			_ = l.Close()
		}
	}
	root := issue(t, nil, "interop root", isCA)
	one, two := issue(t, root, "mx1.ports.test", forHost("mx1.ports.test")), issue(t, root, "mx2.ports.test", forHost("mx2.ports.test"))
	both := append(pemOf(t, one, one), rsaPEM(t, root, "old.ports.test")...)
	socket := ""
	startOnce(t, "dovecot", func(dir string) (*mta.Process, error) {
		socket = mta.Socket(dir)
		return mta.StartDovecot(dir, map[string]string{"kate": "hemlig"})
	})
	server = startOnce(t, "postfix", func(dir string) (*mta.Process, error) {
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: 25, Domains: []string{"ports.test"}, Recipients: []string{"postmaster@ports.test", "abuse@ports.test"}, CA: certPEM(root),
			TLS: []mta.TLSListener{
				{IP: ipPorts1, PEM: both},
				{IP: ipPorts1, PEM: both, Port: 465, Implicit: true, SASL: socket, LoginOnly: true},
				{IP: ipPorts1, PEM: both, Port: 587, SASL: socket, LoginOnly: true},
				{IP: ipPorts2, PEM: pemOf(t, two, two), Relay: true},
				{IP: ipPorts2, PEM: pemOf(t, two, two), Port: 587, SASL: socket, ClearLogin: true},
			},
		})
	})
	authority = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, certPEM(root), 0o644); err != nil {
		t.Fatal(err)
	}
	return server, authority
}

// TestCheckPorts looks at the ports for mail programs, at both certificates and at
// an open relay, of a Postfix whose logins a Dovecot checks.
func TestCheckPorts(t *testing.T) {
	t.Parallel()
	knot := need(t, theWorld.knot)
	server, authority := startPorts(t)
	o := execute(t, "check", "ports.test", "--dns", knot.Addr, "--submission", "--tls-versions", "--helo", "probe.sender.test", "--from", "probe@sender.test",
		"--ca-file", authority, "-f", "json", "--only", "submission", "--only", "tls", "--only", "behaviour", "--only", "greeting", "--only", "consistency")
	if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
		t.Fatalf("%s: no JSON report (exit status %d): %v", o, o.exit, err)
	}
	var found []string
	for _, f := range o.domain().Findings {
		found = append(found, string(f.Severity)+" "+f.ID+" "+f.Subject.Address+" "+f.Evidence)
	}
	for _, want := range []string{
		"ok submission.tls " + ipPorts1 + " port 465: TLS", "ok submission.tls " + ipPorts1 + " port 587: TLS",
		"ok submission.auth " + ipPorts1 + " port 587: AUTH", "ok submission.auth-clear " + ipPorts1 + " port 587", "ok submission.open " + ipPorts1 + " port 465",
		"warn submission.auth-clear " + ipPorts2 + " port 587: AUTH", "warn submission.open " + ipPorts2 + " port 587: RCPT TO:<postmaster@ports.test> got 250",
		"warn tls.name " + ipPorts1, "ok tls.name " + ipPorts2, "ok tls.chain " + ipPorts1,
		"ok tls.no-12 " + ipPorts1, "ok tls.no-13 " + ipPorts1, "note tls.old " + ipPorts1 + " TLS 1.0, TLS 1.1", "ok tls.resumption " + ipPorts1,
		"ok behaviour.relay " + ipPorts1, "warn behaviour.relay " + ipPorts2 + " suspicious: ",
	} {
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, want) }) {
			t.Errorf("no finding %q", want)
		}
	}
	for _, f := range found {
		if strings.HasPrefix(f, "fail ") || strings.HasPrefix(f, "inconclusive ") {
			t.Errorf("%q of servers that work", f)
		}
	}
	if t.Failed() {
		t.Logf("findings:\n%s\n%s", strings.Join(found, "\n"), server.Log())
	}
	o.exits(0)
	// Four connections where there are two certificates, five more for versions
	// and ports; the second host has one certificate.
	for i, most := range []int{4 + 3 + 2, 3 + 3 + 2} {
		n := 0
		for _, c := range o.domain().Hosts[i].Addresses[0].Checks {
			if c.Status != result.Skip {
				n++
			}
		}
		if n > most {
			t.Errorf("%d connections to host %d; want at most %d", n, i+1, most)
		}
	}
}
