package manners

import (
	"strings"
	"sync"
	"time"

	"mxprobe/probe/result"
)

const (
	// firstWait is how long a provider is left alone that asked for it; each
	// further time twice as long, maxWait at most.
	firstWait = 30 * time.Second
	maxWait   = 10 * time.Minute
)

const (
	// WaryGap is the time between the sessions that try whether it is over.
	WaryGap = 5 * time.Second
	// MaxRefusals is how often in a row a provider has to ask for the rest of the
	// run to leave it alone. With the waits before, that takes 7 minutes and more.
	MaxRefusals = 5
)

// Pause is how long a provider is left alone that asked for it, and had asked so
// often in a row before.
func Pause(before int) time.Duration { return min(firstWait<<min(before, MaxRefusals), maxWait) }

// Backoff remembers which providers asked to be left alone for a while.
type Backoff struct {
	mu  sync.Mutex
	shy map[string]*shy
}

// shy is a provider that asked to be left alone, and whose word is not yet
// taken back by a session that went well.
type shy struct {
	refusals int
	since    time.Time // when it asked last
	next     time.Time // when the next session may begin
}

// Asks reports whether the steps of an attempt say that the server wants no more
// for now: 421, which closes the connection, or an enhanced status code 4.7.x
// (RFC 3463 section 3.8). Greylisting is no such word: it makes one sender wait,
// and not this machine.
func Asks(c *result.Check) bool {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt != c.Attempts {
			continue
		}
		if s.Code == 421 || strings.HasPrefix(s.Enhanced, "4.7.") && s.Cause != result.CauseGreylisted {
			return true
		}
	}
	return false
}

// Next returns when a session with a provider may begin, the zero time for at
// once; gone is true where the provider is to be left alone for good. Each
// session that has to wait gets a moment of its own.
func (b *Backoff) Next(provider string, now time.Time) (at time.Time, gone bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shy[provider]
	if s == nil {
		return time.Time{}, false
	}
	if s.refusals >= MaxRefusals {
		return time.Time{}, true
	}
	at = s.next
	if at.Before(now) {
		at = now
	}
	s.next = at.Add(WaryGap)
	return at, false
}

// Moved reports whether the provider asked again since a moment was given, so
// that it no longer stands.
func (b *Backoff) Moved(provider string, given time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shy[provider]
	return s != nil && s.since.After(given)
}

// Refused says that a session that began at a time was asked to leave. Of
// several that were open together only the first counts.
func (b *Backoff) Refused(provider string, began, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shy[provider]
	switch {
	case s == nil:
		s = &shy{}
		if b.shy == nil {
			b.shy = make(map[string]*shy)
		}
		b.shy[provider] = s
	case began.Before(s.since):
		return
	}
	wait := Pause(s.refusals)
	s.refusals++
	s.since, s.next = now, now.Add(wait)
}

// Went says that a session that began at a time went well.
func (b *Backoff) Went(provider string, began time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.shy[provider]; s != nil && s.refusals < MaxRefusals && began.After(s.since) {
		delete(b.shy, provider)
	}
}
