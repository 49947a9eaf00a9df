package probe

import (
	"context"
	"sync"
)

// keyed limits how many holders a key has at once. A key nobody holds or
// waits for costs nothing, so that a list of a million hosts needs memory
// only for those being spoken to.
type keyed[K comparable] struct {
	limit int
	mu    sync.Mutex
	slots map[K]*keySlot
}

type keySlot struct {
	tokens chan struct{}
	users  int // holders and waiters
}

func newKeyed[K comparable](limit int) *keyed[K] {
	return &keyed[K]{limit: limit, slots: make(map[K]*keySlot)}
}

// acquire waits until key has a free place or ctx ends, and returns a
// function that gives the place back; nil if ctx ended first.
func (k *keyed[K]) acquire(ctx context.Context, key K) (release func()) {
	k.mu.Lock()
	slot := k.slots[key]
	if slot == nil {
		slot = &keySlot{tokens: make(chan struct{}, k.limit)}
		k.slots[key] = slot
	}
	slot.users++
	k.mu.Unlock()
	select {
	case slot.tokens <- struct{}{}:
		return func() {
			<-slot.tokens
			k.leave(key, slot)
		}
	case <-ctx.Done():
		k.leave(key, slot)
		return nil
	}
}

func (k *keyed[K]) leave(key K, slot *keySlot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if slot.users--; slot.users == 0 {
		delete(k.slots, key)
	}
}
