//go:build linux

package interop

import (
	"strings"
	"testing"

	"mxprobe/internal/interop/mta"
	"mxprobe/probe/result"
)

// greylists are servers that defer a sender and recipient the first time.
var greylists = []struct {
	domain, ip string
	code       int
	get        func(*world) mailbox
}{
	{"grey.postfix.test", ipPostfixGrey, 450, func(w *world) mailbox { return w.postfix }},
	{"grey.exim.test", ipEximGrey, 451, func(w *world) mailbox { return w.exim }},
}

// TestTrap65GreylistIsTemporary wants no verdict on a server that says "not
// yet" (RFC 6647 section 2), or the verdict the caller asks for.
func TestTrap65GreylistIsTemporary(t *testing.T) {
	for _, at := range greylists {
		for _, how := range []struct {
			temporary string
			want      result.Verdict
			exit      int
		}{
			{"inconclusive", result.Inconclusive, 3},
			{"warn", result.Warn, 0},
			{"fail", result.Fail, 1},
		} {
			t.Run(at.domain+"/"+how.temporary, func(t *testing.T) {
				need(t, at.get(theWorld))
				o := play(t, "@rcpt", "-d", at.domain, "--to", "kate@"+at.domain,
					"--from", newSender(), "--retry", "0", "--temporary", how.temporary)
				o.exits(how.exit)
				c := o.check(at.ip)
				decided(t, verdict(t, c, how.want, result.Temporary), "RCPT TO:", at.code, "4.7.1")
				if c.Attempts != 1 {
					t.Errorf("%d attempts; want 1", c.Attempts)
				}
				if s := o.domain().Sender; s == nil || s.View != result.ViewQueued {
					t.Errorf("a sender's view is %+v; want queued", s)
				}
			})
		}
	}
}

// TestTrap65GreylistPassesOnRetry wants the second attempt to come with the
// same sender and recipient, and to be told of.
func TestTrap65GreylistPassesOnRetry(t *testing.T) {
	for _, at := range greylists {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.get(theWorld))
			o := play(t, "@rcpt", "-d", at.domain, "--to", "kate@"+at.domain,
				"--from", newSender(), "--retry", "2", "--retry-wait", "100ms")
			o.exits(0)
			c := o.check(at.ip)
			verdict(t, c, result.Pass, result.None)
			if c.Attempts != 2 {
				t.Errorf("%d attempts; want 2", c.Attempts)
			}
			var first *result.Step
			for i := range c.Steps {
				if c.Steps[i].Attempt == 1 && c.Steps[i].Code == at.code {
					first = &c.Steps[i]
				}
			}
			if first == nil {
				t.Errorf("the report has lost the %d of the first attempt", at.code)
			}
		})
	}
}

// TestTrap11Busy gets 421 instead of a greeting: the end of the session, and
// nothing final. Postfix counts the connections of each client, so that its
// refusal is about us; Exim has too many of all clients together.
func TestTrap11Busy(t *testing.T) {
	for _, at := range []struct {
		domain, ip string
		reason     result.Reason
		mta        func() (*mta.Process, error)
	}{
		{"busy.postfix.test", ipPostfixBusy, result.Policy, theWorld.postfix},
		{"busy.exim.test", ipEximBusy, result.Temporary, theWorld.busyExim},
	} {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.mta)
			held := hold(t, theWorld.addr(at.ip))
			args := []string{"@rcpt", "-d", at.domain, "--to", "kate@" + at.domain, "--retry-wait", "100ms", "--retry"}
			o := play(t, append(args, "1")...)
			o.exits(3)
			c := o.check(at.ip)
			s := verdict(t, c, result.Inconclusive, at.reason)
			decided(t, s, "", 421, "") // greetings have no enhanced code (RFC 2034 section 4)
			if s.Number != 0 || c.Attempts != 2 {
				t.Errorf("decided by step %d of attempt %d; want step 0 of attempt 2", s.Number, c.Attempts)
			}

			// Once the place is free, the same call passes. It is free a
			// moment after we have left, hence the attempts.
			_ = held.conn.Close()
			o = play(t, append(args, "20")...)
			o.exits(0)
		})
	}
}

// TestTrap11TooManyErrors has Postfix end the session in the middle: after the
// last error it may take, it sends 421 without being asked (RFC 5321 section
// 3.8), before or after our next command.
func TestTrap11TooManyErrors(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, scenario(t, "errors.yaml"), "-d", "strict.postfix.test")
	o.exits(3)
	s := verdict(t, o.check(ipPostfixStrict), result.Inconclusive, result.Temporary)
	if s.Number != 4 || !strings.Contains(s.Message, "421 4.7.0") {
		t.Errorf("decided by step %d because of %q; want step 4 because of 421 4.7.0", s.Number, s.Message)
	}
}
