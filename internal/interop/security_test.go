//go:build linux

package interop

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// soonSmuggling writes @smuggling with shorter waits: these servers are near.
func soonSmuggling(t *testing.T) string {
	t.Helper()
	src, ok := scenarios.Builtin("@smuggling")
	if !ok {
		t.Fatal("there is no @smuggling")
	}
	path := filepath.Join(t.TempDir(), "smuggling.yaml")
	if err := os.WriteFile(path, []byte(strings.NewReplacer("timeout: 3s", "timeout: 1s", "timeout: 6s", "timeout: 2s").Replace(string(src))), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTrap43Smuggling sends the ends of a message that are none.
//
// Postfix before 3.9 takes a line that ends in LF alone for a line unless
// smtpd_forbid_bare_newline says otherwise (CVE-2023-51764, postconf(5)), so
// that LF . LF and LF . CRLF end a message, whatever is before LF; "normalize"
// requires CRLF . CRLF. A
// lone CR is text. Exim since 4.97.1, and Debian's 4.96-15+deb12u4, refuses a
// dot and LF unless the first header line ended in LF alone (CVE-2023-51766).
// Debian's aiosmtpd has the mend of CVE-2024-27305. No server delivers
// anything: Postfix refuses more than 50 hops (hopcount_limit). A sound server
// that says nothing to all of them in one session is asked no more.
func TestTrap43Smuggling(t *testing.T) {
	for _, at := range []struct {
		domain, ip string
		mta        mailbox
		fail, warn []string
	}{
		{"postfix.test", ipPostfix, theWorld.postfix, []string{"LF . LF", "LF . CRLF", "CR NUL LF . CRLF"}, []string{"CRLF . LF"}},
		{"sound.postfix.test", ipPostfixSound, theWorld.postfix, nil, nil},
		{"exim.test", ipExim, theWorld.exim, nil, nil},
		{"aiosmtpd.test", ipAiosmtpd, theWorld.aiosmtpd, nil, nil},
		{"opensmtpd.test", ipOpenSMTPD, theWorld.openSMTPD, nil, nil},
		{"sendmail.test", ipSendmail, theWorld.sendmail, nil, nil},
	} {
		t.Run(at.domain, func(t *testing.T) {
			t.Parallel() // waiting is most of it
			p := need(t, at.mta)
			before, err := p.Mailbox()
			if err != nil {
				t.Fatal(err)
			}
			o := play(t, soonSmuggling(t), "-d", at.domain, "--to", "kate@"+at.domain)
			checks := o.domain().Hosts[0].Addresses[0].Checks
			silent := checks[0].Status == result.Pass
			if !silent && checks[0].Status != result.Skip || silent && at.fail != nil {
				t.Errorf("all in one session is %s: %s", checks[0].Status, checks[0].Message)
			}
			t.Logf("all in one session is %s: %s", checks[0].Status, checks[0].Message)
			for _, c := range checks[1:] {
				_, variant, _ := strings.Cut(c.Scenario, ": ")
				want := result.Pass
				switch {
				case silent:
					want = result.Skip
				case variant == "CRLF . CR CRLF":
					// Postfix strips every CR before LF, or only one.
					continue
				case slices.Contains(at.fail, variant):
					want = result.Fail
				case slices.Contains(at.warn, variant):
					want = result.Warn
				}
				if c.Status != want {
					t.Errorf("%s is %s: %s; want %s", variant, c.Status, c.Message, want)
				}
			}
			if want := map[bool]int{true: 0, false: 1}[at.fail == nil]; o.exit != want {
				t.Errorf("exit status %d; want %d", o.exit, want)
			}
			after, err := p.Mailbox()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(after[len(before):], o.run.RunID) {
				t.Error("a message was delivered")
			}
		})
	}
}

// TestSecurityBuiltins plays what looks for faults on sound servers. Names
// can be tried out at RCPT wherever unknown recipients are refused there,
// which is a warning; a server that takes every name passes.
func TestSecurityBuiltins(t *testing.T) {
	const pass, warn = result.Pass, result.Warn
	servers := []struct {
		domain, ip string
		mta        func() (*mta.Process, error)
	}{
		{"postfix.test", ipPostfix, theWorld.postfix},
		{"bare.postfix.test", ipPostfixBare, theWorld.postfix},
		{"exim.test", ipExim, theWorld.exim},
		{"aiosmtpd.test", ipAiosmtpd, theWorld.aiosmtpd},
		{"open.aiosmtpd.test", ipOpen, theWorld.open},
	}
	for _, b := range []struct {
		name  string
		wants [5]result.Verdict // in the order of servers
	}{
		{"@long-lines", [5]result.Verdict{pass, pass, pass, pass, pass}},
		{"@pregreet", [5]result.Verdict{pass, pass, pass, pass, pass}},
		{"@user-enumeration", [5]result.Verdict{warn, warn, warn, warn, pass}},
		{"@limits", [5]result.Verdict{pass, pass, pass, pass, pass}},
		{"@advertised", [5]result.Verdict{pass, pass, pass, pass, pass}},
	} {
		for i, at := range servers {
			t.Run(strings.TrimPrefix(b.name, "@")+"/"+at.domain, func(t *testing.T) {
				need(t, at.mta)
				o := play(t, b.name, "-d", at.domain, "--to", "kate@"+at.domain)
				o.exits(0)
				for _, c := range o.domain().Hosts[0].Addresses[0].Checks {
					if c.Status != b.wants[i] {
						t.Errorf("%s is %s: %s; want %s", c.Scenario, c.Status, c.Message, b.wants[i])
					}
				}
			})
		}
	}
	// Exim refuses NUL in every command (its log: NUL characters); others may
	// take one out, which is a warning and no more.
	for _, at := range servers {
		t.Run("null-bytes/"+at.domain, func(t *testing.T) {
			need(t, at.mta)
			o := play(t, "@null-bytes", "-d", at.domain)
			o.exits(0)
			if c := o.check(at.ip); c.Status != pass && (c.Status != warn || at.domain == "exim.test") {
				t.Errorf("%s: %s", c.Status, c.Message)
			}
		})
	}
}
