package probe

import (
	"fmt"
	"runtime/debug"
)

// broken is a panic in a goroutine of a run. It is raised again where the
// results are taken, so that a program can say so in its own way; nothing can
// be caught of a goroutine from outside.
type broken struct {
	value any
	stack []byte
}

// Error returns the value and where it was raised first.
func (b *broken) Error() string { return fmt.Sprintf("%v\n\n%s", b.value, b.stack) }

// catch, deferred, ends the run after a panic: what else is under way is given
// up, or it might wait for what the broken goroutine holds.
func (r *run) catch() {
	if v := recover(); v != nil {
		r.broken.CompareAndSwap(nil, &broken{v, debug.Stack()})
		r.cancel(errBroken)
	}
}

// raise panics if a goroutine of the run did.
func (r *run) raise() {
	if b := r.broken.Load(); b != nil {
		panic(b)
	}
}
