package probe

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"sync"
	"sync/atomic"

	"mxprobe/internal/stack"
	"mxprobe/probe/result"
	"mxprobe/probe/shared"
)

// Defaults of a Runner's limits.
const (
	DefaultJobs    = 64
	DefaultPerHost = 2
)

// ahead is how many domains for each job may be under way or waiting to be
// yielded: enough to keep the sessions busy while one slow domain holds up
// the order, and a bound on memory. With manners, domains wait for their
// provider while those of others go on, and further ahead are needed.
const (
	ahead         = 4
	aheadPolitely = 16
)

// errFailFast ends a run at its first failure.
var errFailFast = errors.New("stopped at the first failure")

// errBroken ends a run in which something panicked.
var errBroken = errors.New("stopped by an internal error")

// run is one call of Runner.Run: the shared limits and the owner of all
// goroutines.
type run struct {
	*Runner
	cancel    context.CancelCauseFunc
	jobs      chan struct{}
	begun     chan struct{} // the leave to begin a domain
	beginners *crew[*underWay]
	players   *crew[*lane]
	gate      *gate
	addresses *keyed[netip.Addr]
	hosts     *keyed[string]
	kept      kept
	shared    *shared.Results // nil where every domain has sessions of its own
	watch     sync.Mutex
	resolver  Resolver // that of the Runner, asked less often
	broken    atomic.Pointer[broken]
}

// Run plays the requests and yields one result for each, in their order. It
// reads ahead only as far as its limits allow, so that memory does not grow
// with the list. When ctx ends, what is known of the requests read so far is
// yielded, what was not done in them has the verdict not_run, and no further
// request is read. The cause of ctx's end (context.Cause) tells a time limit
// from an interruption: context.DeadlineExceeded is the one, all else the
// other. Run returns when every session is closed.
func (r *Runner) Run(ctx context.Context, requests iter.Seq[Request]) iter.Seq[result.Domain] {
	return func(yield func(result.Domain) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		run := r.newRun(cancel)
		queue := newWindow[*underWay](r.Window())
		go run.feed(ctx, requests, queue)
		open := true
		for one := range queue.all(ctx) {
			one.done.Wait()
			run.raise()
			if open && !yield(one.result) {
				open = false
				cancel(nil)
			}
			one.allowance.release()
		}
		run.kept.quit(ctx)
		run.raise()
	}
}

func (r *Runner) newRun(cancel context.CancelCauseFunc) *run {
	jobs, perHost := r.sessions(), r.PerHost
	if perHost < 1 {
		perHost = DefaultPerHost
	}
	run := &run{
		Runner:    r,
		resolver:  RememberAlive(r.Resolver),
		cancel:    cancel,
		jobs:      make(chan struct{}, jobs),
		begun:     make(chan struct{}, beginAhead*jobs),
		gate:      newGate(r.Manners, r.Shared, r.Budget),
		addresses: newKeyed[netip.Addr](1),
		hosts:     newKeyed[string](perHost),
	}
	run.beginners = newCrew(min(beginAhead*jobs, mostBeginners), stack.Grow, run.begin)
	run.players = newCrew(beginAhead*jobs, stack.GrowLittle, func(ctx context.Context, l *lane) { l.play(ctx) })
	if r.Share {
		run.shared = new(shared.Results)
	}
	return run
}

// Window is how many domains may be under way or waiting to be yielded.
func (r *Runner) Window() int {
	if r.Manners != nil {
		return aheadPolitely * r.sessions()
	}
	return ahead * r.sessions()
}

// sessions is how many sessions may be open at once.
func (r *Runner) sessions() int {
	if r.Jobs < 1 {
		return DefaultJobs
	}
	return r.Jobs
}

// feed begins the requests one by one, each with a place in the window and the
// leave to begin. What is to be looked up has a goroutine meanwhile, and so has
// each lane after that: what waits in the window has none.
func (r *run) feed(ctx context.Context, requests iter.Seq[Request], queue *window[*underWay]) {
	defer queue.close()
	defer r.catch()
	stack.Grow() // it reads the list, and begins what needs no look-up
	text := newPool()
	var one *underWay
	for req := range requests {
		one = newUnderWay(&req, text, one)
		if !queue.put(ctx, one) {
			return
		}
		one.leave.take(ctx, r.begun)
		if atOnce(&one.result) {
			r.begin(ctx, one)
			continue
		}
		r.beginners.give(ctx, one)
	}
}

func (r *run) routed(d *result.Domain) {
	if r.Watch == nil {
		return
	}
	r.watch.Lock()
	defer r.watch.Unlock()
	r.Watch.Routed(d)
}

func (r *run) checked(t *Target, c *result.Check) {
	if r.FailFast && c.Status == result.Fail {
		r.cancel(errFailFast)
	}
	if r.Watch == nil {
		return
	}
	r.watch.Lock()
	defer r.watch.Unlock()
	r.Watch.Checked(t, c)
}
