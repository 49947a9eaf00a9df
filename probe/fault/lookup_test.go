package fault

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/result"
)

// slowRoot takes its time to say whether the resolver answers for the root.
type slowRoot struct {
	after time.Duration
	err   error
}

func (s slowRoot) alive(ctx context.Context) error {
	select {
	case <-time.After(s.after):
		return s.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Whose fault a failed look-up is. The end of the run's time is nobody's,
// whoever notices it first.
func TestLookupVerdict(t *testing.T) {
	t.Parallel()
	const limit = time.Second
	failed := func(k dnsmx.Kind) error { return fmt.Errorf("look-up: %w", &dnsmx.Error{Kind: k}) }
	dead := errors.New("dead")
	for _, tc := range []struct {
		name   string
		before time.Duration // what the look-up took
		err    error
		root   slowRoot
		status result.Verdict
		reason result.Reason
	}{
		{"no such name", 0, failed(dnsmx.NoName), slowRoot{}, result.Fail, result.DNS},
		{"SERVFAIL", 0, failed(dnsmx.ServFail), slowRoot{}, result.Fail, result.DNS},
		{"broken signatures", 0, failed(dnsmx.Bogus), slowRoot{}, result.Fail, result.DNS},
		{"silence", 0, failed(dnsmx.Timeout), slowRoot{err: dead}, result.Inconclusive, result.Resolver},
		{"refused", 0, failed(dnsmx.Refused), slowRoot{}, result.Inconclusive, result.Resolver},
		{"no way", 0, failed(dnsmx.Unreachable), slowRoot{}, result.Inconclusive, result.Resolver},
		{"out of descriptors", 0, failed(dnsmx.Local), slowRoot{err: dead}, result.Inconclusive, result.Local},
		{"silence until the end", limit, failed(dnsmx.Timeout), slowRoot{}, result.Inconclusive, result.Deadline},
		{"the end comes while the root is asked for", limit / 2, failed(dnsmx.Timeout), slowRoot{after: limit, err: dead}, result.Inconclusive, result.Deadline},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				time.Sleep(tc.before)
				status, reason := LookupVerdict(ctx, tc.err, tc.root.alive)
				if status != tc.status || reason != tc.reason {
					t.Errorf("LookupVerdict = %v, %v; want %v, %v", status, reason, tc.status, tc.reason)
				}
			})
		})
	}
}
