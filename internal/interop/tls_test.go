//go:build linux

package interop

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// tlsWorld is a Postfix, an Exim and a Sendmail that speak TLS on one address
// for each certificate.
type tlsWorld struct {
	port       int
	ca, client string                                  // files
	ips        map[string]string                       // by kind and server
	servers    map[string]func() (*mta.Process, error) // by name
}

// tlsServers are the names of the servers.
func tlsServers() []string { return []string{"postfix", "exim", "sendmail"} }

var (
	theTLSWorld *tlsWorld
	tlsOnce     sync.Once
)

// kinds are the certificates and manners of the listeners.
func kinds() []string {
	return []string{"good", "expired", "not-yet-valid", "self-signed", "wrong-name", "missing-intermediate", "wrong-key", "old", "client"}
}

func needTLS(t *testing.T) *tlsWorld {
	t.Helper()
	tlsOnce.Do(func() { theTLSWorld = newTLSWorld(t) })
	if theTLSWorld == nil {
		t.Fatal("the world of TLS could not be made")
	}
	return theTLSWorld
}

func newTLSWorld(t *testing.T) *tlsWorld {
	root := issue(t, nil, "interop root", isCA)
	middle := issue(t, root, "interop intermediate", isCA)
	w := &tlsWorld{ips: map[string]string{}}
	var all []string
	var listeners [3][]mta.TLSListener
	for s, server := range tlsServers() {
		for i, kind := range kinds() {
			ip := fmt.Sprintf("127.0.%d.%d", 7+s, 10+i)
			all = append(all, ip)
			w.ips[kind+" "+server] = ip
			listeners[s] = append(listeners[s], mta.TLSListener{
				IP: ip, PEM: certificate(t, kind, root, middle), Old: kind == "old", ClientCert: kind == "client",
			})
		}
	}
	var err error
	if w.port, err = mta.FreePort(all...); err != nil {
		t.Fatal(err)
	}
	w.ca, w.client = filepath.Join(theWorld.dir, "ca.pem"), filepath.Join(theWorld.dir, "client.pem")
	me := issue(t, root, "interop client", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	for name, b := range map[string][]byte{w.ca: certPEM(root), w.client: pemOf(t, me, me)} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.servers = map[string]func() (*mta.Process, error){}
	w.servers["postfix"] = server(theWorld, "postfix-tls", func(dir string) (*mta.Process, error) {
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: w.port, TLS: listeners[0], CA: certPEM(root), Domains: []string{"tls.test"}, Recipients: []string{"kate@tls.test"},
		})
	})
	w.servers["exim"] = server(theWorld, "exim-tls", func(dir string) (*mta.Process, error) {
		return mta.StartExim(dir, mta.EximConfig{
			Port: w.port, TLS: listeners[1], CA: certPEM(root), Domains: []string{"tls.test"}, Users: []string{"kate"},
		})
	})
	w.servers["sendmail"] = server(theWorld, "sendmail-tls", func(dir string) (*mta.Process, error) {
		return mta.StartSendmail(dir, mta.SendmailConfig{
			Port: w.port, TLS: listeners[2], CA: append(certPEM(root), certPEM(middle)...), Domains: []string{"tls.test"}, Users: []string{"kate"},
		})
	})
	return w
}

// certificate makes the file of a server for a kind.
func certificate(t *testing.T, kind string, root, middle *pair) []byte {
	t.Helper()
	change, parent := forHost(tlsName), middle
	and := func(more func(*x509.Certificate)) {
		before := change
		change = func(c *x509.Certificate) { before(c); more(c) }
	}
	switch kind {
	case "expired":
		and(func(c *x509.Certificate) { c.NotAfter = time.Now().AddDate(0, 0, -3) })
	case "not-yet-valid":
		and(func(c *x509.Certificate) { c.NotBefore = time.Now().AddDate(0, 0, 3) })
	case "wrong-name":
		change = forHost("other.test")
	case "self-signed":
		parent = nil
	}
	if kind == "missing-intermediate" {
		// Sendmail sends whatever intermediate certificate it knows.
		parent = issue(t, root, "interop missing", isCA)
	}
	leaf := issue(t, parent, "server", change)
	switch kind {
	case "self-signed", "missing-intermediate":
		return pemOf(t, leaf, leaf)
	case "wrong-key":
		return pemOf(t, root, leaf, middle)
	}
	return pemOf(t, leaf, leaf, middle)
}

// tlsPlay plays a scenario with a listener of the world.
func (w *tlsWorld) play(t *testing.T, kind, server, src string, flags ...string) *result.Check {
	t.Helper()
	need(t, w.servers[server])
	file := src
	if !strings.HasPrefix(src, "@") {
		file = filepath.Join(t.TempDir(), "tls.yaml")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ip := w.ips[kind+" "+server]
	args := append([]string{
		file, "--server", tlsName, "--connect-to", fmt.Sprintf("%s=%s:%d", tlsName, ip, w.port), "--port", fmt.Sprint(w.port), "--ca-file", w.ca,
	}, flags...)
	o := play(t, args...)
	return &o.domain().Hosts[0].Addresses[0].Checks[0]
}

const tlsDialogue = `
name: over TLS
steps:
  - EHLO ${helo}
  - starttls: %s
  - send: EHLO ${helo}
    lacks: STARTTLS
  - MAIL FROM:<${from}>
  - RCPT TO:<kate@tls.test>
`

// What is wrong with a certificate is named, with Postfix and Sendmail (OpenSSL)
// and Exim (GnuTLS), and is a note where it need not be good.
func TestTrap29FindingsOfRealServers(t *testing.T) {
	w := needTLS(t)
	for _, server := range tlsServers() {
		for kind, want := range map[string]string{
			"good": "", "expired": "expired 3 days ago", "not-yet-valid": "not valid yet: it begins in 2 days",
			"self-signed": "self-signed certificate", "wrong-name": `not for "mx.tls.test" but for other.test`,
			"missing-intermediate": `missing intermediate certificate: the server does not send that of the issuer "CN=interop missing"`,
		} {
			t.Run(kind+"/"+server, func(t *testing.T) {
				c := w.play(t, kind, server, fmt.Sprintf(tlsDialogue, "{verify: true}"))
				if want == "" {
					verdict(t, c, result.Pass, result.None)
				} else if s := verdict(t, c, result.Fail, result.TLS); s.Number != 2 || !strings.Contains(c.Message, want) {
					t.Errorf("step %d: %q; want step 2 and %q", s.Number, c.Message, want)
				}
				c = w.play(t, kind, server, fmt.Sprintf(tlsDialogue, "{}"))
				verdict(t, c, result.Pass, result.None)
				if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, want) {
					t.Errorf("notes %q; want %q", notes, want)
				}
				if c.TLS == nil || c.TLS.Version != "TLS 1.3" {
					t.Errorf("TLS = %+v", c.TLS)
				}
			})
		}
	}
}

// Postfix and Exim find out that the key does not fit and answer 454. Sendmail
// says 220 and has no certificate then.
func TestTrap26RealServersWithoutAKey(t *testing.T) {
	w := needTLS(t)
	for _, server := range tlsServers() {
		t.Run(server, func(t *testing.T) {
			c := w.play(t, "wrong-key", server, fmt.Sprintf(tlsDialogue, "{}"))
			if server == "sendmail" {
				verdict(t, c, result.Fail, result.TLS)
				if !strings.Contains(c.Message, "handshake failure") || !strings.Contains(c.Hint, "a key that fits") {
					t.Errorf("message %q, hint %q", c.Message, c.Hint)
				}
				return
			}
			if s := verdict(t, c, result.Inconclusive, result.Temporary); s.Number != 2 || s.Code != 454 {
				t.Errorf("step %d with %d; want 454 to STARTTLS", s.Number, s.Code)
			}
		})
	}
}

// TLS 1.0 alone is named, and spoken where the scenario asks for it.
func TestTrap35OldRealServers(t *testing.T) {
	w := needTLS(t)
	for _, server := range tlsServers() {
		t.Run(server, func(t *testing.T) {
			c := w.play(t, "old", server, fmt.Sprintf(tlsDialogue, "{}"))
			verdict(t, c, result.Fail, result.TLS)
			if !strings.Contains(c.Message, "the server speaks TLS 1.0 only") {
				t.Errorf("message %q", c.Message)
			}
			c = w.play(t, "old", server, fmt.Sprintf(tlsDialogue, `{min: "1.0", verify: true}`))
			verdict(t, c, result.Pass, result.None)
			if c.TLS == nil || c.TLS.Version != "TLS 1.0" {
				t.Errorf("TLS = %+v", c.TLS)
			}
		})
	}
}

// A server that wants a certificate of ours gets it, and its refusal is one
// of TLS.
func TestTrap31RealServersWantAClientCertificate(t *testing.T) {
	w := needTLS(t)
	for _, server := range tlsServers() {
		t.Run(server, func(t *testing.T) {
			c := w.play(t, "client", server, fmt.Sprintf(tlsDialogue, "{verify: true}"), "--client-cert", w.client)
			verdict(t, c, result.Pass, result.None)
			c = w.play(t, "client", server, fmt.Sprintf(tlsDialogue, "{verify: true}"))
			// Exim ends TLS with an alert, Postfix answers the next command with
			// 421, and Sendmail refuses every command.
			switch server {
			case "exim":
				verdict(t, c, result.Fail, result.TLS)
			case "postfix":
				if s := verdict(t, c, result.Inconclusive, result.Temporary); s.Code != 421 {
					t.Errorf("decided by %d; want 421", s.Code)
				}
			case "sendmail":
				decided(t, verdict(t, c, result.Inconclusive, result.Temporary), "", 403, "4.7.0")
			}
			if !strings.Contains(c.Hint, "--client-cert") {
				t.Errorf("hint %q", c.Hint)
			}
		})
	}
}

// All drop or refuse what comes in clear behind STARTTLS.
func TestStartTLSBuiltinsWithRealServers(t *testing.T) {
	w := needTLS(t)
	for _, server := range tlsServers() {
		for _, name := range []string{"@starttls", "@starttls-injection"} {
			t.Run(strings.TrimPrefix(name, "@")+"/"+server, func(t *testing.T) {
				verdict(t, w.play(t, "good", server, name), result.Pass, result.None)
			})
		}
	}
}

// A second session of one run is resumed where the server lets it be, which
// Exim with GnuTLS does not.
func TestRealServersResume(t *testing.T) {
	w := needTLS(t)
	need(t, w.servers["postfix"])
	need(t, w.servers["exim"])
	src := fmt.Sprintf(tlsDialogue, "{verify: true}")
	file := filepath.Join(t.TempDir(), "two.yaml")
	if err := os.WriteFile(file, []byte(src+"---"+src), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, server := range []string{"postfix", "exim"} {
		o := play(t, file, "--server", tlsName, "--connect-to", fmt.Sprintf("%s=%s:%d", tlsName, w.ips["good "+server], w.port),
			"--port", fmt.Sprint(w.port), "--ca-file", w.ca)
		checks := o.domain().Hosts[0].Addresses[0].Checks
		if checks[0].TLS.Resumed || checks[1].TLS.Resumed != (server == "postfix") || checks[1].Status != result.Pass {
			t.Errorf("%s: %+v, then %v %s", server, checks[0].TLS, checks[1].Status, checks[1].Message)
		}
	}
}
