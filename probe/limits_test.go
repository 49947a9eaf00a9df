package probe

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeyedAllowsTheLimitForEachKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed[string](2)
		var now, most atomic.Int32
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				release := k.acquire(t.Context(), "mx1.example.test")
				n := now.Add(1)
				for {
					m := most.Load()
					if n <= m || most.CompareAndSwap(m, n) {
						break
					}
				}
				time.Sleep(time.Second)
				now.Add(-1)
				release()
			})
		}
		all.Wait()
		if got := most.Load(); got != 2 {
			t.Errorf("%d held the key at once; want 2", got)
		}
		if len(k.slots) != 0 {
			t.Errorf("%d keys are kept after the last release; want 0", len(k.slots))
		}
	})
}

func TestKeyedGivesUpWhenTheRunEnds(t *testing.T) {
	t.Parallel()
	k := newKeyed[int](1)
	release := k.acquire(t.Context(), 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if k.acquire(ctx, 1) != nil {
		t.Error("acquire of a held key with an ended context returned a place; want nil")
	}
	release()
	if len(k.slots) != 0 {
		t.Errorf("%d keys are kept; want 0", len(k.slots))
	}
}

func TestWindowYieldsEverythingThatWasPut(t *testing.T) {
	t.Parallel()
	w := newWindow[int](3)
	go func() {
		defer w.close()
		for i := range 100 {
			w.put(t.Context(), i)
		}
	}()
	got := slices.Collect(w.all(t.Context()))
	want := make([]int, 100)
	for i := range want {
		want[i] = i
	}
	if !slices.Equal(got, want) {
		t.Errorf("window yielded %v; want 0 to 99 in order", got)
	}
}

// A list read from a pipe that stays open must not hold up the end of a run.
func TestWindowIsLeftWhileTheProducerIsStuck(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := newWindow[int](3)
	w.put(ctx, 1)
	w.put(ctx, 2)
	cancel()
	if got := slices.Collect(w.all(ctx)); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("window yielded %v; want the two items that were put", got)
	}
	if w.put(context.Background(), 3) {
		t.Error("put was accepted after the consumer had left; want a refusal")
	}
}

func TestMatchHost(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		glob, name string
		want       bool
	}{
		{"mx1.example.test", "mx1.example.test", true},
		{"MX1.example.test.", "mx1.Example.test", true},
		{"mx?.example.test", "mx1.example.test", true},
		{"mx?.example.test", "mx10.example.test", false},
		{"*.example.test", "mx1.example.test", true},
		{"*", "", true},
		{"*-backup.*", "mx-backup.example.test", true},
		{"mx1", "mx1.example.test", false},
		{"", "mx1", false},
	} {
		if got := MatchHost(tc.glob, tc.name); got != tc.want {
			t.Errorf("MatchHost(%q, %q) = %v; want %v", tc.glob, tc.name, got, tc.want)
		}
	}
}
