package probe

import (
	"context"
	"slices"
	"sync"
)

// keyed limits how many holders a key has at once. Those who wait get their
// places in the order they came. A key nobody holds costs nothing, so that a
// list of a million hosts needs memory only for those being spoken to.
type keyed[K comparable] struct {
	limit int
	mu    sync.Mutex
	held  map[K]int
	queue map[K][]*waiter
}

// waiter waits for a place of a key.
type waiter struct {
	ready chan struct{} // closed when it has one
	gone  bool          // it waits no longer
}

func newKeyed[K comparable](limit int) *keyed[K] {
	return &keyed[K]{limit: limit, held: make(map[K]int), queue: make(map[K][]*waiter)}
}

// acquire waits until key has a free place or ctx ends, and reports whether it
// has one, which release gives back. Before it waits, it gives the leave back.
func (k *keyed[K]) acquire(ctx context.Context, key K, leave *leave) bool {
	k.mu.Lock()
	if n := k.held[key]; n < k.limit {
		k.held[key] = n + 1
		k.mu.Unlock()
		return true
	}
	w := &waiter{ready: make(chan struct{})}
	k.queue[key] = append(k.queue[key], w)
	k.mu.Unlock()
	leave.back()
	select {
	case <-w.ready:
		return true
	case <-ctx.Done():
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	select {
	case <-w.ready: // at the same time: what was not taken goes to the next
		k.pass(key)
	default:
		w.gone = true
	}
	return false
}

// release gives a place of key back.
func (k *keyed[K]) release(key K) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pass(key)
}

// waitedFor reports whether somebody waits for a place of key.
func (k *keyed[K]) waitedFor(key K) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(k.queue[key], func(w *waiter) bool { return !w.gone })
}

// pass hands a place of key to the first who still waits for one.
func (k *keyed[K]) pass(key K) {
	queue := k.queue[key]
	for len(queue) > 0 {
		w := queue[0]
		queue[0], queue = nil, queue[1:]
		if w.gone {
			continue
		}
		close(w.ready)
		k.line(key, queue)
		return
	}
	k.line(key, nil)
	if k.held[key]--; k.held[key] == 0 {
		delete(k.held, key)
	}
}

// line sets who waits for key.
func (k *keyed[K]) line(key K, queue []*waiter) {
	switch {
	case len(queue) > 0:
		k.queue[key] = queue
	case len(k.queue) > 0:
		delete(k.queue, key)
	}
}
