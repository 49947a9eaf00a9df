//go:build linux

package interop

import (
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
// nothing final.
func TestTrap11Busy(t *testing.T) {
	for _, at := range []struct {
		domain, ip, enhanced string
		mta                  func() (*mta.Process, error)
	}{
		{"busy.postfix.test", ipPostfixBusy, "", theWorld.postfix},
		{"busy.exim.test", ipEximBusy, "", theWorld.busyExim},
	} {
		t.Run(at.domain, func(t *testing.T) {
			need(t, at.mta)
			held := hold(t, theWorld.addr(at.ip))
			args := []string{"@rcpt", "-d", at.domain, "--to", "kate@" + at.domain, "--retry", "0"}
			o := play(t, args...)
			o.exits(3)
			s := verdict(t, o.check(at.ip), result.Inconclusive, result.Temporary)
			if s.Number != 0 || s.Code != 421 {
				t.Errorf("decided by step %d with code %d; want step 0 with 421", s.Number, s.Code)
			}

			// Once the place is free, the same call passes. It is free a
			// moment after we have left, hence the attempts.
			_ = held.conn.Close()
			args[len(args)-1] = "20"
			o = play(t, append(args, "--retry-wait", "100ms")...)
			o.exits(0)
		})
	}
}
