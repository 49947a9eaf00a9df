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
