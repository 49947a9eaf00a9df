package probe

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/result"
)

// lane is the queue of checks for one address. One goroutine works it off,
// so that an address never has two sessions; a check that waits for its next
// attempt lets the others go first.
type lane struct {
	run    *run
	under  *underWay
	at     place
	target Target
	trials []queued
	mu     sync.Mutex // of making room for their results
	away   func()     // gives back the place at the provider
	over   *keptOpen  // the connection that was taken over, nil for none
}

type queued struct {
	check Check
	trial Trial
	due   time.Time
	done  bool
	ended bool // the result is complete
	share share
	alone bool // it needs a connection of its own now
}

func (r *run) newLane(one *underWay, at place, t Target, checks []Check) *lane {
	l := &lane{run: r, under: one, at: at, target: t, trials: make([]queued, len(checks))}
	for i, c := range checks {
		stepped := l.stepped(c)
		l.trials[i] = queued{check: c, trial: c.Start(t, stepped), share: r.share(c, t, stepped)}
	}
	return l
}

// stepped returns the function that the trial of a check calls after each step,
// nil if nobody watches.
func (l *lane) stepped(c Check) func(*result.Step) {
	if l.run.Watch == nil {
		return nil
	}
	return func(s *result.Step) {
		l.run.watch.Lock()
		defer l.run.watch.Unlock()
		l.run.Watch.Stepped(&l.target, c.Name(), s)
	}
}

// play works the lane off, and fills in what was seen.
func (l *lane) play(ctx context.Context) {
	defer l.run.left(ctx, l.under)
	defer l.run.catch()
	l.work(ctx)
}

// work plays every check of the lane.
func (l *lane) work(ctx context.Context) {
	var waiting sync.WaitGroup
	for {
		next := l.next()
		if next == nil {
			break
		}
		if !WaitUntil(ctx, next.due) {
			l.abandon(fault.StopReason(ctx))
			break
		}
		if l.needless(next) || l.known(next) {
			continue
		}
		why := l.acquire(ctx, next)
		if next.done {
			continue
		}
		if why != result.None {
			l.abandon(why)
			break
		}
		wait, again := l.attempt(ctx, next)
		l.played(next, again)
		l.release()
		if again {
			next.due = time.Now().Add(wait)
			continue
		}
		if w, ok := next.trial.(Waiter); ok && w.Waits() {
			// The address is free meanwhile: others need not wait as well.
			next.done = true
			waiting.Go(func() {
				defer l.run.catch()
				w.Await()
				l.finished(next)
			})
			continue
		}
		l.finish(next)
	}
	waiting.Wait()
}

// next returns the first trial that is due, else the one that is due first,
// or nil if all are done.
func (l *lane) next() *queued {
	var best *queued
	now := time.Now()
	for i := range l.trials {
		q := &l.trials[i]
		switch {
		case q.done:
		case !q.due.After(now):
			return q
		case best == nil || q.due.Before(best.due):
			best = q
		}
	}
	return best
}

// acquire takes the address, and with it the connection that is open there or what
// a new one needs. Without a place, why says for what reason there is none; next is
// done where its answer became known while it waited for the address.
func (l *lane) acquire(ctx context.Context, next *queued) (why result.Reason) {
	r, leave := l.run, &l.under.leave
	if !r.addresses.acquire(ctx, l.target.IP, leave) {
		return fault.StopReason(ctx)
	}
	if l.known(next) {
		r.addresses.release(l.target.IP)
		return result.None
	}
	if l.over = l.takeOver(ctx, next); l.over != nil {
		leave.back()
		return result.None
	}
	if why = l.admit(ctx, leave); why != result.None {
		r.addresses.release(l.target.IP)
	}
	return why
}

// admit takes the host, then what manners ask for, then a job, then a connection of
// the budget: always in this order, so that no two lanes wait for each other. Nobody
// waits any longer when the budget is used up: whoever waits for the address then,
// and needs no connection of its own, would wait too.
func (l *lane) admit(ctx context.Context, leave *leave) (why result.Reason) {
	r := l.run
	if r.gate.broke() {
		return result.Budget
	}
	paid, done := r.gate.whilePaid(ctx)
	defer done()
	if !r.hosts.acquire(paid, l.target.Host, leave) {
		return r.gate.stopReason(ctx)
	}
	if l.away, why = r.gate.enter(paid, &l.target, leave); why != result.None {
		r.hosts.release(l.target.Host)
		if why != result.Policy {
			why = r.gate.stopReason(ctx)
		}
		return why
	}
	select {
	case r.jobs <- struct{}{}:
		leave.back()
	case <-paid.Done():
		l.leaveServer()
		return r.gate.stopReason(ctx)
	}
	switch {
	case ctx.Err() != nil: // both were ready: no session is opened any more
		why = fault.StopReason(ctx)
	case !r.gate.spend():
		why = result.Budget
	default:
		return result.None
	}
	<-r.jobs
	l.leaveServer()
	return why
}

// release gives back all that acquire took, and attempt did not leave to others.
func (l *lane) release() {
	switch {
	case l.over != nil:
		l.over.release()
		l.over = nil
	case l.away != nil:
		<-l.run.jobs
		l.leaveServer()
	}
	l.run.addresses.release(l.target.IP)
}

// leaveServer gives back the places at the provider and at the host.
func (l *lane) leaveServer() {
	l.away()
	l.away = nil
	l.run.hosts.release(l.target.Host)
}

func (l *lane) abandon(reason result.Reason) {
	for i := range l.trials {
		if q := &l.trials[i]; !q.done && !l.known(q) {
			q.trial.Abandon(reason)
			l.finish(q)
		}
	}
}

// Waiter is a Trial that, after its last attempt, may wait for something that
// needs neither the address nor a place among the sessions. The end of the
// context of Play ends that too.
type Waiter interface {
	// Waits reports whether there is something to wait for.
	Waits() bool
	// Await waits for it; the result of the trial is complete then.
	Await()
}

// Follower is a Trial that is left out where another check has passed with the
// same address.
type Follower interface {
	// UnlessPassed returns the name of that check, empty for none.
	UnlessPassed() string
	// LeaveOut is called instead of Play, and the trial is over.
	LeaveOut(why string)
}

// needless leaves a trial out where another check has answered its question.
func (l *lane) needless(next *queued) bool {
	follower, ok := next.trial.(Follower)
	if !ok || follower.UnlessPassed() == "" {
		return false
	}
	for i := range l.trials {
		q := &l.trials[i]
		if q.ended && q.check.Name() == follower.UnlessPassed() && q.result().Status == result.Pass {
			follower.LeaveOut(strconv.Quote(q.check.Name()) + " has passed and answers this too")
			l.finish(next)
			return true
		}
	}
	return false
}

func (l *lane) finish(q *queued) {
	q.done, q.ended = true, true
	l.finished(q)
}

// finished takes the result of a trial over.
func (l *lane) finished(q *queued) {
	c := l.room(q)
	*c = q.result()
	l.run.checked(&l.target, c)
}

// room is where the result of a trial belongs. There is none before one is known:
// most of the lanes that are under way wait for their first.
func (l *lane) room(q *queued) *result.Check {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.under.address(l.at)
	if len(a.Checks) == 0 {
		a.Checks = make([]result.Check, len(l.trials))
	}
	i := 0
	for q != &l.trials[i] {
		i++
	}
	return &a.Checks[i]
}

// WaitUntil waits for due and reports whether it came before ctx ended.
func WaitUntil(ctx context.Context, due time.Time) bool {
	if ctx.Err() != nil {
		return false
	}
	d := time.Until(due)
	if due.IsZero() || d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
