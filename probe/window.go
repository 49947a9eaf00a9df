package probe

import (
	"context"
	"iter"
	"sync"
)

// window is a queue with a bound, from one producer to one consumer. Unlike
// a channel it can be left by the consumer while the producer is stuck
// elsewhere (reading a list from a pipe that stays open): nothing that was
// put is lost, and nothing is put after the consumer has left.
type window[T any] struct {
	places chan struct{} // one token for each item put and not yet taken
	items  chan T
	mu     sync.Mutex
	left   bool // the consumer has gone
}

func newWindow[T any](size int) *window[T] {
	return &window[T]{places: make(chan struct{}, size), items: make(chan T, size)}
}

// put adds an item when there is room and reports whether it was taken up;
// it was not if ctx ended first.
func (w *window[T]) put(ctx context.Context, item T) bool {
	select {
	case w.places <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left || ctx.Err() != nil {
		return false
	}
	w.items <- item // never blocks: there is a place
	return true
}

// close says that nothing will be put any more.
func (w *window[T]) close() { close(w.items) }

// all yields the items in the order they were put, until the producer closes
// the window, or ctx has ended and everything put so far was yielded.
func (w *window[T]) all(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for ctx.Err() == nil {
			select {
			case item, ok := <-w.items:
				if !ok || !yield(item) {
					return
				}
				<-w.places
			case <-ctx.Done():
			}
		}
		w.mu.Lock()
		w.left = true
		w.mu.Unlock()
		for {
			select {
			case item, ok := <-w.items:
				if !ok || !yield(item) {
					return
				}
			default:
				return
			}
		}
	}
}
