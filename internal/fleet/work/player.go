package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

const (
	// partingTime is how long a worker that ends takes to give back what it has.
	partingTime = 5 * time.Second
	// hangTime is how long a stalled player may take to notice that it ended.
	hangTime = 10 * time.Second
)

// player works on one job.
type player struct {
	worker *Worker
	id     string
	leave  context.CancelCauseFunc
	job    *job.Job
	// vantage is under which the job has its work for this worker.
	vantage string
	queue   *bus.Queue
	window  int
	hand    *hand
	packer  *job.Packer
	settles sync.WaitGroup
	counts  *counts
	ready   atomic.Bool // the fields above are set
	// feeding is held while domains are handed out; ended is set when no more
	// are.
	feeding sync.Mutex
	ended   bool
}

func newPlayer(w *Worker, id string, leave context.CancelCauseFunc) *player {
	return &player{worker: w, id: id, leave: leave, hand: newHand(), packer: job.NewPacker(), counts: newCounts()}
}

// run works on the job until nothing is left of it, or ctx ends. The error is a
// *Refusal where this worker cannot play it.
func (p *player) run(ctx context.Context) error {
	played, err := p.prepare(ctx)
	if err != nil || played == nil {
		return err
	}
	defer played.Close()
	play, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	over := make(chan struct{})
	go p.keep(play, stop, over)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for d := range played.Play(play, func(yield func(string) bool) { p.feed(play, yield) }) {
			p.result(play, &d)
		}
		stop(nil) // where nothing was left, feed has returned already
		p.feeding.Lock()
		p.ended = true
		p.feeding.Unlock()
		p.settles.Wait()
	}()
	select {
	case <-done:
	case <-stalled(play):
		select {
		case <-done:
		case <-time.After(hangTime):
			return errStalled
		}
	}
	close(over)
	p.part(play)
	if errors.Is(context.Cause(play), errStalled) {
		return errStalled
	}
	return nil
}

// stalled is closed some time after nothing moved any more.
func stalled(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), errStalled) {
			close(ended)
		}
	})
	return ended
}

// prepare reads the job and makes what plays it; nil where there is nothing to do
// for this worker.
func (p *player) prepare(ctx context.Context) (Player, error) {
	w := p.worker
	entry, err := w.Fleet.Find(ctx, p.id)
	switch {
	case err != nil:
		return nil, err
	case entry.Err != nil:
		return nil, &Refusal{entry.Err}
	}
	p.job = entry.Job
	if p.vantage = job.Any; len(p.job.Vantages.Names) > 0 {
		if !slices.Contains(p.job.Vantages.Names, w.Vantage) {
			return nil, errElsewhere
		}
		p.vantage = w.Vantage
	}
	files := make([][]byte, len(p.job.Files))
	for i := range files {
		if files[i], err = w.Fleet.File(ctx, &p.job.Files[i]); err != nil {
			return nil, &Refusal{fmt.Errorf("scenario %s: %w", result.Shown(p.job.Files[i].Name), err)}
		}
	}
	played, err := w.Prepare(ctx, p.job, files, p.hand.alive)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, &Refusal{err}
	}
	if p.queue, err = w.Fleet.OpenQueue(ctx, p.job, p.vantage); err != nil {
		played.Close()
		return nil, err
	}
	p.window = max(played.Window(), 1)
	p.ready.Store(true)
	return played, nil
}

// result stores what became of a domain.
func (p *player) result(ctx context.Context, d *result.Domain) {
	s, ok := p.hand.pop()
	if !ok {
		return
	}
	b := s.held
	if ctx.Err() != nil && unfinished(d) {
		p.settle(ctx, b, nil, true)
		return
	}
	record := &job.Record{Format: job.Format, Vantage: p.worker.Vantage, Worker: p.worker.ID, Result: *d}
	data, err := p.packer.Pack(record)
	if err != nil {
		data, err = p.packer.Pack(p.nothingOf(d.Domain, err.Error()))
	}
	if err != nil {
		p.worker.Say(fmt.Sprintf("job %s: %s: %s", p.id, result.Shown(d.Domain), err))
		p.settle(ctx, b, nil, true)
		return
	}
	// What was seen is stored also when the worker ends meanwhile.
	keep, cancel := parting(ctx)
	wait, err := p.worker.Fleet.Store(keep, p.id, p.vantage, s.index, p.worker.ID, data)
	if err != nil {
		cancel()
		p.worker.Say(fmt.Sprintf("job %s: the result of %s cannot be stored: %s", p.id, result.Shown(d.Domain), p.worker.Fleet.Why(err)))
		p.settle(ctx, b, nil, true)
		return
	}
	provider := manners.ProviderOf(d)
	p.settle(ctx, b, func() error {
		defer cancel()
		first, err := wait()
		if first {
			p.counts.add(d.Status.String(), provider)
		}
		return err
	}, false)
}

// unfinished reports whether the end of the worker may have cut a domain short.
// Of what was found out about a domain as a whole nobody can say.
func unfinished(d *result.Domain) bool {
	return d.Audited() || d.Status == result.NotRun || cli.Interrupted(d)
}

// nothingOf is the record of a domain of which there is no result.
func (p *player) nothingOf(domain, why string) *job.Record {
	d := result.Domain{Domain: domain, Status: result.Inconclusive, Reason: result.Local, Message: why, Hosts: []result.Host{}}
	return &job.Record{Format: job.Format, Vantage: p.worker.Vantage, Worker: p.worker.ID, GivenUp: why, Result: d}
}

// parting is a context that outlives the end of ctx by some time.
func parting(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(partingTime, cancel) })
	return later, func() { stop(); cancel() }
}
