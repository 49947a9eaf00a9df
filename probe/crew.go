package probe

import "context"

// crew are the goroutines of a run. One that has played a lane waits for the
// next, with the stack that it needed for the last: to grow one anew for each
// lane took a twentieth of all time. The zero value does not work.
type crew struct{ idle chan work }

// work is what a goroutine does next: to look a domain up, or to play a lane.
type work struct {
	domain *underWay
	lane   *lane
}

func newCrew() crew { return crew{idle: make(chan work)} }

// give has work done by a goroutine that waits for some, or else by a new one.
func (r *run) give(ctx context.Context, w work) {
	select {
	case r.crew.idle <- w:
	default:
		go r.serve(ctx, w)
	}
}

// serve does work, and then what it is given, until the run is over.
func (r *run) serve(ctx context.Context, w work) {
	for {
		if w.domain != nil {
			w.lane = r.begin(ctx, w.domain)
		}
		if w.lane != nil {
			w.lane.play(ctx)
		}
		select {
		case w = <-r.crew.idle:
		case <-ctx.Done():
			return
		}
	}
}
