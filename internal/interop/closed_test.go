//go:build linux

package interop

import (
	"testing"
	"time"

	"mxprobe/probe/result"
)

// TestTrap15NoService gets 554 for a greeting, from a server that says no more
// than that it has no service (RFC 5321 section 3.1).
func TestTrap15NoService(t *testing.T) {
	need(t, theWorld.exim)
	o := play(t, "@rcpt", "-d", "closed.exim.test")
	o.exits(1)
	s := verdict(t, o.check(ipEximClosed), result.Fail, result.Reply)
	if s.Number != 0 || s.Code != 554 {
		t.Errorf("decided by step %d with code %d; want step 0 with 554", s.Number, s.Code)
	}
}

// TestTrap71RefusedBecauseOfUs gets 554 5.7.1 "Client host rejected": about our
// address, which says nothing of the server's state for others.
func TestTrap71RefusedBecauseOfUs(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@rcpt", "-d", "closed.postfix.test")
	o.exits(3)
	s := verdict(t, o.check(ipPostfixClosed), result.Inconclusive, result.Policy)
	if s.Number != 0 || s.Code != 554 {
		t.Errorf("decided by step %d with code %d; want step 0 with 554", s.Number, s.Code)
	}
}

// TestNobodyListens finds an address where every connection is refused.
func TestNobodyListens(t *testing.T) {
	o := play(t, "@rcpt", "-d", "dead.test")
	o.exits(1)
	s := verdict(t, o.check(ipDead), result.Fail, result.Refused)
	if s.Number != 0 || s.Code != 0 {
		t.Errorf("decided by step %d with code %d; want step 0 with no reply", s.Number, s.Code)
	}
	if view := o.domain().Sender; view == nil || view.View != result.ViewDown {
		t.Errorf("a sender's view is %+v; want down", view)
	}
}

// TestSilentServer finds a server that takes the connection and never speaks.
func TestSilentServer(t *testing.T) {
	o := play(t, "@rcpt", "-d", "mute.test", "--timeout", "500ms", "--retry", "0")
	o.exits(1)
	s := verdict(t, o.check(ipMute), result.Fail, result.Timeout)
	if s.Number != 0 {
		t.Errorf("decided by step %d; want 0", s.Number)
	}
	if o.elapsed > 20*time.Second {
		t.Errorf("it took %s; want little more than the 500ms allowed", o.elapsed)
	}
}

// TestMaxTime has the time of the whole run end before the server's does: a
// limit of ours, so nothing is said of the server.
func TestMaxTime(t *testing.T) {
	o := play(t, "@rcpt", "-d", "mute.test", "--max-time", "500ms")
	o.exits(3)
	if c := o.check(ipMute); c.Status != result.Inconclusive || c.Reason != result.Deadline {
		t.Errorf("%s for reason %q; want inconclusive for deadline", c.Status, c.Reason)
	}
	if o.elapsed > 20*time.Second {
		t.Errorf("it took %s; want little more than the 500ms allowed", o.elapsed)
	}
}
