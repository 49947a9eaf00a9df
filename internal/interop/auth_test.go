//go:build linux

package interop

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// loginPassword has what passwords have: blanks, percent signs, characters
// outside ASCII.
const loginPassword = "corr\u00e9ct 100% horse"

// plainPassword is one in ASCII: Dovecot and Cyrus know no characters beyond it
// in DIGEST-MD5 and NTLM.
const plainPassword = "simple 100% horse"

// loginWorld is a Postfix that asks a Dovecot, an Exim, and a Sendmail with the
// library of Cyrus, each with one address that takes logins under TLS, and
// some with further addresses for what else may be set up.
type loginWorld struct {
	port    int
	ca      string
	ips     map[string]string // by server, a blank, and what is special
	servers map[string]func() (*mta.Process, error)
}

var (
	theLoginWorld *loginWorld
	loginOnce     sync.Once
)

func needLogins(t *testing.T) *loginWorld {
	t.Helper()
	loginOnce.Do(func() { theLoginWorld = newLoginWorld(t) })
	if theLoginWorld == nil {
		t.Fatal("the world of logins could not be made")
	}
	return theLoginWorld
}

func newLoginWorld(t *testing.T) *loginWorld {
	t.Helper()
	root := issue(t, nil, "interop login root", isCA)
	leaf := issue(t, root, "server", forHost(tlsName))
	w := &loginWorld{
		ca: filepath.Join(theWorld.dir, "login-ca.pem"),
		ips: map[string]string{
			"postfix": "127.0.10.10", "postfix clear": "127.0.10.11", "postfix only": "127.0.10.12",
			"exim": "127.0.10.13", "sendmail": "127.0.10.14", "sendmail clear": "127.0.10.15", "sendmail only": "127.0.10.16",
		},
		servers: map[string]func() (*mta.Process, error){},
	}
	if err := os.WriteFile(w.ca, certPEM(root), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.port, err = mta.FreePort(slices.Collect(maps.Values(w.ips))...); err != nil {
		t.Fatal(err)
	}
	logins := map[string]string{"kate": loginPassword, "anna": plainPassword}
	file := pemOf(t, leaf, leaf)
	// listeners are those of a server, with one certificate.
	listeners := func(server, sasl string) (all []mta.TLSListener) {
		for kind, ip := range w.ips {
			name, special, _ := strings.Cut(kind, " ")
			if kind == server || name == server && kind != "sendmail clear" {
				all = append(all, mta.TLSListener{
					IP: ip, PEM: file, SASL: sasl, ClearLogin: special == "clear", LoginOnly: special == "only",
				})
			}
		}
		return all
	}
	var dovecotDir string
	dovecot := server(theWorld, "dovecot", func(dir string) (*mta.Process, error) {
		dovecotDir = dir
		return mta.StartDovecot(dir, logins)
	})
	w.servers["postfix"] = server(theWorld, "postfix-login", func(dir string) (*mta.Process, error) {
		if _, err := dovecot(); err != nil {
			return nil, err
		}
		return mta.StartPostfix(dir, mta.PostfixConfig{
			Port: w.port, CA: certPEM(root), Domains: []string{"login.test"}, Recipients: []string{"kate@login.test"},
			TLS: listeners("postfix", mta.Socket(dovecotDir)),
		})
	})
	w.servers["exim"] = server(theWorld, "exim-login", func(dir string) (*mta.Process, error) {
		return mta.StartExim(dir, mta.EximConfig{
			Port: w.port, CA: certPEM(root), Domains: []string{"login.test"}, Users: []string{"kate"}, Logins: logins,
			TLS: listeners("exim", ""),
		})
	})
	for _, kind := range []string{"sendmail", "sendmail clear"} {
		w.servers[kind] = server(theWorld, kind+" login", func(dir string) (*mta.Process, error) {
			return mta.StartSendmail(dir, mta.SendmailConfig{
				Port: w.port, CA: certPEM(root), Domains: []string{"login.test"}, Users: []string{"kate"}, Logins: logins,
				TLS: listeners(kind, ""), Clear: kind == "sendmail clear",
			})
		})
	}
	return w
}

// play plays a scenario, or several, with an address of the world.
func (w *loginWorld) play(t *testing.T, kind, scenario string, flags ...string) []result.Check {
	t.Helper()
	get := w.servers[kind]
	if get == nil {
		name, _, _ := strings.Cut(kind, " ")
		get = w.servers[name]
	}
	need(t, get)
	args := append([]string{
		scenario, "--server", tlsName, "--connect-to", fmt.Sprintf("%s=%s:%d", tlsName, w.ips[kind], w.port),
		"--port", fmt.Sprint(w.port), "--ca-file", w.ca, "-v",
	}, flags...)
	o := play(t, args...)
	if strings.Contains(o.stdout, loginPassword) {
		t.Errorf("the report shows the password: %s", o.stdout)
	}
	return o.domain().Hosts[0].Addresses[0].Checks
}

// TestLogins logs in to real servers with each mechanism they offer, with the
// right and a wrong password, and breaks off.
func TestLogins(t *testing.T) {
	w := needLogins(t)
	for server, mechanisms := range map[string][]string{
		"postfix":        {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "DIGEST-MD5", "auto"},
		"exim":           {"PLAIN", "LOGIN", "CRAM-MD5"},
		"sendmail":       {"PLAIN", "LOGIN"},
		"sendmail clear": {"CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "DIGEST-MD5", "NTLM", "auto"},
	} {
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
					user, password := "kate", test.password
					if mech == "DIGEST-MD5" || mech == "NTLM" {
						user, password = "anna", strings.Replace(password, loginPassword, plainPassword, 1)
					}
					if name == "nobody of the name" {
						user = "nobody"
					}
					dir := t.TempDir()
					secret := filepath.Join(dir, "secret")
					if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
						t.Fatal(err)
					}
					offered := " " + mech
					if mech == "auto" {
						offered = ""
					}
					file := filepath.Join(dir, "login.yaml")
					text := "name: login\nsecrets: {p: {file: secret}}\nsteps:\n  - EHLO ${helo}\n  - starttls: {verify: true}\n" +
						"  - send: EHLO ${helo}\n    offers: AUTH" + offered + "\n  - auth: " + mech + "\n    user: " + user + "\n    password: ${p}" + test.more + "\n  - NOOP\n"
					if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
					if c := w.play(t, server, file)[0]; c.Status != result.Pass {
						t.Errorf("%v at step %v: %s", c.Status, c.FailedStep, c.Message)
					}
				})
			}
		}
		t.Run(server+" @auth-clear", func(t *testing.T) {
			want := result.Pass
			if server == "sendmail clear" {
				want = result.Fail
			}
			if c := w.play(t, server, "@auth-clear")[0]; c.Status != want {
				t.Errorf("%v: %s; want %v", c.Status, c.Message, want)
			}
		})
	}
}

// TestSubmissionOfRealServers hands in mail as a mail program does, and without
// a login.
func TestSubmissionOfRealServers(t *testing.T) {
	const pass, fail = result.Pass, result.Fail
	w := needLogins(t)
	for _, test := range []struct {
		kind, password string
		wants          [2]result.Verdict // with a login and without
		message        string            // of the failure
	}{
		{"postfix only", loginPassword, [2]result.Verdict{pass, pass}, ""},
		{"postfix only", "wrong", [2]result.Verdict{fail, pass}, "535"},
		{"postfix clear", loginPassword, [2]result.Verdict{fail, fail}, "offers AUTH"},
		{"postfix", loginPassword, [2]result.Verdict{pass, fail}, "expected 530"},
		{"exim", loginPassword, [2]result.Verdict{pass, fail}, "expected 530"},
		{"sendmail only", loginPassword, [2]result.Verdict{pass, pass}, ""},
		{"sendmail only", "wrong", [2]result.Verdict{fail, pass}, "535"},
		{"sendmail clear", loginPassword, [2]result.Verdict{fail, fail}, "offers AUTH"},
		{"sendmail", loginPassword, [2]result.Verdict{pass, fail}, "expected 530"},
	} {
		t.Run(test.kind+" "+test.message, func(t *testing.T) {
			t.Setenv("MXPROBE_USER", "kate")
			t.Setenv("MXPROBE_PASSWORD", test.password)
			checks := w.play(t, test.kind, "@submission", "--from", "kate@login.test")
			if len(checks) != 2 {
				t.Fatalf("%d checks; want 2", len(checks))
			}
			said := ""
			for i := range checks {
				if checks[i].Status != test.wants[i] {
					t.Errorf("%s: %v: %s; want %v", checks[i].Scenario, checks[i].Status, checks[i].Message, test.wants[i])
				}
				said += checks[i].Message
			}
			if !strings.Contains(said, test.message) {
				t.Errorf("messages are %q; want %q in one", said, test.message)
			}
		})
	}
}
