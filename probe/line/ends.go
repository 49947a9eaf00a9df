package line

import (
	"context"
	"net"
	"sync"
	"time"
)

// Ends moves the deadlines of connections into the past once their run ends, so
// that nothing waits any longer. A run has one for all its lines: of ten thousand
// that wait, none needs a function of its own that waits for the end as well. The
// zero value is ready, and used by many goroutines at once.
type Ends struct {
	mu   sync.Mutex
	last *ending
}

// ending is the end of one context.
type ending struct {
	ctx  context.Context
	mu   sync.Mutex
	came bool
	open *held // the first of those that are open
}

// held is a connection that is open.
type held struct {
	of         *ending
	nc         net.Conn
	prev, next *held
}

// past is a deadline that is over.
func past() time.Time { return time.Unix(1, 0) }

// of returns the end of a context. Nearly always it is that of the line before.
func (e *Ends) of(ctx context.Context) *ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last == nil || e.last.ctx != ctx {
		last := &ending{ctx: ctx}
		context.AfterFunc(ctx, last.come)
		e.last = last
	}
	return e.last
}

// come is called when the context has ended.
func (e *ending) come() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.came = true
	for h := e.open; h != nil; h = h.next {
		_ = h.nc.SetDeadline(past())
	}
}

// hold lets h stand for a connection until it is let go.
func (e *ending) hold(h *held, nc net.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	*h = held{of: e, nc: nc, next: e.open}
	if e.open != nil {
		e.open.prev = h
	}
	if e.open = h; e.came {
		_ = nc.SetDeadline(past())
	}
}

// let lets the connection go, if it was not done before.
func (h *held) let() {
	e := h.of
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case h.prev != nil:
		h.prev.next = h.next
	default:
		e.open = h.next
	}
	if h.next != nil {
		h.next.prev = h.prev
	}
	*h = held{}
}
