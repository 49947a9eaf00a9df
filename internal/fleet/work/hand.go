package work

import (
	"context"
	"sync"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
)

// held is a batch that a worker has in hand.
type held struct {
	batch *bus.Batch
	work  *job.Work
	// alone is true for a batch that several workers did not come back from: its
	// domains are played one by one, and nothing beside them.
	alone bool
	// left counts the domains whose result is not there yet; waits are what waits
	// for the results that are being stored.
	left  int
	fed   bool // every domain was handed out
	lost  bool // something of it is not done, and it is to be given back
	waits []func() error
}

// slot is a domain that is played.
type slot struct {
	held  *held
	index int // in the list
}

// hand is what a worker has in hand of a job.
type hand struct {
	mu    sync.Mutex
	held  map[*held]bool
	slots []slot // in the order in which results come
	// domains counts those without a stored result.
	domains int
	moved   chan struct{} // closed when domains becomes fewer
	// moves is when something moved last.
	moves time.Time
}

func newHand() *hand {
	return &hand{held: map[*held]bool{}, moved: make(chan struct{}), moves: time.Now()}
}

// alive says that something moves.
func (h *hand) alive() {
	h.mu.Lock()
	h.moves = time.Now()
	h.mu.Unlock()
}

// quiet is for how long nothing moved, while there was something to do.
func (h *hand) quiet() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.domains == 0 {
		h.moves = time.Now()
	}
	return time.Since(h.moves)
}

// take takes a batch in hand.
func (h *hand) take(b *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[b] = true
}

// has reports whether a batch is in hand already.
func (h *hand) has(sequence uint64) *held {
	h.mu.Lock()
	defer h.mu.Unlock()
	for b := range h.held {
		if b.batch.Sequence == sequence {
			return b
		}
	}
	return nil
}

// all returns the batches in hand.
func (h *hand) all() []*held {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*held, 0, len(h.held))
	for b := range h.held {
		all = append(all, b)
	}
	return all
}

// push notes that a domain is handed out.
func (h *hand) push(b *held, index int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.slots = append(h.slots, slot{b, index})
	b.left++
	h.domains++
}

// unpush takes the last push back: nobody took the domain.
func (h *hand) unpush(b *held) {
	h.mu.Lock()
	h.slots = h.slots[:len(h.slots)-1]
	b.left--
	h.mu.Unlock()
	h.stored(1)
}

// pop returns the domain that the next result is of.
func (h *hand) pop() (slot, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.slots) == 0 {
		return slot{}, false
	}
	s := h.slots[0]
	h.slots = h.slots[1:]
	h.moves = time.Now()
	return s, true
}

// stored notes that so many results are stored, or will not be.
func (h *hand) stored(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.domains -= n
	h.moves = time.Now()
	close(h.moved)
	h.moved = make(chan struct{})
}

// count returns how many domains are in hand, and what is closed when there are
// fewer.
func (h *hand) count() (n int, fewer <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.domains, h.moved
}

// below waits until fewer domains than that are in hand. It reports false when ctx
// ends.
func (h *hand) below(ctx context.Context, limit int) bool {
	for {
		n, fewer := h.count()
		if n < limit {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-fewer:
		}
	}
}

// drop lets go of a batch.
func (h *hand) drop(b *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.held, b)
}
