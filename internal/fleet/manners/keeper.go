package manners

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	// tries is how often a write that others were faster than is made again at
	// once.
	tries = 6
	// writeTime is how long a request to the bus may take, partingTime how long
	// giving everything back may take at the end.
	writeTime   = 5 * time.Second
	partingTime = 2 * time.Second
)

// keeping is what the keeper of a seat knows of its record. Nobody else uses it.
type keeping struct {
	record   *record
	revision uint64
	known    bool // the record is as it was read or written last
	renew    time.Time
	again    time.Time // nothing is tried before
	since    time.Time // when something was first held
	looked   time.Time // when the record was read or written last
	idle     time.Time // since when nobody needs anything; zero while somebody does
	draining bool      // others wait, and what is held is given up as it gets free
	down     bool
	beats    map[string]sight
}

// sight is when the beat of another worker was first seen.
type sight struct {
	beat uint64
	at   time.Time
}

func newSeat(m *Manners, provider string) *seat {
	return &seat{
		m: m, provider: provider, key: keyOf(provider), changed: make(chan struct{}), kick: make(chan struct{}, 1),
		// Most providers are met once: their record is made without looking for one.
		keeper: keeping{record: &record{V: version}, known: true, beats: map[string]sight{}},
	}
}

// errand is what a keeper has to do next.
type errand uint8

const (
	rest errand = iota
	look
	write
	giveBack
	end
)

// keep holds the lease of a seat for as long as somebody needs it.
func (s *seat) keep() {
	for {
		s.m.mu.Lock()
		what, when := s.next(time.Now())
		if what == end {
			delete(s.m.seats, s.provider)
		}
		s.m.mu.Unlock()
		switch what {
		case end:
			return
		case look:
			s.keeper.known = false
			s.sync(false)
		case write:
			s.sync(true)
		case giveBack:
			s.giveBack(s.m.ctx, writeTime)
		case rest:
			if !s.pause(when) {
				s.giveBack(context.WithoutCancel(s.m.ctx), partingTime)
				return
			}
		}
	}
}

// pause waits until a time or until somebody needs something, and reports whether
// the worker goes on.
func (s *seat) pause(until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.kick:
	case <-s.m.ctx.Done():
		return false
	}
	return true
}

// next decides what to do now, or until when there is nothing to do.
func (s *seat) next(now time.Time) (errand, time.Time) {
	k := &s.keeper
	if s.m.ctx.Err() != nil {
		return rest, now
	}
	if s.m.bus.Down() {
		k.down = true
		s.m.silent()
		return rest, now.Add(lookTime)
	}
	if k.down {
		k.down, k.known = false, false
		s.tell() // what is still sure may be used again
	}
	if s.demand() == 0 {
		return s.idle(now)
	}
	k.idle = time.Time{}
	switch {
	case now.Before(k.again):
		return rest, k.again
	case s.held == 0 && k.renew.IsZero(), !now.Before(k.renew), s.held > s.allow && s.inUse < s.held:
		return write, now
	case s.demand() > s.held && !k.draining:
		return look, now
	case s.held <= chunk(s.m.units()):
		return rest, k.renew
	}
	// Who holds much looks more often whether others have come.
	if glance := k.looked.Add(s.m.set.TTL / 12); glance.Before(k.renew) {
		if !now.Before(glance) {
			return look, now
		}
		return rest, glance
	}
	return rest, k.renew
}

// idle decides what to do while nobody needs anything: the lease is kept for a
// little, and until the rate would allow the next connection to everybody.
func (s *seat) idle(now time.Time) (errand, time.Time) {
	k := &s.keeper
	if s.held == 0 && k.renew.IsZero() {
		return end, now
	}
	if k.idle.IsZero() {
		k.idle = now
	}
	until := k.idle.Add(s.m.set.TTL / 10)
	if s.m.set.Rate > 0 {
		rested := s.last.Add(time.Duration(float64(time.Second) / s.m.set.Rate))
		if rested.After(until) {
			until = rested
		}
	}
	switch {
	case !now.Before(until):
		return giveBack, now
	case !now.Before(k.renew):
		return write, now
	case k.renew.Before(until):
		return rest, k.renew
	}
	return rest, until
}

// sync brings the record and the seat in line: what is needed is asked for, what
// others need more is given up. Without must it writes only if that changes
// something.
func (s *seat) sync(must bool) {
	k := &s.keeper
	for try := range tries {
		if !k.known && !s.read() {
			return
		}
		s.m.mu.Lock()
		p := s.plan(time.Now())
		s.m.mu.Unlock()
		if !must && !p.changes {
			k.again = time.Now().Add(s.jitter())
			return
		}
		sent := time.Now()
		ctx, cancel := context.WithTimeout(s.m.ctx, writeTime)
		revision, err := s.m.put(ctx, s.m.places, s.key, p.record, k.revision)
		cancel()
		if err == nil {
			s.took(&p, revision, sent)
			return
		}
		k.known = false
		if err != errMoved {
			s.failed(err)
			return
		}
		if try > 0 && !s.pause(time.Now().Add(rand.N(time.Duration(try)*10*time.Millisecond))) {
			return
		}
	}
	k.again = time.Now().Add(s.jitter())
}

// jitter is how long to wait before it is looked again whether something is free.
func (s *seat) jitter() time.Duration {
	some := s.m.set.TTL / 30
	return some + rand.N(some)
}

// read takes the record from the bucket, and remembers how long the others have
// stood still.
func (s *seat) read() bool {
	ctx, cancel := context.WithTimeout(s.m.ctx, writeTime)
	defer cancel()
	e, err := s.m.places.get(ctx, s.key)
	if err != nil {
		s.failed(err)
		return false
	}
	r, err := decode(e.value)
	if err != nil {
		s.failed(&strange{s.key, err})
		return false
	}
	k := &s.keeper
	k.record, k.revision, k.known, k.looked = r, e.revision, true, time.Now()
	seen := make(map[string]sight, len(r.Workers))
	for i := range r.Workers {
		c := &r.Workers[i]
		was, had := k.beats[c.ID]
		if !had || was.beat != c.Beat {
			was = sight{c.Beat, time.Now()}
		}
		seen[c.ID] = was
	}
	k.beats = seen
	return true
}

// giveBack writes that this worker holds nothing any more. Where that is little and
// nobody else is there, the record is left to expire.
func (s *seat) giveBack(ctx context.Context, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	k := &s.keeper
	few := s.held <= chunk(s.m.units()) && chunk(s.m.units()) < s.m.units() && len(k.record.Workers) == 1
	for try := 0; try < tries && !few && ctx.Err() == nil; try++ {
		if !k.known {
			e, err := s.m.places.get(ctx, s.key)
			r, bad := decode(e.value)
			if err != nil || bad != nil {
				break
			}
			k.record, k.revision = r, e.revision
		}
		r := &record{V: version, Workers: slices.DeleteFunc(slices.Clone(k.record.Workers), func(c claim) bool { return c.ID == s.m.id })}
		if len(r.Workers) == len(k.record.Workers) {
			break // it is not in there
		}
		if _, err := s.m.put(ctx, s.m.places, s.key, r, k.revision); err != errMoved {
			break // done, or it expires by itself
		}
		k.known = false
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.held, s.allow = 0, 0
	*k = keeping{record: &record{V: version}, beats: map[string]sight{}}
}
