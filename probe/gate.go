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

// SharedManners are the manners that a run has in common with runs elsewhere, so
// that all of them together burden a provider no more than one may. A Runner asks
// for each session that manners hold for, beside its own limits. A provider is
// named as by manners.Provider. The methods are called by many goroutines at once.
type SharedManners interface {
	// Place waits for a place among the sessions that all runs together may have
	// open with the hosts of a provider. leave gives it back, and is called once.
	// It is nil where there will be no place, and why says for what reason:
	// result.Policy if the provider is to be left alone, result.Interrupted or
	// result.Deadline if ctx has ended.
	Place(ctx context.Context, provider string) (leave func(), why result.Reason)
	// Moment waits, with a place taken, until the next connection to the provider
	// may be opened: for the rate that all runs share, and for the end of the time
	// for which the provider asked any of them to be left alone. It returns
	// result.None when the connection is to be opened, without delay, else why
	// none is, as Place does.
	Moment(ctx context.Context, provider string) (why result.Reason)
	// Heard says how the attempt that began at a time ended: asked is true if the
	// provider asked to be left alone in it (manners.Asks). It does not block.
	Heard(provider string, began time.Time, asked bool)
}

// gate is what stands before each session beside the limits that always hold:
// the manners of a run over many domains, and the connections that a run may
// open at all.
type gate struct {
	set       *manners.Settings // nil without manners
	shared    SharedManners     // nil on a single machine
	sessions  *keyed[string]    // of a provider; nil without a limit
	addresses *manners.Rate[netip.Addr]
	hosts     *manners.Rate[string]
	providers *manners.Rate[string]
	backoff   manners.Backoff
	budget    int64 // 0 without one
	spent     atomic.Int64
	used      context.Context // ends when the budget is used up
	useUp     context.CancelFunc
}

func newGate(set *manners.Settings, shared SharedManners, budget int) *gate {
	g := &gate{set: set, shared: shared, budget: int64(budget)}
	g.used, g.useUp = context.WithCancel(context.Background())
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
func (g *gate) heeds(t *Target) bool {
	return g.set != nil && t.IP.IsValid() && (g.set.Loopback || !t.IP.IsLoopback())
}

// enter waits until a session with a target may begin; before it waits, it gives
// the leave back. away gives its place back; it is nil where there will be none,
// and why says for what reason.
func (g *gate) enter(ctx context.Context, t *Target, leave *leave) (away func(), why result.Reason) {
	if !g.heeds(t) {
		return func() {}, result.None
	}
	provider := manners.Provider(t.Host)
	away = func() {}
	if g.sessions != nil {
		if !g.sessions.acquire(ctx, provider, leave) {
			return nil, fault.StopReason(ctx)
		}
		away = func() { g.sessions.release(provider) }
	}
	if g.shared != nil {
		leave.back()
		own := away
		back, why := g.shared.Place(ctx, provider)
		if back == nil {
			own()
			return nil, why
		}
		away = func() {
			back()
			own()
		}
	}
	if why = g.wait(ctx, t, provider, leave); why != result.None {
		away()
		return nil, why
	}
	return away, result.None
}

// wait waits until the provider may be spoken to again, if it asked to be left
// alone, and then for the next free moment of address, host and provider. What is
// shared comes last: its moment is for all, and is not to be kept.
func (g *gate) wait(ctx context.Context, t *Target, provider string, leave *leave) result.Reason {
	if g.shared == nil {
		if why := g.leaveAlone(ctx, provider, leave); why != result.None {
			return why
		}
	}
	for _, book := range []func(now time.Time) time.Duration{
		func(now time.Time) time.Duration { return g.addresses.Book(t.IP, now) },
		func(now time.Time) time.Duration { return g.hosts.Book(t.Host, now) },
		func(now time.Time) time.Duration { return g.providers.Book(provider, now) },
	} {
		now := time.Now()
		if !waitUntil(ctx, now.Add(book(now)), leave) {
			return fault.StopReason(ctx)
		}
	}
	if g.shared != nil {
		return g.shared.Moment(ctx, provider)
	}
	return result.None
}

// leaveAlone waits while the provider is to be left alone.
func (g *gate) leaveAlone(ctx context.Context, provider string, leave *leave) result.Reason {
	for {
		given := time.Now()
		at, gone := g.backoff.Next(provider, given)
		if gone {
			return result.Policy
		}
		if !waitUntil(ctx, at, leave) {
			return fault.StopReason(ctx)
		}
		if at.IsZero() || !g.backoff.Moved(provider, given) {
			return result.None
		}
	}
}

// waitUntil is WaitUntil that gives the leave back before it waits.
func waitUntil(ctx context.Context, due time.Time, leave *leave) bool {
	if time.Until(due) > 0 {
		leave.back()
	}
	return WaitUntil(ctx, due)
}

// heard looks whether the server asked to be left alone in an attempt.
func (g *gate) heard(t *Target, began time.Time, trial Trial) {
	if !g.heeds(t) {
		return
	}
	c := trial.Result()
	provider, asked := manners.Provider(t.Host), manners.Asks(&c)
	if g.shared != nil {
		g.shared.Heard(provider, began, asked)
		return
	}
	if asked {
		g.backoff.Refused(provider, began, time.Now())
		return
	}
	g.backoff.Went(provider, began)
}

// spend takes a connection from the budget, if there is one left.
func (g *gate) spend() bool {
	if g.budget == 0 {
		return true
	}
	n := g.spent.Add(1)
	if n == g.budget {
		g.useUp()
	}
	return n <= g.budget
}

// broke reports whether the budget is used up.
func (g *gate) broke() bool { return g.budget > 0 && g.spent.Load() >= g.budget }

// whilePaid returns a context that ends with ctx, and before it when the budget is
// used up.
func (g *gate) whilePaid(ctx context.Context) (paid context.Context, done context.CancelFunc) {
	if g.budget == 0 {
		return ctx, func() {}
	}
	paid, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(g.used, cancel)
	return paid, func() {
		stop()
		cancel()
	}
}

// stopReason is why nobody waits any longer in a context of whilePaid.
func (g *gate) stopReason(ctx context.Context) result.Reason {
	if ctx.Err() == nil && g.broke() {
		return result.Budget
	}
	return fault.StopReason(ctx)
}
