package dnsmx

import "time"

// How long answers are kept at most, in seconds. A run is short, and whoever
// repairs a zone wants to see it soon.
const (
	maxTTL         = 3600
	maxNegativeTTL = 300
	// failureTTL keeps a failure just long enough that a list of domains with
	// a host in common does not ask for it again and again (RFC 9520, section
	// 3.2 allows 1 to 300 seconds).
	failureTTL = 5
)

// cache keeps the answers that were used last. It is not safe for use by
// several goroutines at once.
type cache struct {
	size    int
	entries map[question]*entry
	root    entry // root.next is the newest, root.prev the oldest
}

type entry struct {
	q          question
	a          *answer
	until      time.Time
	prev, next *entry
}

func newCache(size int) *cache {
	c := &cache{size: max(size, 0), entries: make(map[question]*entry)}
	c.root.prev, c.root.next = &c.root, &c.root
	return c
}

// get returns the answer, or nil if there is none that is still good now.
func (c *cache) get(q question, now time.Time) *answer {
	e, ok := c.entries[q]
	if !ok {
		return nil
	}
	e.unlink()
	if !now.Before(e.until) {
		delete(c.entries, q)
		return nil
	}
	c.link(e)
	return e.a
}

// put keeps the answer for as long as its TTL says.
func (c *cache) put(q question, a *answer) {
	if a.ttl == 0 || c.size == 0 {
		return
	}
	e, ok := c.entries[q]
	switch {
	case ok:
		e.unlink()
	case len(c.entries) >= c.size:
		e = c.root.prev
		e.unlink()
		delete(c.entries, e.q)
	default:
		e = new(entry)
	}
	e.q, e.a, e.until = q, a, time.Now().Add(time.Duration(a.ttl)*time.Second)
	c.entries[q] = e
	c.link(e)
}

func (c *cache) link(e *entry) {
	e.prev, e.next = &c.root, c.root.next
	e.prev.next, e.next.prev = e, e
}

func (e *entry) unlink() {
	e.prev.next, e.next.prev = e.next, e.prev
}
