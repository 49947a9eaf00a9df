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

// cache keeps answers, and knows which questions are being asked. Answers that
// were asked for again are kept before others: in a long list most questions
// come once, and would push out the hosts that many domains share. It is not
// safe for use by several goroutines at once.
type cache struct {
	size    int
	began   time.Time
	entries map[question]*entry
	fresh   ring   // those that nobody asked for again
	proven  ring   // the others, three quarters of all at most
	spare   *entry // one that went, for the next to come
}

// entry is a question with its answer, or one that is being asked.
type entry struct {
	q          question
	a          *answer       // nil while it is being asked
	flight     *flight       // who else waits for the answer; nil until somebody does
	until      time.Duration // since the cache began
	prev, next *entry
	in         *ring
}

func newCache(size int) *cache {
	c := &cache{size: max(size, 0), began: time.Now(), entries: make(map[question]*entry)}
	c.fresh.init()
	c.proven.init()
	return c
}

// find returns the entry of a question that is being asked, or whose answer is
// still good now; nil if there is neither.
func (c *cache) find(q question, now time.Time) *entry {
	e := c.entries[q]
	switch {
	case e == nil || e.a == nil:
		return e
	case now.Sub(c.began) >= e.until:
		e.unlink()
		c.remove(e)
		return nil
	}
	e.unlink()
	c.proven.add(e)
	if c.proven.n > max(c.size*3/4, 1) {
		oldest := c.proven.oldest()
		oldest.unlink()
		c.fresh.add(oldest)
	}
	return e
}

// begin adds a question that is being asked from now on.
func (c *cache) begin(q question) *entry {
	e := c.spare
	if c.spare = nil; e == nil {
		e = new(entry)
	}
	e.q = q
	c.entries[q] = e
	return e
}

// settle ends the asking, with an answer that is kept from now on for as long as
// its TTL says, or with nil.
func (c *cache) settle(e *entry, a *answer, now time.Time) {
	if a == nil || a.ttl == 0 || c.size == 0 {
		c.remove(e)
		return
	}
	if c.fresh.n+c.proven.n >= c.size {
		oldest := c.oldest()
		oldest.unlink()
		c.remove(oldest)
	}
	e.a, e.flight, e.until = a, nil, now.Sub(c.began)+time.Duration(a.ttl)*time.Second
	c.fresh.add(e)
}

// oldest returns the answer that makes room for another.
func (c *cache) oldest() *entry {
	if c.fresh.n > 0 {
		return c.fresh.oldest()
	}
	return c.proven.oldest()
}

// remove takes away an entry that is in no ring.
func (c *cache) remove(e *entry) {
	delete(c.entries, e.q)
	*e = entry{}
	c.spare = e
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
