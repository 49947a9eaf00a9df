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
	target Target
	trials []*queued
}

type queued struct {
	check Check
	trial Trial
	due   time.Time
	done  bool
	ended bool // the result is complete
	share share
}

func (r *run) newLane(t Target, checks []Check) *lane {
	l := &lane{run: r, target: t}
	for _, c := range checks {
		stepped := r.stepped(t, c.Name())
		l.trials = append(l.trials, &queued{check: c, trial: c.Start(t, stepped), share: r.share(c, t, stepped)})
	}
	return l
}

// work plays every check of the lane and returns the results in the order of
// the checks.
func (l *lane) work(ctx context.Context) []result.Check {
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
		release, why := l.acquire(ctx, next)
		if next.done {
			continue
		}
		if release == nil {
			l.abandon(why)
			break
		}
		began := time.Now()
		wait, again := next.trial.Play(ctx)
		l.run.gate.heard(l.target, began, next.trial)
		l.played(next, again)
		release()
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
	checks := make([]result.Check, len(l.trials))
	for i, q := range l.trials {
		checks[i] = q.result()
	}
	return checks
}

// next returns the first trial that is due, else the one that is due first,
// or nil if all are done.
func (l *lane) next() *queued {
	var best *queued
	now := time.Now()
	for _, q := range l.trials {
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

// acquire takes the address, then the host, then what manners ask for, then a
// job: always in this order, so that no two lanes wait for each other. Without a
// place, why says for what reason there is none; next is done where its answer
// became known while it waited for the address.
func (l *lane) acquire(ctx context.Context, next *queued) (release func(), why result.Reason) {
	address := l.run.addresses.acquire(ctx, l.target.IP)
	if address == nil {
		return nil, fault.StopReason(ctx)
	}
	if l.known(next) {
		address()
		return nil, result.None
	}
	if l.run.gate.broke() {
		address()
		return nil, result.Budget
	}
	host := l.run.hosts.acquire(ctx, l.target.Host)
	if host == nil {
		address()
		return nil, fault.StopReason(ctx)
	}
	provider, why := l.run.gate.enter(ctx, l.target)
	if provider == nil {
		host()
		address()
		return nil, why
	}
	select {
	case l.run.jobs <- struct{}{}:
	case <-ctx.Done():
		provider()
		host()
		address()
		return nil, fault.StopReason(ctx)
	}
	release = func() {
		<-l.run.jobs
		provider()
		host()
		address()
	}
	switch {
	case ctx.Err() != nil: // both were ready: no session is opened any more
		release()
		return nil, fault.StopReason(ctx)
	case !l.run.gate.spend():
		release()
		return nil, result.Budget
	}
	return release, result.None
}

func (l *lane) abandon(reason result.Reason) {
	for _, q := range l.trials {
		if !q.done && !l.known(q) {
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
	for _, q := range l.trials {
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

func (l *lane) finished(q *queued) {
	c := q.result()
	l.run.checked(l.target, &c)
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
