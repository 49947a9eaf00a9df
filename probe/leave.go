package probe

import (
	"context"
	"sync/atomic"
)

// beginAhead is how many domains for each job may be looked up, or wait for
// nothing but a job, at once. More questions at a time than that are lost on
// their way to many a resolver, and each has a goroutine.
const beginAhead = 2

// mostBeginners is how many goroutines that looked a domain up may wait for the
// next. Their stacks are large, and most of them wait only where all sessions do.
const mostBeginners = 32

// leave is the permission to begin a domain. A domain gives it back when it has
// a job, and when it waits for something else than a job: for its turn with a
// server others may go first. The zero value holds nothing.
type leave struct {
	places chan struct{} // of all domains
	held   atomic.Bool
}

// take waits for the permission, or for the end of ctx.
func (l *leave) take(ctx context.Context, places chan struct{}) {
	select {
	case places <- struct{}{}:
		l.places = places
		l.held.Store(true)
	case <-ctx.Done():
	}
}

// back gives the permission back, if it was not done before.
func (l *leave) back() {
	if l != nil && l.held.CompareAndSwap(true, false) {
		<-l.places
	}
}
