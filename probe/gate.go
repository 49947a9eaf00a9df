package probe

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// gate is what stands before each session beside the limits that always hold:
// the manners of a run over many domains, and the connections that a run may
// open at all.
type gate struct {
	set       *manners.Settings // nil without manners
	sessions  *keyed[string]    // of a provider; nil without a limit
	addresses *manners.Rate[netip.Addr]
	hosts     *manners.Rate[string]
	providers *manners.Rate[string]
	backoff   manners.Backoff
	budget    int64 // 0 without one
	spent     atomic.Int64
}

func newGate(set *manners.Settings, budget int) *gate {
	g := &gate{set: set, budget: int64(budget)}
	if set == nil {
		return g
	}
	g.addresses = manners.NewRate[netip.Addr](set.Address)
	g.hosts = manners.NewRate[string](set.Host)
	g.providers = manners.NewRate[string](set.Provider)
	if set.PerProvider > 0 {
		g.sessions = newKeyed[string](set.PerProvider)
	}
	return g
}

// heeds reports whether manners hold for a target: not for a socket, nor, unless
// they say so, for this machine itself.
func (g *gate) heeds(t Target) bool {
	return g.set != nil && t.IP.IsValid() && (g.set.Loopback || !t.IP.IsLoopback())
}

// enter waits until a session with a target may begin. leave gives its place
// back; it is nil where there will be none, and why says for what reason.
func (g *gate) enter(ctx context.Context, t Target) (leave func(), why result.Reason) {
	if !g.heeds(t) {
		return func() {}, result.None
	}
	provider := manners.Provider(t.Host)
	leave = func() {}
	if g.sessions != nil {
		if leave = g.sessions.acquire(ctx, provider); leave == nil {
			return nil, fault.StopReason(ctx)
		}
	}
	if why = g.wait(ctx, t, provider); why != result.None {
		leave()
		return nil, why
	}
	return leave, result.None
}

// wait waits until the provider may be spoken to again, if it asked to be left
// alone, and then for the next free moment of address, host and provider.
func (g *gate) wait(ctx context.Context, t Target, provider string) result.Reason {
	for {
		given := time.Now()
		at, gone := g.backoff.Next(provider, given)
		if gone {
			return result.Policy
		}
		if !WaitUntil(ctx, at) {
			return fault.StopReason(ctx)
		}
		if at.IsZero() || !g.backoff.Moved(provider, given) {
			break
		}
	}
	for _, book := range []func(now time.Time) time.Duration{
		func(now time.Time) time.Duration { return g.addresses.Book(t.IP, now) },
		func(now time.Time) time.Duration { return g.hosts.Book(t.Host, now) },
		func(now time.Time) time.Duration { return g.providers.Book(provider, now) },
	} {
		now := time.Now()
		if !WaitUntil(ctx, now.Add(book(now))) {
			return fault.StopReason(ctx)
		}
	}
	return result.None
}

// heard looks whether the server asked to be left alone in an attempt.
func (g *gate) heard(t Target, began time.Time, trial Trial) {
	if !g.heeds(t) {
		return
	}
	c := trial.Result()
	provider := manners.Provider(t.Host)
	if manners.Asks(&c) {
		g.backoff.Refused(provider, began, time.Now())
		return
	}
	g.backoff.Went(provider, began)
}

// spend takes a connection from the budget, if there is one left.
func (g *gate) spend() bool {
	return g.budget == 0 || g.spent.Add(1) <= g.budget
}

// broke reports whether the budget is used up.
func (g *gate) broke() bool { return g.budget > 0 && g.spent.Load() >= g.budget }
