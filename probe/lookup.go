package probe

import (
	"context"
	"errors"
	"sync"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

// unrouted says why there is no host to speak to.
func (r *run) unrouted(ctx context.Context, d *result.Domain, err error) {
	d.Status, d.Reason = r.lookupVerdict(ctx, err)
	d.Message = result.PrintableString(err.Error())
	d.Hint = lookupHint(err, d.Reason)
	r.routed(d)
}

// lookupVerdict judges a look-up that failed. What the domain's records say
// is final. Silence or SERVFAIL is the fault of the domain's own servers
// while the same resolver still answers for the root, else it is ours. A
// resolver that refuses, or cannot be reached, is ours in any case: it does
// not speak for the domain.
func (r *run) lookupVerdict(ctx context.Context, err error) (result.Verdict, result.Reason) {
	return lookupVerdict(ctx, r.Resolver, &r.alive, err)
}

func lookupVerdict(ctx context.Context, resolver Resolver, alive *liveness, err error) (result.Verdict, result.Reason) {
	if ctx.Err() != nil {
		return result.Inconclusive, stopReason(ctx)
	}
	var failed *dnsmx.Error
	if !errors.As(err, &failed) || !failed.Temporary() {
		return result.Fail, result.DNS
	}
	ours := failed.Kind == dnsmx.Refused || failed.Kind == dnsmx.Unreachable
	if ours || !alive.holds(ctx, resolver) {
		return result.Inconclusive, result.Resolver
	}
	return result.Fail, result.DNS
}

// aliveFor is how long the answer to "does the resolver still answer" stands:
// a list with many broken domains must not ask it for each.
const aliveFor = 5 * time.Second

// liveness remembers whether the resolver answers for the root.
type liveness struct {
	mu    sync.Mutex
	asked time.Time
	alive bool
}

// holds reports whether the resolver answers, as it did a moment ago or does
// now. Look-ups that fail together wait for one answer.
func (l *liveness) holds(ctx context.Context, resolver Resolver) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked.IsZero() || time.Since(l.asked) > aliveFor {
		l.alive = resolver.Alive(ctx) == nil
		l.asked = time.Now()
	}
	return l.alive
}

// softHosts are the hosts whose addresses are not to be had for the moment.
func softHosts(hosts []dnsmx.Host) []string {
	var names []string
	for i := range hosts {
		var failed *dnsmx.Error
		if errors.As(hosts[i].Err, &failed) && failed.Temporary() {
			names = append(names, hosts[i].Name)
		}
	}
	return names
}

// missing judges what a host lacks of addresses. Those that could not be
// looked up are not known, which is worth a warning beside others; where they
// alone were asked for, nothing is known of the host.
func (r *run) missing(ctx context.Context, host *result.Host, h *dnsmx.Host) {
	none := len(host.Addresses) == 0
	switch {
	case h.Missing != nil && (none || r.Family == AnyFamily):
		host.Status, host.Reason = r.lookupVerdict(ctx, h.Missing)
		host.Message = result.PrintableString(h.Missing.Error())
		host.Hint = lookupHint(h.Missing, host.Reason)
		if !none && host.Reason == result.DNS {
			host.Status = result.Warn
		}
	case none:
		host.Status, host.Reason = result.Skip, result.Condition
		host.Message = "no address of the chosen family"
	}
}
