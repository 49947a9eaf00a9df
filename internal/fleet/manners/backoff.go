package manners

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	polite "mxprobe/probe/manners"

	"mxprobe/probe/fault"
	"mxprobe/probe/result"
)

const (
	// forgetTime is how long it is remembered that a provider asked to be left
	// alone, since the last time.
	forgetTime = time.Hour
	// clockKey is an entry that is written to see what time the server has.
	clockKey = "=clock"
	// leastShy is how many providers are kept before it is looked for those that
	// can be forgotten.
	leastShy = 1024
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

// asking is an entry of the bucket: how often in a row a provider asked to be left
// alone, and how long it is to be, from the moment on at which this was written.
type asking struct {
	V        int    `json:"v"`
	Provider string `json:"p"`
	Refusals int    `json:"r"`
	Wait     int64  `json:"w"` // milliseconds
}

func decodeAsking(value []byte) (asking, error) {
	var a asking
	if len(value) > 4096 || json.Unmarshal(value, &a) != nil || a.V != version || a.Provider == "" || a.Refusals < 1 {
		return a, errors.New("it is no entry of this kind")
	}
	a.Refusals = min(a.Refusals, polite.MaxRefusals)
	a.Wait = max(0, min(a.Wait, forgetTime.Milliseconds()))
	return a, nil
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

// quiet waits while a provider is to be left alone. With try, the session that
// tries whether it is over is the only one of all workers for a while, and claimed
// says that this is it.
func (m *Manners) quiet(ctx context.Context, provider string, try bool) (claimed bool, why result.Reason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ctx.Err() == nil {
		now := time.Now()
		s := m.view.shy[provider]
		var due time.Time
		switch {
		case m.bus.Down() || !m.view.ready:
			if m.bus.Down() {
				m.silent()
			}
			due = now.Add(lookTime)
		case s == nil:
			if m.unlimited() {
				m.heardAgain()
			}
			return false, result.None
		case now.Sub(s.next) > forgetTime:
			delete(m.view.shy, provider)
			return false, result.None
		case s.refusals >= polite.MaxRefusals:
			return false, result.Policy
		case s.next.After(now):
			due = s.next
		case !try:
			return false, result.None
		default:
			if m.claim(ctx, provider, s) {
				return true, result.None
			}
			continue
		}
		if !m.wait(ctx, m.view.changed, due) {
			break
		}
	}
	return false, fault.StopReason(ctx)
}

// claim makes this worker the one that tries a provider. The others of this worker
// wait from here on; those elsewhere as soon as it is written.
func (m *Manners) claim(ctx context.Context, provider string, s *shy) bool {
	s.next = time.Now().Add(polite.WaryGap)
	refusals, in := s.refusals, s.revision
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	revision, err := m.put(ctx, m.asked, keyOf(provider), &asking{version, provider, refusals, polite.WaryGap.Milliseconds()}, in)
	if err != nil { // another worker was faster, which the view is told of
		select {
		case <-ctx.Done():
		case <-time.After(lookTime/2 + rand.N(lookTime)):
		}
	}
	m.mu.Lock()
	if err != nil {
		return false
	}
	s.revision = revision
	return true
}

// Heard says how an attempt ended, as probe.SharedManners says.
func (m *Manners) Heard(provider string, began time.Time, asked bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.view.shy[provider]
	switch {
	case asked && (s == nil || began.After(s.since)):
		m.refused(provider, s)
	case !asked && s != nil && s.refusals < polite.MaxRefusals && began.After(s.since):
		delete(m.view.shy, provider)
		m.view.tell()
		in := s.revision
		m.keepers.Go(func() {
			ctx, cancel := context.WithTimeout(m.ctx, writeTime)
			defer cancel()
			_ = m.asked.remove(ctx, keyOf(provider), in) // who was faster knows better
		})
	}
}

// refused has this worker leave a provider alone at once, and all others as soon as
// they are told.
func (m *Manners) refused(provider string, before *shy) {
	now := time.Now()
	s := &shy{since: now, pending: true}
	if before != nil {
		s.refusals, s.revision = before.refusals, before.revision
	}
	wait := polite.Pause(s.refusals)
	s.refusals++
	s.next = now.Add(wait)
	m.view.shy[provider] = s
	m.view.tell()
	a := asking{version, provider, s.refusals, wait.Milliseconds()}
	in := s.revision
	m.keepers.Go(func() { m.pass(&a, in) })
}

// pass writes that a provider asked to be left alone, however long the server is
// away. What others wrote meanwhile that says the same, or more, stays.
func (m *Manners) pass(a *asking, in uint64) {
	for m.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(m.ctx, writeTime)
		revision, err := m.put(ctx, m.asked, keyOf(a.Provider), a, in)
		if err == nil {
			cancel()
			m.passed(a.Provider, revision)
			return
		}
		if e, getErr := m.asked.get(ctx, keyOf(a.Provider)); getErr == nil {
			in = e.revision
			if there, bad := decodeAsking(e.value); bad == nil && there.Refusals >= a.Refusals {
				cancel()
				m.passed(a.Provider, e.revision)
				return
			}
		}
		cancel()
		select {
		case <-m.ctx.Done():
		case <-time.After(lookTime + rand.N(lookTime)):
		}
	}
}

// passed notes that the server has been told.
func (m *Manners) passed(provider string, revision uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.view.shy[provider]; s != nil && s.pending {
		s.pending, s.revision = false, max(s.revision, revision)
	}
}
