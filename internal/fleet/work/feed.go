package work

import (
	"context"
	"fmt"
	"time"

	"mxprobe/internal/fleet/bus"
)

const (
	// fetchTime is how long one request for a batch waits at the server.
	fetchTime = 500 * time.Millisecond
	// aloneFrom is from which delivery on a batch is played alone: two workers did
	// not come back with it.
	aloneFrom = 3
)

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
		batch, err := p.queue.Next(fetchTime)
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
	over, err := p.worker.Fleet.End(ctx, p.id)
	return err == nil && (over || p.worker.UntilDone && p.nothingHere(ctx))
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
