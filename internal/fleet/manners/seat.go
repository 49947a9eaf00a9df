package manners

import (
	"time"
)

// seat is what this worker has of a provider. Its mutex is that of the Manners.
type seat struct {
	m        *Manners
	provider string
	key      string

	// held is what the record says that this worker holds, allow how much of it
	// may be in use: less while it is to be given back.
	held, allow int
	// until is when what is held is no longer sure: the time to live after the
	// last write was begun.
	until time.Time
	// inUse are places that were given out, waiting those who wait for one.
	inUse, waiting int
	// hungry is set where somebody had to wait for the rate.
	hungry bool
	// last is when the last connection was opened, as far as the rate goes.
	last time.Time
	// changed is closed, and made anew, when something of this has changed.
	changed chan struct{}
	kick    chan struct{} // wakes the keeper

	keeper keeping
}

// tell wakes all that wait for something of the seat.
func (s *seat) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wake has the keeper look at once.
func (s *seat) wake() {
	select {
	case s.kick <- struct{}{}:
	default: // it is awake
	}
}

// sure reports whether what is held may be used now.
func (s *seat) sure(now time.Time) bool { return s.held > 0 && now.Before(s.until) && !s.m.bus.Down() }

// free reports whether a place can be given out now.
func (s *seat) free(now time.Time) bool {
	if s.m.set.Sessions <= 0 {
		return s.sure(now) && s.allow > 0
	}
	return s.sure(now) && s.inUse < s.allow
}

// demand is how many units the worker could use.
func (s *seat) demand() int {
	n := s.inUse + s.waiting
	if s.m.set.Sessions == 0 && n > 0 {
		n = 1
	}
	if s.hungry {
		n = max(n, s.held+chunk(s.m.units()))
	}
	return min(n, s.m.units())
}

// gap is the time between two connections of this worker, 0 without a limit.
func (s *seat) gap() time.Duration {
	if s.m.set.Rate <= 0 {
		return 0
	}
	part := s.m.set.Rate * float64(max(s.held, 1)) / float64(s.m.units())
	return time.Duration(float64(time.Second) / part)
}
