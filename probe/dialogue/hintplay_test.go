package dialogue_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// What spoke half a greeting did speak.
func TestHintOfHalfAGreeting(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]sandbox.Rule{
		"silent then": {On: "connect", Raw: "220 a", Hang: true},
		"closed then": {On: "connect", Raw: "220 a", Close: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := with(t, rule)
			set := settings(w)
			set.ReplyTimeout = 300 * time.Millisecond
			d := playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
			c := only(t, &d)
			if c.Status != result.Fail || !strings.Contains(c.Message, "220 a") {
				t.Errorf("check is %v, %q; want a failure with the half greeting", c.Status, c.Message)
			}
			advised(t, c, "!nothing speaks", "!before it spoke")
		})
	}
}

// A line without a command word is not the greeting.
func TestHintOfARawLine(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "12 34", Reply: "554 no"})
	d := play(t, w, "steps:\n  - raw: \"12 34\\r\\n\"\n  - expect: 250\n")
	c := only(t, &d)
	expect(t, c, ending{result.Fail, result.Reply, 2, "554 no"})
	advised(t, c, "!takes no mail from this machine")
}

// With a server that is known to answer, the line is not what to suspect; and
// where that one is silent, no family of addresses is.
func TestTrap62HintsWithControl(t *testing.T) {
	t.Parallel()
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = control.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	silent := dialFunc(func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ETIMEDOUT })
	w := with(t)
	for _, tc := range []struct {
		name, control string
		port          uint16
		check, domain []string
	}{
		{"none", "", 25, nil, []string{"outgoing port 25", "--control"}},
		{"none, another port", "", 2525, nil, []string{"!port 25", "!587", "--control"}},
		{"answers", control.Addr().String(), 2525, []string{"control server answers", "!--control"}, []string{"!--control", "!port 25"}},
		{"is silent", closed.Addr().String(), 25, []string{"network of this machine", "!-4"}, []string{"!port 25"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set := settings(silent)
			set.Control = tc.control
			request := probe.Request{Domain: "example.test", Ports: []uint16{tc.port}, Checks: checks(t, set, ask)}
			for d := range runner(t, w).Run(t.Context(), slices.Values([]probe.Request{request})) {
				advised(t, only(t, &d), tc.check...)
				advised(t, &result.Check{Hint: d.Hint}, tc.domain...)
			}
		})
	}
}
