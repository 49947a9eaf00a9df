package probe_test

import (
	"context"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

// A socket may notice the end of the run before the context does. That is
// not the silence of a server.
func TestEndOfTheRunIsNoTimeoutOfTheServer(t *testing.T) {
	t.Parallel()
	w := with(t)
	set := settings(w)
	set.Dialer = dialFunc(func(ctx context.Context, _, _ string) (net.Conn, error) {
		until, _ := ctx.Deadline()
		for time.Now().Before(until) {
			// Busy, so that nothing comes between the deadline and the return.
		}
		return nil, os.ErrDeadlineExceeded
	})
	made := checks(t, set, "name: x\nsteps: [NOOP]\n")
	r := runner(t, w)
	played := 0
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		// On a busy machine the time may be over before the run begins.
		for d := range r.Run(ctx, slices.Values([]probe.Request{{Domain: "example.test", Checks: made}})) {
			played++
			if d.Status == result.Fail {
				t.Errorf("got %v, %v: %s; want nothing that blames the server", d.Status, d.Reason, d.Message)
			}
		}
		cancel()
	}
	if played == 0 {
		t.Error("no run was begun in its time")
	}
}
