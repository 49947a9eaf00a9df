package manners

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// leastKept is how many keys are kept before idle ones are looked for.
const leastKept = 1024

// Rate spreads what is begun for each key evenly over time. Keys that were idle
// for long enough to begin at once are forgotten, so that memory goes with those
// in use and not with all there ever were. A nil Rate has no limit.
type Rate[K comparable] struct {
	limit rate.Limit
	mu    sync.Mutex
	keys  map[K]*rate.Limiter
	sweep int // the number of keys at which idle ones are looked for
}

// NewRate returns a Rate of so many in a second; nil, no limit, for 0.
func NewRate[K comparable](perSecond float64) *Rate[K] {
	if perSecond <= 0 {
		return nil
	}
	return &Rate[K]{limit: rate.Limit(perSecond), keys: make(map[K]*rate.Limiter), sweep: leastKept}
}

// Book takes the next free moment for a key and returns how far off it is.
func (r *Rate[K]) Book(key K, now time.Time) time.Duration {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.keys[key]
	if one == nil {
		r.forget(now)
		one = rate.NewLimiter(r.limit, 1)
		r.keys[key] = one
	}
	return one.ReserveN(now, 1).DelayFrom(now)
}

// forget drops the keys that could begin at once, when there are many. It
// looks again when there are twice as many as were left, so that it costs little.
func (r *Rate[K]) forget(now time.Time) {
	if len(r.keys) < r.sweep {
		return
	}
	for key, one := range r.keys {
		if one.TokensAt(now) >= 1 {
			delete(r.keys, key)
		}
	}
	r.sweep = max(leastKept, 2*len(r.keys))
}
