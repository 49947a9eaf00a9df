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

// roundTrip is a Postfix that delivers to Maildirs and a Dovecot that shows
// them.
type roundTrip struct {
	mta.RoundTrip
	ca, mail string
}

func newRoundTrip(t *testing.T) *roundTrip {
	t.Helper()
	need(t, theWorld.aiosmtpd)
	root := issue(t, nil, "interop mailbox root", isCA)
	leaf := issue(t, root, "server", forHost(tlsName))
	r := &roundTrip{ca: filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(r.ca, certPEM(root), 0o600); err != nil {
		t.Fatal(err)
	}
	const ip = "127.0.9.30"
	var ports [5]int
	for i := range ports {
		var err error
		if ports[i], err = mta.FreePort(ip); err != nil {
			t.Fatal(err)
		}
	}
	r.RoundTrip = mta.RoundTrip{
		IP: ip, Port: ports[0], IMAP: ports[1], IMAPS: ports[2], POP3: ports[3], POP3S: ports[4], Domain: "round.test", Users: []string{"kate", "probe"},
		Gone: "gone", Alias: "list", Relays: "aiosmtpd.test", Next: theWorld.addr(ipAiosmtpd),
		PEM: pemOf(t, leaf, leaf), Password: loginPassword,
	}
	dir := t.TempDir()
	// The servers have identities of their own and must get to their files.
	for at := dir; at != filepath.Dir(os.TempDir()) && at != os.TempDir(); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	launch := func(name string, start func(dir string) (*mta.Process, error)) {
		at := filepath.Join(dir, name)
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal(err)
		}
		p := need(t, func() (*mta.Process, error) { return start(at) })
		t.Cleanup(p.Stop)
	}
	launch("postfix", r.StartPostfix)
	r.mail = filepath.Join(dir, "postfix", "mail")
	launch("dovecot", func(at string) (*mta.Process, error) { return r.StartDovecot(at, filepath.Join(dir, "postfix")) })
	return r
}

// play plays a scenario with the Postfix.
func (r *roundTrip) play(t *testing.T, file string, flags ...string) *outcome {
	t.Helper()
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(loginPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	yaml, err := os.ReadFile(scenario(t, file))
	if err != nil {
		t.Fatal(err)
	}
	// The environment of the program is empty, so that the secret is a file.
	text := strings.Replace(string(yaml), "{env: IMAP_PASSWORD}", fmt.Sprintf("{file: %q}", password), 1)
	copied := filepath.Join(dir, file)
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for port, at := range map[int]int{993: r.IMAPS, 143: r.IMAP, 995: r.POP3S, 110: r.POP3} {
		flags = append(flags, "--connect-to", fmt.Sprintf("%s:%d=%s:%d", tlsName, port, r.IP, at))
	}
	o := play(t, append([]string{
		copied, "--server", r.IP, "--port", fmt.Sprint(r.Port), "-d", r.Domain, "--from", "probe@" + r.Domain, "--ca-file", r.ca,
		"--var", "maildir=" + r.mail, "-v",
	}, flags...)...)
	if strings.Contains(o.stdout, loginPassword) {
		t.Errorf("the report shows the password: %s", o.stdout)
	}
	return o
}

// TestTrap67RoundTrip sends a message and waits for it, and for its report, in
// the Maildir and by IMAP and POP3, with TLS from the first byte and after
// STARTTLS or STLS.
func TestTrap67RoundTrip(t *testing.T) {
	r := newRoundTrip(t)
	for _, scheme := range []string{"imaps", "imap", "pop3s", "pop3"} {
		o := r.play(t, "roundtrip.yaml", "--to", "kate@"+r.Domain, "--var", "mailbox="+scheme+"://"+tlsName)
		o.exits(0)
		c := o.check(r.IP)
		if c.Status != result.Pass {
			t.Fatalf("%s: %s: %s", scheme, c.Status, c.Message)
		}
		for _, number := range []int{7, 8} {
			text := strings.Join(stepOf(t, c, number).Text, "\n")
			for _, want := range []string{"Action: delivered", "Status: 2.0.0", "Original-Recipient: kate@round.test", "Original-Envelope-Id: " + o.run.RunID, "Return-Path: <>"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: step %d lacks %q:\n%s", scheme, number, want, text)
				}
			}
		}
		// delete: true at the server, and of the message alone.
		if left, _ := filepath.Glob(filepath.Join(r.mail, "kate", "[cn]*", "[0-9]*")); len(left) != 0 {
			t.Errorf("%s: left in the mailbox of kate: %q", scheme, left)
		}
		if left, _ := filepath.Glob(filepath.Join(r.mail, "probe", "[cn]*", "[0-9]*")); len(left) == 0 {
			t.Errorf("%s: the reports are gone", scheme)
		}
	}
	t.Run("reports", func(t *testing.T) { r.reports(t) })
	t.Run("refusals", func(t *testing.T) { r.refusals(t) })
}

// reports are those of messages that Postfix accepted and could not deliver,
// or handed to a server without DSN (trap 52).
func (r *roundTrip) reports(t *testing.T) {
	o := r.play(t, "reported.yaml")
	checks := o.domain().Hosts[0].Addresses[0].Checks
	if len(checks) != 4 {
		t.Fatalf("%d checks; want 4", len(checks))
	}
	s := verdict(t, &checks[0], result.Fail, result.Reply)
	if !strings.Contains(s.Message, "expected delivered or relayed, got failed 5.7.1") || !strings.Contains(s.Message, "no mail leaves this test") {
		t.Errorf("message is %q; want status and diagnostic text of Postfix", s.Message)
	}
	verdict(t, &checks[1], result.Pass, result.None)
	if text := strings.Join(stepOf(t, &checks[1], 5).Text, "\n"); !strings.Contains(text, "Action: relayed") {
		t.Errorf("the report about the relayed message says\n%s", text)
	}
	// Postfix says of an alias that it was expanded, and no more if all is well.
	verdict(t, &checks[2], result.Pass, result.None)
	verdict(t, &checks[3], result.Pass, result.None)
}

// refusals of Dovecot say nothing of the Postfix, and nothing is sent.
func (r *roundTrip) refusals(t *testing.T) {
	for what, test := range map[string]struct{ mailbox, want string }{
		"certificate": {"imaps://" + r.IP + fmt.Sprintf(":%d", r.IMAPS), "certificate"},
		"mailbox":     {"imaps://" + tlsName + "/Elsewhere", "mailbox: the server says NO"},
		"port":        {"imaps://" + r.IP + ":1", "refused"},
		"POP3":        {"pop3s://" + r.IP + fmt.Sprintf(":%d", r.POP3S), "certificate"},
		"protocol":    {"imaps://" + tlsName + ":995", "this is no server of IMAP"},
	} {
		o := r.play(t, "roundtrip.yaml", "--to", "kate@"+r.Domain, "--var", "mailbox="+test.mailbox)
		o.exits(3)
		c := o.check(r.IP)
		s := verdict(t, c, result.Inconclusive, result.Local)
		if !strings.Contains(s.Message, test.want) || !strings.Contains(s.Message, "nothing was sent") {
			t.Errorf("%s: %q; want %q and that nothing was sent", what, s.Message, test.want)
		}
	}
}

// stepOf returns a step of a check that was played once.
func stepOf(t *testing.T, c *result.Check, number int) *result.Step {
	t.Helper()
	for i := range c.Steps {
		if c.Steps[i].Number == number {
			return &c.Steps[i]
		}
	}
	t.Fatalf("%s has no step %d", c.Scenario, number)
	return nil
}
