package line

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// timed is a connection that knows whether its time is up.
type timed struct {
	net.Conn
	over atomic.Bool
}

func (c *timed) SetDeadline(t time.Time) error {
	c.over.Store(t.Before(time.Now()))
	return nil
}

// Only what is open when its own context ends is ended by it, in whatever order
// lines are opened and closed.
func TestEndsOfLines(t *testing.T) {
	t.Parallel()
	for _, closed := range [][]int{{}, {0}, {1}, {2}, {0, 1}, {2, 1}, {1, 0, 2}} {
		synctest.Test(t, func(t *testing.T) {
			var ends Ends
			ctx, cancel := context.WithCancel(t.Context())
			other, stop := context.WithCancel(t.Context())
			defer stop()
			lines, conns := make([]Line, 5), make([]*timed, 5)
			open := func(i int, ctx context.Context) {
				conns[i] = new(timed)
				lines[i] = Line{Ctx: ctx, Ends: &ends}
				lines[i].hold(conns[i])
			}
			for i := range 3 {
				open(i, ctx)
			}
			for _, i := range closed {
				lines[i].held.let()
			}
			first := ends.of(ctx)
			open(3, other)
			cancel()
			synctest.Wait()
			open(4, ctx) // one that comes too late
			synctest.Wait()
			for i, c := range conns {
				if want := i != 3 && !slices.Contains(closed, i); c.over.Load() != want {
					t.Errorf("%v closed: the time of line %d is up: %v; want %v", closed, i, c.over.Load(), want)
				}
			}
			for i := range lines {
				lines[i].held.let()
				lines[i].held.let()
			}
			if first.open != nil || ends.of(ctx).open != nil {
				t.Errorf("%v closed: a line is held that was let go", closed)
			}
		})
	}
}
