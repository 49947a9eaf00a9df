package probe_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/result"
)

// crowd is a check that waits for a server until it may go on, in every
// address.
type crowd struct {
	waiting atomic.Int64
	goOn    chan struct{}
}

func (c *crowd) Name() string    { return "crowd" }
func (c *crowd) Ports() []uint16 { return nil }
func (c *crowd) Start(probe.Target, func(*result.Step)) probe.Trial {
	return &inCrowd{crowd: c}
}

type inCrowd struct {
	crowd  *crowd
	status result.Verdict
}

func (t *inCrowd) Play(context.Context) (time.Duration, bool) {
	t.crowd.waiting.Add(1)
	<-t.crowd.goOn
	t.status = result.Pass
	return 0, false
}
func (t *inCrowd) Abandon(result.Reason) {}
func (t *inCrowd) Result() result.Check  { return result.Check{Status: t.status} }

// domains are so many domains, each with an address of its own.
func domains(n int, read *atomic.Int64, checks ...probe.Check) iter.Seq[probe.Request] {
	return func(yield func(probe.Request) bool) {
		for i := range n {
			read.Add(1)
			if !yield(probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Checks: checks}) {
				return
			}
		}
	}
}

// eventually waits until a condition holds that nothing but time can delay.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !holds(); runtime.Gosched() {
		if time.Now().After(until) {
			t.Fatalf("in a minute it never was so: %s", what)
		}
	}
}

// Ten thousand sessions that wait for their servers are as many goroutines, and
// a list costs no more of them than its sessions. The test does not run beside
// others, because it counts the goroutines of the process.
func TestGoroutinesOfACrowd(t *testing.T) { //nolint:paralleltest // see above
	const jobs, spares = 50, 32
	for _, tc := range []struct{ domains, most int }{
		{jobs, jobs + 1 + spares},          // a session each, who reads the list, and those who wait for another domain
		{20 * jobs, 3*jobs + 1 + spares},   // and so many again that are about to begin
		{1000 * jobs, 3*jobs + 1 + spares}, // whatever the length of the list
	} {
		c := &crowd{goOn: make(chan struct{})}
		r := &probe.Runner{Resolver: fixed{}, Jobs: jobs}
		ctx, cancel := context.WithCancel(t.Context())
		before := runtime.NumGoroutine()
		over := make(chan int)
		var read atomic.Int64
		go func() {
			passed := 0
			for d := range r.Run(ctx, domains(tc.domains, &read, c)) {
				if d.Status == result.Pass {
					passed++
				}
			}
			over <- passed
		}()
		eventually(t, "all sessions wait", func() bool { return c.waiting.Load() == jobs })
		// The one more is that of the loop over the results.
		eventually(t, "few goroutines", func() bool { return runtime.NumGoroutine()-before <= tc.most+1 })
		eventually(t, "the list is read as far as it may be", func() bool { return read.Load() >= min(int64(tc.domains), 3*jobs) })
		if n := runtime.NumGoroutine() - before; n > tc.most+1 {
			t.Errorf("%d domains: %d goroutines for %d sessions; want at most %d", tc.domains, n, jobs, tc.most+1)
		}
		if tc.domains > 20*jobs {
			cancel()
		}
		close(c.goOn)
		if passed := <-over; passed != tc.domains && tc.domains <= 20*jobs {
			t.Errorf("%d of %d domains passed; want all", passed, tc.domains)
		}
		cancel()
	}
}
