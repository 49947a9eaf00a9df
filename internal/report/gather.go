package report

import (
	"io"
	"sync"
	"time"
)

// Lines wait for each other no longer than gatherTime, and no more of them than
// gatherSize: a reader sees no difference, and a run with thousands of sessions
// a second is spared a write for every step.
const (
	gatherTime = 5 * time.Millisecond
	gatherSize = 64 << 10
)

// Gather returns a writer that passes on in one write what comes within a few
// milliseconds. Nothing is cut in two, and nothing waits for what comes later:
// the last of it is passed on as soon as the first. An error of w comes back
// from a later Write, or from Flush, which has to be called at the end.
func Gather(w io.Writer) *Gatherer { return &Gatherer{w: w} }

// Gatherer is what Gather returns. Several goroutines may use it.
type Gatherer struct {
	mu  sync.Mutex
	w   io.Writer
	b   []byte
	err error
	// timer passes on what waits; it runs while waiting is true.
	timer   *time.Timer
	waiting bool
}

// Write keeps b for the next write to the writer below.
func (g *Gatherer) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	g.b = append(g.b, b...)
	switch {
	case len(g.b) >= gatherSize:
		if g.pass(); g.err != nil {
			return 0, g.err
		}
	case g.waiting:
	case g.timer == nil:
		g.timer, g.waiting = time.AfterFunc(gatherTime, g.late), true
	default:
		g.timer.Reset(gatherTime)
		g.waiting = true
	}
	return len(b), nil
}

// Flush passes on what waits, and returns the first error of the writer below.
func (g *Gatherer) Flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer.Stop()
		g.waiting = false
	}
	g.pass()
	return g.err
}

// late passes on what has waited long enough.
func (g *Gatherer) late() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = false
	g.pass()
}

func (g *Gatherer) pass() {
	if g.err == nil && len(g.b) > 0 {
		_, g.err = g.w.Write(g.b)
	}
	g.b = g.b[:0]
}
