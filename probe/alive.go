package probe

import (
	"context"
	"sync"
	"time"
)

// aliveFor is how long the answer to "does the resolver still answer" stands:
// a list with many broken domains must not ask it for each.
const aliveFor = 5 * time.Second

// RememberAlive returns a resolver that asks another whether it is alive no
// more than once in a few seconds. Look-ups that fail together wait for one
// answer.
func RememberAlive(r Resolver) Resolver {
	switch r := r.(type) {
	case nil:
		return nil
	case *remembering:
		return r
	default:
		return &remembering{Resolver: r}
	}
}

// remembering is a resolver that keeps the last answer of Alive.
type remembering struct {
	Resolver
	mu    sync.Mutex
	asked time.Time
	err   error
}

// Alive returns what the resolver answered a moment ago, or answers now.
func (r *remembering) Alive(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked.IsZero() || time.Since(r.asked) > aliveFor {
		r.err = r.Resolver.Alive(ctx)
		r.asked = time.Now()
	}
	return r.err
}
