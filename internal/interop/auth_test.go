//go:build linux

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// loginPassword has what passwords have: blanks, percent signs, characters
// outside ASCII.
const loginPassword = "corr\u00e9ct 100% horse"

// loginWorld is a Postfix that asks a Dovecot, and an Exim, each with one
// address that takes logins under TLS.
type loginWorld struct {
	port          int
	ca            string
	ips           map[string]string
	postfix, exim func() (*mta.Process, error)
}

func newLoginWorld(t *testing.T) *loginWorld {
	t.Helper()
	root := issue(t, nil, "interop login root", isCA)
	leaf := issue(t, root, "server", forHost(tlsName))
	w := &loginWorld{
		ca:  filepath.Join(t.TempDir(), "ca.pem"),
		ips: map[string]string{"postfix": "127.0.9.10", "exim": "127.0.9.11"},
	}
	if err := os.WriteFile(w.ca, certPEM(root), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.port, err = mta.FreePort(w.ips["postfix"], w.ips["exim"]); err != nil {
		t.Fatal(err)
	}
	logins := map[string]string{"kate": loginPassword}
	var dovecotDir string
	dovecot := server(theWorld, "dovecot", func(dir string) (*mta.Process, error) {
		dovecotDir = dir
		return mta.StartDovecot(dir, logins)
	})
	w.postfix = server(theWorld, "postfix-login", func(dir string) (*mta.Process, error) {
		need(t, dovecot)
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: w.port, CA: certPEM(root), Domains: []string{"login.test"}, Recipients: []string{"kate@login.test"},
			TLS: []mta.TLSListener{{IP: w.ips["postfix"], PEM: pemOf(t, leaf, leaf), SASL: mta.Socket(dovecotDir)}},
		})
	})
	w.exim = server(theWorld, "exim-login", func(dir string) (*mta.Process, error) {
		return mta.StartExim(dir, mta.EximConfig{
			Port: w.port, CA: certPEM(root), Domains: []string{"login.test"}, Users: []string{"kate"}, Logins: logins,
			TLS: []mta.TLSListener{{IP: w.ips["exim"], PEM: pemOf(t, leaf, leaf)}},
		})
	})
	return w
}

func (w *loginWorld) play(t *testing.T, server, scenario string, flags ...string) *result.Check {
	t.Helper()
	args := append([]string{
		scenario, "--server", tlsName, "--connect-to", fmt.Sprintf("%s=%s:%d", tlsName, w.ips[server], w.port),
		"--port", fmt.Sprint(w.port), "--ca-file", w.ca, "-v",
	}, flags...)
	o := play(t, args...)
	if strings.Contains(o.stdout, loginPassword) {
		t.Errorf("the report shows the password: %s", o.stdout)
	}
	return &o.domain().Hosts[0].Addresses[0].Checks[0]
}

// TestLogins logs in to real servers with each mechanism they offer, with the
// right and a wrong password, and breaks off.
func TestLogins(t *testing.T) {
	w := newLoginWorld(t)
	for server, mechanisms := range map[string][]string{
		"postfix": {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"},
		"exim":    {"PLAIN", "LOGIN", "CRAM-MD5"},
	} {
		if server == "postfix" {
			need(t, w.postfix)
		} else {
			need(t, w.exim)
		}
		for _, mech := range mechanisms {
			for name, test := range map[string]struct{ password, more string }{
				"right":                {loginPassword, ""},
				"wrong":                {"wrong", "\n    expect: 535"},
				"no initial":           {loginPassword, "\n    initial: false"},
				"cancelled":            {loginPassword, "\n    cancel: true"},
				"wrong and no initial": {"wrong", "\n    initial: false\n    expect: 535"},
				"nobody of the name":   {loginPassword, "\n    expect: 535"},
			} {
				t.Run(strings.Join([]string{server, mech, name}, " "), func(t *testing.T) {
					user := "kate"
					if name == "nobody of the name" {
						user = "nobody"
					}
					secret := filepath.Join(t.TempDir(), "secret")
					if err := os.WriteFile(secret, []byte(test.password+"\n"), 0o600); err != nil {
						t.Fatal(err)
					}
					file := filepath.Join(t.TempDir(), "login.yaml")
					text := "name: login\nsecrets: {p: {file: " + secret + "}}\nsteps:\n  - EHLO ${helo}\n  - starttls: {verify: true}\n" +
						"  - send: EHLO ${helo}\n    offers: AUTH " + mech + "\n  - auth: " + mech + "\n    user: " + user + "\n    password: ${p}" + test.more + "\n  - NOOP\n"
					if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
					if c := w.play(t, server, file); c.Status != result.Pass {
						t.Errorf("%v at step %v: %s", c.Status, c.FailedStep, c.Message)
					}
				})
			}
		}
		if c := w.play(t, server, "@auth-clear"); c.Status != result.Pass {
			t.Errorf("@auth-clear: %v: %s", c.Status, c.Message)
		}
	}
}
