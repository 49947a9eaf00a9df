// Package work is a worker of a fleet: it takes batches of the jobs that run,
// plays them, stores what it saw and says that they are done, in this order, so
// that a worker that dies loses nothing but time.
package work

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"sync"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

const (
	// maxJobs is how many jobs a worker works on at once; others wait.
	maxJobs = 8
	// lookAgain is how often a worker looks for jobs, and announces how often it
	// says that it is alive and what it did.
	lookAgain = time.Second
	announces = 2 * time.Second
)

// Player plays a job.
type Player interface {
	// Play yields a result for each domain, in their order; see cli.Work.
	Play(ctx context.Context, domains iter.Seq[string]) iter.Seq[result.Domain]
	// Window is how many domains are worked on, or wait for others, at once.
	Window() int
	Close()
}

// Worker works until its context ends. Set the fields before Run.
type Worker struct {
	Fleet *bus.Fleet
	// ID is its name, unique in the fleet; Vantage is where it is, empty for
	// nowhere in particular.
	ID, Vantage string
	Program     string
	// Prepare makes what plays a job, from its scenarios. It fails where this
	// worker cannot play it, with a reason for people. alive is to be called
	// whenever something moves.
	Prepare func(ctx context.Context, j *job.Job, files [][]byte, alive func()) (Player, error)
	// UntilDone ends the worker when there is nothing left for it to do.
	UntilDone bool
	// Say is told what people should know.
	Say func(message string)

	mu      sync.Mutex
	players map[string]*player
	refused map[string]string
	over    map[string]bool // jobs of which there is nothing left here
	since   time.Time
}

// errStalled ends a worker that makes no progress any more.
var errStalled = errors.New("nothing moves any more")

// errLeft ends the work on a job that does not run any more.
var errLeft = errors.New("the job does not run any more")

// errElsewhere is about a job that is for other vantages.
var errElsewhere = errors.New("the job is for other vantages")

// Run works on the jobs of the fleet until ctx ends. What is in hand then is given
// back. The error is that of a worker that can do nothing any more.
func (w *Worker) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.players, w.refused, w.over = map[string]*player{}, map[string]string{}, map[string]bool{}
	w.since = time.Now().UTC()
	var all sync.WaitGroup
	all.Go(func() { w.announce(ctx) })
	ended := make(chan error, maxJobs)
	for ctx.Err() == nil {
		if err := w.look(ctx, &all, ended); err != nil && ctx.Err() == nil {
			w.Say(fmt.Sprintf("the jobs cannot be looked up: %s", err))
		}
		if w.UntilDone && w.idle() {
			cancel(nil)
		}
		select {
		case err := <-ended:
			if errors.Is(err, errStalled) {
				return err // its goroutines may hang; nobody waits for them
			}
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
	all.Wait()
	leave, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer done()
	_ = w.Fleet.Leave(leave, w.ID) // it is forgotten soon as well
	return nil
}

// look begins to work on jobs that run, and leaves those that do not any more.
func (w *Worker) look(ctx context.Context, all *sync.WaitGroup, ended chan<- error) error {
	ids, err := w.Fleet.Running(ctx)
	if err != nil {
		return err
	}
	running := map[string]bool{}
	for _, id := range ids {
		running[id] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, p := range w.players {
		if !running[id] {
			p.leave(errLeft)
		}
	}
	maps.DeleteFunc(w.refused, func(id, _ string) bool { return !running[id] })
	maps.DeleteFunc(w.over, func(id string, _ bool) bool { return !running[id] })
	for _, id := range ids {
		if w.players[id] != nil || w.refused[id] != "" || w.over[id] || len(w.players) >= maxJobs {
			continue
		}
		w.begin(ctx, id, all, ended)
	}
	return nil
}

// begin works on a job in a goroutine of its own.
func (w *Worker) begin(ctx context.Context, id string, all *sync.WaitGroup, ended chan<- error) {
	ctx, leave := context.WithCancelCause(ctx)
	p := newPlayer(w, id, leave)
	w.players[id] = p
	all.Go(func() {
		err := p.run(ctx)
		leave(nil)
		w.mu.Lock()
		delete(w.players, id)
		refusal, refused := errors.AsType[*Refusal](err)
		switch {
		case refused:
			w.refused[id] = refusal.Error()
			w.Say(fmt.Sprintf("job %s: not taken: %s", id, refusal.Error()))
		case errors.Is(err, errElsewhere), err == nil && w.UntilDone:
			w.over[id] = true
		case err != nil && ctx.Err() == nil:
			w.Say(fmt.Sprintf("job %s: %s; trying again", id, err))
		}
		w.mu.Unlock()
		select {
		case ended <- err:
		default: // it is looked at again soon
		}
	})
}

// Refusal is why a worker does not take a job.
type Refusal struct{ Why error }

func (r *Refusal) Error() string { return r.Why.Error() }

// Unwrap returns why.
func (r *Refusal) Unwrap() error { return r.Why }

// idle reports whether there is nothing to do.
func (w *Worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.players) == 0
}

// announce says that the worker is alive, and what it did.
func (w *Worker) announce(ctx context.Context) {
	tick := time.NewTicker(announces)
	defer tick.Stop()
	for {
		w.tell(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *Worker) tell(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, announces)
	defer cancel()
	w.mu.Lock()
	self := &bus.Worker{Format: job.Format, ID: w.ID, Vantage: w.Vantage, Program: w.Program, Since: w.since, Refused: map[string]string{}}
	for id, why := range w.refused {
		self.Refused[id] = result.Shown(why)
	}
	players := make([]*player, 0, len(w.players))
	for _, p := range w.players {
		players = append(players, p)
	}
	w.mu.Unlock()
	_ = w.Fleet.Announce(ctx, self) // the bus says itself when it is away
	for _, p := range players {
		p.tell(ctx)
	}
}
