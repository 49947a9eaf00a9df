package manners

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	polite "mxprobe/probe/manners"
)

// Alone is a provider that all workers leave alone.
type Alone struct {
	Provider string
	// Asked is how often in a row it asked for it.
	Asked int
	// For is how long it still is, until one session of one worker tries, or, where it
	// asked too often, until that is forgotten.
	For time.Duration
}

// LeftAlone returns the providers that all workers of a fleet leave alone at the
// moment, the longest first. It makes no bucket, and writes nothing.
func LeftAlone(ctx context.Context, js jetstream.JetStream) ([]Alone, error) {
	kv, err := js.KeyValue(ctx, backoffBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, nil // no worker was here yet
	}
	if err != nil {
		return nil, err
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if bucket, ok := status.(*jetstream.KeyValueBucketStatus); ok && !bucket.StreamInfo().TimeStamp.IsZero() {
		now = bucket.StreamInfo().TimeStamp // by the clock that the entries have
	}
	seen, done := context.WithCancel(ctx)
	defer done()
	var all []Alone
	err = (&natsBucket{kv}).watch(seen, func(e entry) {
		if e.key == "" {
			done()
			return
		}
		if one, ok := aloneAt(&e, now); ok {
			all = append(all, one)
		}
	})
	if err != nil && seen.Err() == nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Alone) int { return cmp.Or(cmp.Compare(b.For, a.For), cmp.Compare(a.Provider, b.Provider)) })
	return all, ctx.Err()
}

// aloneAt reads an entry, and reports whether it still holds at a time.
func aloneAt(e *entry, now time.Time) (one Alone, ok bool) {
	a, err := decodeAsking(e.value)
	if err != nil || keyOf(a.Provider) != e.key {
		return one, false
	}
	wait := time.Duration(a.Wait) * time.Millisecond
	if a.Refusals >= polite.MaxRefusals {
		wait = forgetTime
	}
	one = Alone{a.Provider, a.Refusals, e.written.Add(wait).Sub(now)}
	return one, one.For > 0
}
