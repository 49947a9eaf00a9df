//go:build linux

package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

func (w *world) startOpenSMTPD(dir string) (*mta.Process, error) {
	return mta.StartOpenSMTPD(dir, mta.OpenSMTPDConfig{
		Addr: ipOpenSMTPD, Port: w.port, Domains: []string{"opensmtpd.test"},
		Users: []string{"postmaster", "kate"}, BadSenders: []string{"invalid.invalid"},
	})
}

func (w *world) startSendmail(dir string) (*mta.Process, error) {
	return mta.StartSendmail(dir, mta.SendmailConfig{
		Port: w.port, Plain: ipSendmail, Domains: []string{"sendmail.test"},
		Users: []string{"postmaster", "kate"}, BadSenders: []string{"invalid.invalid"},
	})
}

func TestWorldOpenSMTPD(t *testing.T) {
	need(t, theWorld.openSMTPD)
	talk(t, theWorld.addr(ipOpenSMTPD),
		exchange{"", "220 mx.opensmtpd.test"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"MAIL FROM:<nobody@invalid.invalid>", "250"},
		exchange{"RCPT TO:<kate@opensmtpd.test>", "550"},
		exchange{"RSET", "250"},
		exchange{"MAIL FROM:<probe@sender.test> RET=HDRS ENVID=1", "250"},
		exchange{"RCPT TO:<kate@opensmtpd.test> NOTIFY=NEVER", "250"},
		exchange{"RCPT TO:<postmaster>", "250"},
		// It names what it does with users, not what it thinks of the address.
		exchange{"RCPT TO:<nobody@opensmtpd.test>", "524 5.2.4"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "550"},
		exchange{"QUIT", "221"})
}

func TestWorldSendmail(t *testing.T) {
	need(t, theWorld.sendmail)
	talk(t, theWorld.addr(ipSendmail),
		exchange{"", "220 mx.sendmail.test"},
		exchange{"EHLO probe.sender.test", "250-"},
		exchange{"VRFY kate@sendmail.test", "252"},
		exchange{"MAIL FROM:<nobody@invalid.invalid>", "553 5.1.8"},
		exchange{"MAIL FROM:<probe@sender.test> RET=HDRS ENVID=1", "250"},
		exchange{"RCPT TO:<kate@sendmail.test> NOTIFY=NEVER", "250"},
		exchange{"RCPT TO:<postmaster>", "250"},
		exchange{"RCPT TO:<nobody@sendmail.test>", "550 5.1.1"},
		exchange{"RCPT TO:<kate@elsewhere.test>", "550 5.7.1"},
		exchange{"QUIT", "221"})
}

// TestTrap26KeyThatDoesNotFit makes a handshake with a server that cannot sign.
// OpenSMTPD is the one server here that begins the handshake all the same:
// its process for connections does not know the key.
func TestTrap26KeyThatDoesNotFit(t *testing.T) {
	root := issue(t, nil, "interop misfit root", isCA)
	leaf, other := issue(t, root, "server", forHost("mx.misfit.opensmtpd.test")), issue(t, root, "other", nil)
	p := need(t, func() (*mta.Process, error) {
		return mta.StartOpenSMTPD(t.TempDir(), mta.OpenSMTPDConfig{
			Addr: ipMisfit, Port: theWorld.port, Domains: []string{"misfit.opensmtpd.test"}, Users: []string{"kate"},
			BadSenders: []string{"invalid.invalid"}, Cert: certPEM(leaf), Key: pemOf(t, other),
		})
	})
	t.Cleanup(p.Stop)
	o := play(t, "@starttls", "-d", "misfit.opensmtpd.test")
	o.exits(1)
	s := verdict(t, o.check(ipMisfit), result.Fail, result.TLS)
	if s.Code != 220 || !strings.Contains(s.Message, "handshake") {
		t.Errorf("decided by %d: %s", s.Code, s.Message)
	}
}

// TestBuiltinsElsewhere plays built-ins on OpenSMTPD and Sendmail.
func TestBuiltinsElsewhere(t *testing.T) {
	const pass, skip, warn, fail = result.Pass, result.Skip, result.Warn, result.Fail
	servers := []struct {
		domain string
		mta    func() (*mta.Process, error)
	}{
		{"opensmtpd.test", theWorld.openSMTPD},
		{"sendmail.test", theWorld.sendmail},
	}
	for _, b := range []struct {
		name  string
		wants [2]result.Verdict // in the order of servers
	}{
		{"@helo-only", [2]result.Verdict{pass, pass}},
		{"@rcpt", [2]result.Verdict{pass, pass}},
		{"@postmaster", [2]result.Verdict{pass, pass}},
		{"@null-sender", [2]result.Verdict{pass, pass}},
		{"@order", [2]result.Verdict{pass, pass}},
		{"@bad-sender", [2]result.Verdict{pass, pass}},
		{"@unknown-recipient", [2]result.Verdict{pass, pass}},
		{"@relay", [2]result.Verdict{pass, pass}},
		{"@dsn", [2]result.Verdict{pass, pass}},
		{"@vrfy", [2]result.Verdict{pass, pass}},
		{"@long-lines", [2]result.Verdict{pass, pass}},
		{"@limits", [2]result.Verdict{pass, pass}},
		{"@pregreet", [2]result.Verdict{pass, pass}},
		{"@null-bytes", [2]result.Verdict{pass, pass}},
		{"@advertised", [2]result.Verdict{warn, pass}}, // OpenSMTPD takes no heed of SIZE
		{"@user-enumeration", [2]result.Verdict{warn, warn}},
		{"@starttls", [2]result.Verdict{fail, fail}},
		{"@starttls-injection", [2]result.Verdict{skip, skip}},
		{"@auth-clear", [2]result.Verdict{pass, pass}},
	} {
		for i, at := range servers {
			t.Run(strings.TrimPrefix(b.name, "@")+"/"+at.domain, func(t *testing.T) {
				need(t, at.mta)
				o := play(t, b.name, "-d", at.domain, "--to", "kate@"+at.domain)
				for _, c := range o.domain().Hosts[0].Addresses[0].Checks {
					want := b.wants[i]
					if want == warn && c.Scenario == "commands that are offered work" {
						want = pass
					}
					if c.Status != want {
						t.Errorf("%s is %s at step %v: %s; want %s", c.Scenario, c.Status, c.FailedStep, c.Message, want)
					}
				}
			})
		}
	}
}

// TestEightBitTextElsewhere has text outside ASCII arrive as it was sent, with
// 8BITMIME (RFC 6152).
func TestEightBitTextElsewhere(t *testing.T) {
	for domain, get := range map[string]mailbox{"opensmtpd.test": theWorld.openSMTPD, "sendmail.test": theWorld.sendmail} {
		t.Run(domain, func(t *testing.T) {
			p := need(t, get)
			file := filepath.Join(t.TempDir(), "eight.yaml")
			src := "name: eight bits\nif: 8BITMIME\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}> BODY=8BITMIME\n  - RCPT TO:<${to}>\n" +
				"  - message: |\n      Subject: eight ${run_id}\n      MIME-Version: 1.0\n      Content-Type: text/plain; charset=utf-8\n" +
				"      Content-Transfer-Encoding: 8bit\n\n      Gr\u00fc\u00dfe\n"
			if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			o := play(t, file, "-d", domain, "--to", "kate@"+domain)
			o.exits(0)
			awaitMail(t, p, "Subject: eight "+o.run.RunID, "\n\nGr\u00fc\u00dfe\n")
		})
	}
}
