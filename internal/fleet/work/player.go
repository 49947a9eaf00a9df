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
	"mxprobe/probe/result"
)

const (
	// fetchTime is how long one request for a batch waits at the server.
	fetchTime = 500 * time.Millisecond
	// aloneFrom is from which delivery on a batch is played alone: two workers did
	// not come back with it.
	aloneFrom = 3
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

// feed hands out the domains of one batch after the other, as far as there is room
// for them.
func (p *player) feed(ctx context.Context, yield func(string) bool) {
	p.feeding.Lock()
	defer p.feeding.Unlock()
	if p.ended {
		return
	}
	size := p.job.Limits.Batch
	for ctx.Err() == nil {
		if !p.hand.below(ctx, p.room(size)) {
			return
		}
		batch, err := p.queue.Next(ctx, fetchTime)
		switch {
		case err != nil && bus.IsGone(err):
			return
		case err != nil:
			p.waitABit(ctx)
			continue
		case batch == nil:
			if p.isOver(ctx) {
				return
			}
			continue
		}
		b := p.accept(ctx, batch)
		if b == nil {
			continue
		}
		size = len(b.work.Domains)
		if !p.handOut(ctx, b, yield) {
			return
		}
	}
}

// room is how many domains may be in hand before the next batch is taken. Batches
// shrink towards the end of a list, and so does what one worker keeps from others.
func (p *player) room(size int) int {
	most := p.window
	return min(max(8*size, most/8, 1), most)
}

// waitABit waits before the bus is asked again.
func (p *player) waitABit(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(lookAgain):
	}
}

// isOver reports whether nothing is left of the job at all. Whoever sees it first
// says so.
func (p *player) isOver(ctx context.Context) bool {
	if n, _ := p.hand.count(); n > 0 {
		return false
	}
	over, err := p.worker.Fleet.IsOver(ctx, p.id)
	if err != nil || !over {
		return p.worker.UntilDone && err == nil && p.nothingHere(ctx)
	}
	_, err = p.worker.Fleet.Become(ctx, p.id, bus.Done, bus.Running)
	return err == nil
}

// nothingHere reports whether nothing is left of the job at this vantage.
func (p *player) nothingHere(ctx context.Context) bool {
	waiting, inHand, err := p.worker.Fleet.Left(ctx, p.job)
	return err == nil && waiting[p.vantage] == 0 && inHand[p.vantage] == 0
}

// accept looks at a batch that was handed out; nil where nothing is to be done
// with it.
func (p *player) accept(ctx context.Context, batch *bus.Batch) *held {
	work, err := p.job.DecodeWork(batch.Data())
	if err != nil {
		p.worker.Say(fmt.Sprintf("job %s: a batch is thrown away: %s", p.id, err))
		_ = batch.Done(ctx)
		return nil
	}
	if already := p.hand.has(batch.Sequence); already != nil {
		return nil // it took long, and is still played
	}
	b := &held{batch: batch, work: work, alone: batch.Delivered >= aloneFrom}
	if batch.Delivered > p.job.Limits.Attempts {
		p.giveUp(ctx, b)
		return nil
	}
	p.hand.take(b)
	return b
}

// handOut hands out the domains of a batch that have no result yet. It reports
// whether to go on.
func (p *player) handOut(ctx context.Context, b *held, yield func(string) bool) bool {
	more := true
	if b.alone {
		more = p.hand.below(ctx, 1)
	}
	for i, domain := range b.work.Domains {
		if !more {
			break
		}
		index := b.work.First + i
		if b.work.Again || b.batch.Delivered > 1 {
			if has, err := p.worker.Fleet.Has(ctx, p.id, p.vantage, index); err != nil || has {
				more = err == nil
				continue
			}
		}
		p.hand.push(b, index)
		if more = yield(domain); !more {
			p.hand.unpush(b)
		}
		if b.alone && more {
			more = p.hand.below(ctx, 1)
		}
	}
	p.fed(ctx, b, more)
	return more
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
	provider := providerOf(d)
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
