package manners

import (
	"slices"
	"time"
)

// plan is what is to be written, and what the seat has once it is.
type plan struct {
	record      *record
	held, allow int
	draining    bool // it is given up as it gets free
	yields      bool // it was, and others are first now
	changes     bool
	fresh       bool // nobody has been at this provider lately
}

// plan works out what this worker should hold.
func (s *seat) plan(now time.Time) plan {
	k := &s.keeper
	r := &record{V: version, Workers: slices.Clone(k.record.Workers)}
	before := len(r.Workers)
	r.Workers = slices.DeleteFunc(r.Workers, func(c claim) bool { return c.ID != s.m.id && s.dead(&c, now) })
	p := plan{record: r, fresh: len(r.Workers) == 0}
	p.yields = s.inUse == 0 && (k.draining || s.turnIsOver(r, now))
	me := r.at(s.m.id)
	if me < 0 || p.yields {
		mine := claim{ID: s.m.id}
		if me >= 0 { // its turn is over: to the end
			mine = r.Workers[me]
			r.Workers = slices.Delete(r.Workers, me, me+1)
		}
		mine.Units = 0
		me = len(r.Workers)
		r.Workers = append(r.Workers, mine)
	}
	mine := &r.Workers[me]
	was := *mine
	demand := s.demand()
	p.allow = r.grant(me, s.m.units(), demand)
	mine.Wants = demand > p.allow
	if !p.yields && (k.draining || s.turnIsOver(r, now)) {
		p.allow, p.draining, mine.Wants = 0, true, true
	}
	p.held = p.allow
	if s.m.set.Sessions > 0 {
		p.held = max(p.held, s.inUse)
	}
	mine.Units = p.held
	mine.Beat++
	p.changes = mine.Units != s.held || mine.Wants != was.Wants || p.allow != s.allow || len(r.Workers) != before
	s.hungry = false
	return p
}

// dead reports whether a worker has stood still for longer than a lease lasts.
func (s *seat) dead(c *claim, now time.Time) bool {
	seen, ok := s.keeper.beats[c.ID]
	return ok && seen.beat == c.Beat && now.Sub(seen.at) > s.m.set.TTL+s.m.set.TTL/10
}

// turnIsOver reports whether this worker has held something for long enough while
// others, for which there is nothing, wait.
func (s *seat) turnIsOver(r *record, now time.Time) bool {
	return s.held > 0 && now.Sub(s.keeper.since) >= s.m.set.TTL/3 && r.crowded(s.m.units())
}

// took is called when a plan was written.
func (s *seat) took(p *plan, revision uint64, sent time.Time) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	k := &s.keeper
	k.record, k.revision, k.known = p.record, revision, true
	k.renew, k.draining = sent.Add(s.m.set.TTL/3), p.draining
	now := time.Now()
	k.looked = now
	if p.held > 0 && (s.held == 0 || p.yields) {
		k.since = now
		s.last = now // the rate begins anew, as others may just have used theirs
		if p.fresh {
			s.last = time.Time{}
		}
	}
	s.held, s.allow, s.until = p.held, p.allow, sent.Add(s.m.set.TTL)
	k.again = time.Time{}
	if alone := len(p.record.Workers) == 1; s.demand() > s.held && !alone {
		k.again = now.Add(s.jitter()) // nothing more is free, or it is for others to come
	}
	s.tell()
	s.m.heardAgain()
}
