//go:build linux

package interop

import (
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// TestBuiltins plays every built-in on every server. The wanted verdicts
// follow from how the servers are set up: a server that does what the RFCs
// and good practice ask passes, and one that takes everything does not.
func TestBuiltins(t *testing.T) {
	const pass, skip, fail = result.Pass, result.Skip, result.Fail
	servers := []struct {
		domain, ip string
		mta        func() (*mta.Process, error)
	}{
		{"postfix.test", ipPostfix, theWorld.postfix},
		{"exim.test", ipExim, theWorld.exim},
		{"late.exim.test", ipEximLate, theWorld.exim},
		{"bare.postfix.test", ipPostfixBare, theWorld.postfix},
		{"aiosmtpd.test", ipAiosmtpd, theWorld.aiosmtpd},
		{"open.aiosmtpd.test", ipOpen, theWorld.open},
	}
	for _, b := range []struct {
		name  string
		wants [6]result.Verdict // in the order of servers
	}{
		{"@helo-only", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		{"@rcpt", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		{"@postmaster", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		{"@null-sender", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		{"@order", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		// A server may keep to itself who is there (RFC 5321 section 7.3).
		{"@vrfy", [6]result.Verdict{pass, pass, pass, pass, pass, pass}},
		// Postfix refuses a bad sender at RCPT, Exim at MAIL or at RCPT with
		// no enhanced code; aiosmtpd looks at no sender.
		{"@bad-sender", [6]result.Verdict{pass, pass, pass, pass, fail, fail}},
		{"@unknown-recipient", [6]result.Verdict{pass, pass, pass, pass, pass, fail}},
		{"@relay", [6]result.Verdict{pass, pass, pass, pass, pass, fail}},
		{"@dsn", [6]result.Verdict{pass, pass, pass, skip, skip, skip}},
	} {
		for i, at := range servers {
			t.Run(strings.TrimPrefix(b.name, "@")+"/"+at.domain, func(t *testing.T) {
				need(t, at.mta)
				o := play(t, b.name, "-d", at.domain, "--to", "kate@"+at.domain)
				want := b.wants[i]
				c := o.check(at.ip)
				if c.Status != want {
					t.Errorf("%s; want %s", c.Status, want)
				}
				if want == fail {
					o.exits(1)
					decided(t, verdict(t, c, fail, result.Reply), "", 250, "2.1.5")
				} else {
					o.exits(0)
				}
			})
		}
	}
}

// TestSendDelivers plays @send and looks into the mailbox.
func TestSendDelivers(t *testing.T) {
	for _, at := range []struct {
		domain, ip string
		mail       mailbox
	}{
		{"postfix.test", ipPostfix, theWorld.postfix},
		{"exim.test", ipExim, theWorld.exim},
		{"aiosmtpd.test", ipAiosmtpd, theWorld.aiosmtpd},
	} {
		t.Run(at.domain, func(t *testing.T) {
			p := need(t, at.mail)
			sender := newSender()
			o := play(t, "@send", "-d", at.domain, "--to", "kate@"+at.domain, "--from", sender)
			o.exits(0)
			verdict(t, o.check(at.ip), result.Pass, result.None)
			// A message must have a date and a sender (RFC 5322 section 3.6),
			// and a test message its mark (RFC 3834 section 5).
			awaitMail(t, p, o.run.RunID, "\nDate: ", "\nFrom: ", sender, "\nMessage-I", "\nAuto-Submitted: auto-generated\n")
		})
	}
}

// TestUnknownRecipientFails has a known refusal reported with its reply.
func TestUnknownRecipientFails(t *testing.T) {
	for _, at := range []struct {
		domain, ip, enhanced string
		mta                  func() (*mta.Process, error)
	}{
		{"postfix.test", ipPostfix, "5.1.1", theWorld.postfix},
		{"exim.test", ipExim, "", theWorld.exim},
		{"aiosmtpd.test", ipAiosmtpd, "5.1.1", theWorld.aiosmtpd},
	} {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.mta)
			// A 550 is final: no further attempt is made.
			o := play(t, "@rcpt", "-d", at.domain, "--to", "nobody@"+at.domain, "--retry", "3", "--retry-wait", "10ms")
			o.exits(1)
			c := o.check(at.ip)
			s := verdict(t, c, result.Fail, result.Reply)
			if c.Attempts != 1 {
				t.Errorf("%d attempts; want 1", c.Attempts)
			}
			decided(t, s, "RCPT TO:<nobody@"+at.domain+">", 550, at.enhanced)
			if s.Line == 0 || s.Excerpt == nil {
				t.Errorf("the step that failed has no place in its file: line %d, excerpt %v", s.Line, s.Excerpt)
			}
			if view := o.domain().Sender; view == nil || view.View != result.ViewRefused {
				t.Errorf("a sender's view is %+v; want refused", view)
			}
		})
	}
}

// TestTrap01RefusalOfManyLines has Exim explain in three lines why it refuses a
// sender (RFC 5321 section 4.2.1).
func TestTrap01RefusalOfManyLines(t *testing.T) {
	need(t, theWorld.exim)
	o := play(t, "@rcpt", "-d", "exim.test", "--to", "kate@exim.test", "--from", "nobody@invalid.invalid")
	o.exits(3)
	s := verdict(t, o.check(ipExim), result.Inconclusive, result.Policy)
	decided(t, s, "MAIL FROM:<nobody@invalid.invalid>", 550, "")
	if len(s.Text) != 3 || s.Text[2] != "Sender verify failed" {
		t.Errorf("text is %q; want all three lines", s.Text)
	}
}

// TestFailOnSkip has a skipped host, which is fine as such, end in failure.
func TestFailOnSkip(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@dsn", "-d", "bare.postfix.test", "--fail-on-skip")
	if o.exit == 0 {
		t.Error("exit status 0; want another")
	}
}
