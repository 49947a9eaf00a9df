package dialogue_test

import (
	"testing"

	"mxprobe/internal/sandbox"
	"mxprobe/probe/result"
)

// A server without service is passed over, as Postfix and Exim do.
func TestTrap15SenderGoesOn(t *testing.T) {
	t.Parallel()
	w := start(t, "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx2 A 192.0.2.20\n",
		sandbox.Server{Rules: []sandbox.Rule{{On: "connect", Reply: "554 no service here"}}},
		sandbox.Server{Name: "mx2.example.test"})
	d := play(t, w, ask)
	if d.Status != result.Fail || d.Sender == nil || d.Sender.View != result.ViewDegraded || d.Sender.By != "mx2.example.test" {
		t.Errorf("domain is %v, a sender's view is %+v; want a failure, degraded by mx2", d.Status, d.Sender)
	}
}

// A server is not to blame for the order of commands in a scenario.
func TestNoSendersViewOfABrokenScenario(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"  - DATA\n", "  - {send: DATA, expect: 503}\n", "  - RSET\n  - RCPT TO:<kate@example.test>\n"} {
		w := with(t, sandbox.Rule{On: "DATA", Reply: "554 5.5.1 no valid recipients"})
		d := play(t, w, "steps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n"+end)
		if c := only(t, &d); c.Status != result.Fail || d.Sender != nil {
			t.Errorf("%q: check is %v, a sender's view is %+v; want a failure, and none", end, c.Status, d.Sender)
		}
	}
}
