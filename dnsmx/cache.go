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

// cache keeps answers, and those that were asked for again before others: in a
// long list most questions come once, and would push out the hosts that many
// domains share. It is not safe for use by several goroutines at once.
type cache struct {
	size    int
	entries map[question]*entry
	fresh   ring // those that nobody asked for again
	proven  ring // the others, three quarters of all at most
}

type entry struct {
	q          question
	a          *answer
	until      time.Time
	prev, next *entry
	in         *ring
}

func newCache(size int) *cache {
	c := &cache{size: max(size, 0), entries: make(map[question]*entry)}
	c.fresh.init()
	c.proven.init()
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
	c.proven.add(e)
	if c.proven.n > max(c.size*3/4, 1) {
		oldest := c.proven.oldest()
		oldest.unlink()
		c.fresh.add(oldest)
	}
	return e.a
}

// put keeps the answer for as long as its TTL says.
func (c *cache) put(q question, a *answer) {
	if a.ttl == 0 || c.size == 0 {
		return
	}
	in := &c.fresh
	e, ok := c.entries[q]
	switch {
	case ok:
		in = e.in
		e.unlink()
	case len(c.entries) >= c.size:
		e = c.oldest()
		e.unlink()
		delete(c.entries, e.q)
	default:
		e = new(entry)
	}
	e.q, e.a, e.until = q, a, time.Now().Add(time.Duration(a.ttl)*time.Second)
	c.entries[q] = e
	in.add(e)
}

// oldest returns the answer that makes room for another.
func (c *cache) oldest() *entry {
	if c.fresh.n > 0 {
		return c.fresh.oldest()
	}
	return c.proven.oldest()
}

// ring is entries in the order in which they were used: root.next is the
// newest, root.prev the oldest.
type ring struct {
	root entry
	n    int
}

func (r *ring) init() { r.root.prev, r.root.next = &r.root, &r.root }

func (r *ring) oldest() *entry { return r.root.prev }

func (r *ring) add(e *entry) {
	e.in, e.prev, e.next = r, &r.root, r.root.next
	e.prev.next, e.next.prev = e, e
	r.n++
}

func (e *entry) unlink() {
	e.prev.next, e.next.prev = e.next, e.prev
	e.in.n--
}
