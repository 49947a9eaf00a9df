package work

import (
	"context"
	"errors"
	"fmt"

	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

// settle notes what became of a domain of a batch: wait returns when its result is
// stored, lost says that there is none. When nothing of the batch is open any more,
// it is done, or given back.
func (p *player) settle(ctx context.Context, b *held, wait func() error, lost bool) {
	if b.alone && wait != nil {
		// The next domain may be the end of this worker.
		lost = wait() != nil
		wait = nil
	}
	p.hand.mu.Lock()
	b.left--
	b.lost = b.lost || lost
	if wait != nil {
		b.waits = append(b.waits, wait)
	}
	p.hand.mu.Unlock()
	if wait == nil {
		p.hand.stored(1)
	}
	p.finish(ctx, b)
}

// fed notes that every domain of a batch was handed out, or that no more will be.
func (p *player) fed(ctx context.Context, b *held, whole bool) {
	p.hand.mu.Lock()
	b.fed = true
	b.lost = b.lost || !whole
	p.hand.mu.Unlock()
	p.finish(ctx, b)
}

// finish ends a batch of which nothing is open any more, in a goroutine: it waits
// until every result is stored.
func (p *player) finish(ctx context.Context, b *held) {
	p.hand.mu.Lock()
	defer p.hand.mu.Unlock()
	if !b.fed || b.left > 0 {
		return
	}
	b.left = 1 // nobody ends it twice
	p.settles.Go(func() {
		later, cancel := parting(ctx)
		defer cancel()
		for _, wait := range b.waits {
			if err := wait(); err != nil {
				b.lost = true
			}
		}
		if len(b.waits) > 0 {
			p.hand.stored(len(b.waits))
		}
		if b.lost && ctx.Err() != nil {
			return // part gives it back
		}
		defer p.hand.drop(b)
		if b.lost {
			_ = b.batch.Return() // or its lease ends
			return
		}
		if err := b.batch.Done(later); err != nil && ctx.Err() == nil {
			// It will be handed out again, and found to be done.
			p.worker.Say(fmt.Sprintf("job %s: a batch that is done cannot be acknowledged: %s", p.id, p.worker.Fleet.Why(err)))
		}
	})
}

// part gives back what is in hand when the work on a job ends. It comes back as a
// batch of its own, so that a worker that is stopped is none that did not come
// back.
func (p *player) part(ctx context.Context) {
	if errors.Is(context.Cause(ctx), errLeft) {
		return // the work is gone
	}
	later, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	for _, b := range p.hand.all() {
		if err := p.requeue(later, b, b.work.First); err != nil {
			_ = b.batch.Return() // or its lease ends
		}
	}
	p.tell(later)
}

// requeue hands in what is left of a batch from an index on as a new one, and is
// then done with it.
func (p *player) requeue(ctx context.Context, b *held, from int) error {
	rest := &job.Work{Format: job.Format, Job: p.id, First: from, Domains: b.work.Domains[from-b.work.First:], Again: true}
	if len(rest.Domains) > 0 {
		wait, err := p.worker.Fleet.Enqueue(ctx, p.vantage, rest)
		if err == nil {
			err = wait()
		}
		if err != nil {
			return err
		}
	}
	return b.batch.Done(ctx)
}

// giveUp says of the first domain without a result that no worker came back from
// it: they play the batch in order, one domain after the other. The rest is handed
// in anew.
func (p *player) giveUp(ctx context.Context, b *held) {
	f := p.worker.Fleet
	why := fmt.Sprintf("given up: %d workers took it, and none came back with a result", p.job.Limits.Attempts)
	for i, domain := range b.work.Domains {
		index := b.work.First + i
		has, err := f.Has(ctx, p.id, p.vantage, index)
		if err != nil {
			return
		}
		if has {
			continue
		}
		data, err := job.NewPacker().Pack(p.nothingOf(domain, why))
		if err != nil {
			return
		}
		wait, err := f.Store(ctx, p.id, p.vantage, index, p.worker.ID, data)
		if err == nil {
			_, err = wait()
		}
		if err != nil {
			return
		}
		p.counts.giveUp(domain)
		p.worker.Say(fmt.Sprintf("job %s: %s is %s", p.id, result.Shown(domain), why))
		_ = p.requeue(ctx, b, index+1) // else it comes once more
		return
	}
	_ = b.batch.Done(ctx)
}
