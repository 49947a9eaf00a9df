package work

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/internal/timespan"
	"mxprobe/probe/result"
)

// keep keeps the batches in hand for this worker, as long as something moves. A
// worker that hangs loses them to others, and ends.
func (p *player) keep(ctx context.Context, stop context.CancelCauseFunc, over <-chan struct{}) {
	tick := time.NewTicker(p.job.Limits.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
		}
		if p.worker.Fleet.Down() {
			p.hand.alive() // without the bus no connection is opened, and that is no hang
		}
		if quiet := p.hand.quiet(); quiet > p.job.Limits.Quiet && ctx.Err() == nil {
			p.worker.Say(fmt.Sprintf("job %s: nothing moved for %s, so this worker ends and its batches go to others", p.id, timespan.String(quiet.Round(time.Second))))
			stop(errStalled)
			return
		}
		for _, b := range p.hand.all() {
			_ = b.batch.Extend() // without it the batch goes to others, who find out what is done
		}
	}
}

const (
	// maxProviders is how many providers are counted, and maxGivenUp how many
	// domains are named.
	maxProviders = 2000
	maxGivenUp   = 20
)

// counts is what a worker did of a job.
type counts struct {
	mu        sync.Mutex
	done      int
	verdicts  map[string]int
	providers map[string]int
	givenUp   []string
}

func newCounts() *counts { return &counts{verdicts: map[string]int{}, providers: map[string]int{}} }

// add counts a domain.
func (c *counts) add(verdict, provider string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	c.verdicts[verdict]++
	if _, known := c.providers[provider]; provider != "" && (known || len(c.providers) < maxProviders) {
		c.providers[provider]++
	}
}

// giveUp counts a domain of which there is no result.
func (c *counts) giveUp(domain string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.givenUp) < maxGivenUp {
		c.givenUp = append(c.givenUp, result.Shown(domain))
	}
}

// top returns the entries of a map with the largest numbers.
func top(all map[string]int, most int) map[string]int {
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(all[b]-all[a], strings.Compare(a, b)) })
	out := map[string]int{}
	for _, name := range names[:min(most, len(names))] {
		out[name] = all[name]
	}
	return out
}

// tell says what this worker did of the job.
func (p *player) tell(ctx context.Context) {
	if !p.ready.Load() {
		return
	}
	inHand, _ := p.hand.count()
	c := p.counts
	c.mu.Lock()
	said := &bus.Progress{
		Format: job.Format, Job: p.id, Worker: p.worker.ID, Vantage: p.vantage, Done: c.done, InHand: inHand,
		Verdict: map[string]int{}, GivenUp: append([]string{}, c.givenUp...), Providers: top(c.providers, bus.MaxProviders), Updated: time.Now().UTC(),
	}
	for verdict, n := range c.verdicts {
		said.Verdict[verdict] = n
	}
	c.mu.Unlock()
	_ = p.worker.Fleet.Tell(ctx, said) // the next one says it all
}
