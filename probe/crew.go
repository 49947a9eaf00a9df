package probe

import (
	"context"
	"sync/atomic"
)

// crew are goroutines of a run that do work of one kind. One that has done some
// waits for more, with the stack that it needed: to grow one anew for each lane
// took a twentieth of all time. Each kind has a crew of its own, so that lanes,
// most of which wait, have no stacks as large as looking up a domain needs.
type crew[W any] struct {
	room  func() // lets a new stack grow to what the work needs
	do    func(ctx context.Context, w W)
	idle  chan W
	most  int32        // goroutines that may wait for work
	spare atomic.Int32 // those that do
}

func newCrew[W any](spares int, room func(), do func(ctx context.Context, w W)) *crew[W] {
	return &crew[W]{room: room, do: do, idle: make(chan W), most: int32(spares)}
}

// give has work done by a goroutine that waits for some, or else by a new one.
func (c *crew[W]) give(ctx context.Context, w W) {
	select {
	case c.idle <- w:
	default:
		go c.serve(ctx, w)
	}
}

// serve does work, and then what it is given, until the run is over or enough
// others wait.
func (c *crew[W]) serve(ctx context.Context, w W) {
	c.room()
	for {
		c.do(ctx, w)
		if c.spare.Add(1) > c.most {
			c.spare.Add(-1)
			return
		}
		select {
		case w = <-c.idle:
			c.spare.Add(-1)
		case <-ctx.Done():
			return
		}
	}
}
