package manners

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// view is what this worker knows of the providers that asked to be left alone. It
// follows the bucket.
type view struct {
	ready   bool // all that is in the bucket has been seen
	deaf    bool // the server does not let it be seen
	shy     map[string]*shy
	sweep   int
	changed chan struct{}
}

func (v *view) init() { v.shy, v.changed, v.sweep = map[string]*shy{}, make(chan struct{}), leastShy }

func (v *view) tell() {
	close(v.changed)
	v.changed = make(chan struct{})
}

// shy is a provider that asked to be left alone.
type shy struct {
	refusals int
	next     time.Time // when the next session may begin
	since    time.Time // when this worker learned of the last refusal
	revision uint64
	pending  bool // the server has yet to be told
}

// follow keeps the view up to date, over every loss of the server.
func (m *Manners) follow() {
	for m.ctx.Err() == nil {
		if !m.bus.Down() {
			m.followOnce()
		}
		select {
		case <-m.ctx.Done():
		case <-time.After(lookTime + rand.N(lookTime)):
		}
	}
}

// followOnce follows the bucket until the server is lost.
func (m *Manners) followOnce() {
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	base, at := m.serverTime(ctx)
	m.keepers.Go(func() { // the library would wait for the server
		defer cancel()
		for ctx.Err() == nil && !m.bus.Down() {
			select {
			case <-ctx.Done():
			case <-time.After(lookTime):
			}
		}
	})
	seen := map[string]*shy{}
	err := m.asked.watch(ctx, func(e entry) {
		m.mu.Lock()
		defer m.mu.Unlock()
		switch {
		case e.key == clockKey:
		case e.key == "":
			for p, s := range m.view.shy {
				if s.pending && seen[p] == nil {
					seen[p] = s // the server has yet to be told
				}
			}
			m.view.ready, m.view.shy = true, seen
			if m.view.deaf {
				m.view.deaf = false
				m.heardAgain()
			}
			m.view.tell()
		default:
			m.learn(seen, &e, base, at)
			m.view.tell()
		}
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.view.ready = false
	if err != nil && ctx.Err() == nil { // it is tried again
		m.view.deaf = true
		m.silentFor("who asked to be left alone cannot be followed: " + err.Error())
	}
}

// serverTime returns what time the server had at a moment here. Its clock is held
// against itself alone, and what is worked out with it errs on the late side.
func (m *Manners) serverTime(ctx context.Context) (base, at time.Time) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	e, err := m.asked.get(ctx, clockKey)
	if err == nil {
		_, err = m.put(ctx, m.asked, clockKey, asking{V: version}, e.revision)
	}
	if err == nil || errors.Is(err, errMoved) {
		e, err = m.asked.get(ctx, clockKey)
	}
	if err != nil {
		return time.Time{}, time.Now()
	}
	return e.written, time.Now()
}

// learn takes an entry into a view.
func (m *Manners) learn(seen map[string]*shy, e *entry, base, at time.Time) {
	now := time.Now()
	if e.value == nil {
		for p, s := range seen {
			if keyOf(p) == e.key && s.revision < e.revision {
				delete(seen, p)
			}
		}
		return
	}
	a, err := decodeAsking(e.value)
	if err != nil || keyOf(a.Provider) != e.key {
		return // it is nobody's
	}
	age := time.Duration(0)
	if !base.IsZero() {
		age = max(0, base.Add(now.Sub(at)).Sub(e.written))
	}
	s := &shy{refusals: a.Refusals, next: now.Add(time.Duration(a.Wait)*time.Millisecond - age), since: now, revision: e.revision}
	if was := m.view.shy[a.Provider]; was != nil && was.refusals >= s.refusals {
		s.since = was.since
	}
	seen[a.Provider] = s
	if len(seen) >= m.view.sweep {
		m.forget(seen, now)
	}
}

// forget drops those whose entries the server has forgotten by now.
func (m *Manners) forget(seen map[string]*shy, now time.Time) {
	for p, s := range seen {
		if now.Sub(s.next) > forgetTime {
			delete(seen, p)
		}
	}
	m.view.sweep = max(leastShy, 2*len(seen))
}
