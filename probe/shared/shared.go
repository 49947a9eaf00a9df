// Package shared keeps what was seen of servers for a while, so that what is the
// same for many domains is played once.
//
// A pass stands for other domains at once. Anything else has to come out the same
// twice in a row before it does, and then for a short time only: a hiccup of one
// session must not stand for a hundred thousand domains. What hangs on the moment
// (a temporary answer, a fault of this machine, the end of the run) never does.
package shared

import (
	"container/list"
	"sync"
	"time"

	"mxprobe/probe/result"
)

// How long a result stands for other domains.
const (
	PassFor      = 15 * time.Minute
	OtherwiseFor = time.Minute
)

// Bounds of what is kept: so many results, and so many bytes of them.
const (
	maxResults = 4096
	maxBytes   = 8 << 20
)

// Results are those that may stand for several domains, the ones used last. The
// zero value is ready, and nil keeps nothing. It may be used by many goroutines at once.
type Results struct {
	mu    sync.Mutex
	byKey map[any]*list.Element // of entry
	used  list.List             // the one used last comes first
	bytes int
}

type entry struct {
	key   any
	check result.Check
	at    time.Time // when it was seen
	until time.Time
	size  int
}

// Of returns the result that stands for a key, marked as shared. Its steps are
// those of the others with this key, and must not be changed.
func (r *Results) Of(key any, now time.Time) (result.Check, bool) {
	if r == nil || key == nil {
		return result.Check{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.byKey[key]
	if !ok {
		return result.Check{}, false
	}
	e := at.Value.(*entry)
	if !now.Before(e.until) {
		return result.Check{}, false // it is kept, to be compared with the next
	}
	r.used.MoveToFront(at)
	return e.check, true
}

// Seen takes up what was played for a domain.
func (r *Results) Seen(key any, domain string, now time.Time, c *result.Check) {
	if r == nil || key == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := r.byKey[key]
	if !ofServer(c) {
		if known {
			r.drop(at) // what it was before is not what it is now
		}
		return
	}
	e := &entry{key: key, check: *c, at: now, size: size(c)}
	e.check.Shared = &result.Shared{Domain: domain, At: now}
	e.check.Notes = c.Notes[:len(c.Notes):len(c.Notes)] // others add to theirs
	switch {
	case c.Status == result.Pass:
		e.until = now.Add(PassFor)
	case known && alike(&at.Value.(*entry).check, c):
		e.until = now.Add(OtherwiseFor)
	}
	if known {
		r.drop(at)
	}
	r.keep(e)
}

// Empty reports whether nothing is kept.
func (r *Results) Empty() bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.byKey) == 0
}

// keep makes room and adds a result.
func (r *Results) keep(e *entry) {
	if e.size > maxBytes/16 {
		return
	}
	for len(r.byKey) >= maxResults || r.bytes+e.size > maxBytes {
		r.drop(r.used.Back())
	}
	if r.byKey == nil {
		r.byKey = make(map[any]*list.Element)
	}
	r.byKey[e.key] = r.used.PushFront(e)
	r.bytes += e.size
}

func (r *Results) drop(at *list.Element) {
	e := r.used.Remove(at).(*entry)
	delete(r.byKey, e.key)
	r.bytes -= e.size
}
