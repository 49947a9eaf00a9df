//go:build linux

package interop

import (
	"strings"
	"testing"

	"mxprobe/probe/result"
)

// TestPROXYProtocolOfPostfix says who the client is by a header of either
// version, to smtpd and to postscreen, which hands the client over once it
// has waited its turn; Postfix writes that address into the message.
func TestPROXYProtocolOfPostfix(t *testing.T) {
	p := need(t, theWorld.postfix)
	for name, ip := range map[string]string{"smtpd": ipPostfixProxied, "postscreen": ipPostfixScreen} {
		for version, source := range map[string]string{"v1": "192.0.2.77", "v2": "192.0.2.78"} {
			t.Run(name+"/"+version, func(t *testing.T) {
				o := play(t, "@send", "-d", "postfix.test", "--server", ip, "--to", "kate@postfix.test",
					"--proxy-protocol", version, "--proxy-source", source+":4711")
				o.exits(0)
				awaitMail(t, p, o.run.RunID, "["+source+"]")
			})
		}
	}
}

// TestPROXYProtocolIsMissing connects without the header that a server waits
// for. Postfix says after a second, five as it comes, that it is short of
// something, and its log alone knows what.
func TestPROXYProtocolIsMissing(t *testing.T) {
	need(t, theWorld.postfix)
	for name, ip := range map[string]string{"smtpd": ipPostfixProxied, "postscreen": ipPostfixScreen} {
		t.Run(name, func(t *testing.T) {
			o := play(t, "@rcpt", "-d", "postfix.test", "--server", ip, "--retry", "0")
			o.exits(3)
			c := o.check(ip)
			if s := verdict(t, c, result.Inconclusive, result.Temporary); s.Number != 0 || s.Code != 421 {
				t.Errorf("decided by step %d with code %d; want step 0 with 421", s.Number, s.Code)
			}
			if !strings.Contains(c.Hint, "--proxy-protocol") {
				t.Errorf("hint %q; want one that names the flag", c.Hint)
			}
			// A prober that is less patient than the server sees nothing at all.
			o = play(t, "@rcpt", "-d", "postfix.test", "--server", ip, "--retry", "0", "--timeout", "300ms")
			o.exits(1)
			c = o.check(ip)
			verdict(t, c, result.Fail, result.Timeout)
			if !strings.Contains(c.Hint, "--proxy-protocol") {
				t.Errorf("hint %q; want one that names the flag", c.Hint)
			}
		})
	}
}

// TestPROXYProtocolNotWanted sends the header to servers that take it for
// commands: no reply belongs to its command then, some hang up, and nothing
// passes.
func TestPROXYProtocolNotWanted(t *testing.T) {
	for _, at := range delivering {
		for _, version := range []string{"v1", "v2"} {
			t.Run(at.domain+"/"+version, func(t *testing.T) {
				need(t, at.get(theWorld))
				o := play(t, "@rcpt", "-d", at.domain, "--server", at.ip, "--to", "kate@"+at.domain, "--proxy-protocol", version)
				o.exits(1)
				if c := o.check(at.ip); c.Status != result.Fail {
					t.Errorf("%v for reason %q: %s; want fail", c.Status, c.Reason, c.Message)
				}
			})
		}
	}
}

// TestPostscreenTurnsAwayPregreeters wants the refusal of a client who spoke
// before the greeting, from the server that is best known for it.
func TestPostscreenTurnsAwayPregreeters(t *testing.T) {
	need(t, theWorld.postfix)
	o := play(t, "@pregreet", "-d", "postfix.test", "--server", ipPostfixScreen, "--to", "kate@postfix.test",
		"--proxy-protocol", "v1", "--proxy-source", "192.0.2.79:4711")
	o.exits(0)
	if c := o.check(ipPostfixScreen); c.Status != result.Pass {
		t.Errorf("%v: %s; want pass", c.Status, c.Message)
	}
}
