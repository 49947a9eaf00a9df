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
				if !k.acquire(t.Context(), "mx1.example.test", nil) {
					t.Error("acquire gave up though nothing ended; want a place")
				}
				n := now.Add(1)
				for {
					m := most.Load()
					if n <= m || most.CompareAndSwap(m, n) {
						break
					}
				}
				time.Sleep(time.Second)
				now.Add(-1)
				k.release("mx1.example.test")
			})
		}
		all.Wait()
		if got := most.Load(); got != 2 {
			t.Errorf("%d held the key at once; want 2", got)
		}
		if len(k.held)+len(k.queue) != 0 {
			t.Errorf("%d keys are kept after the last release; want 0", len(k.held)+len(k.queue))
		}
	})
}

func TestKeyedGivesUpWhenTheRunEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed[int](1)
		k.acquire(t.Context(), 1, nil)
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp, got := make(chan bool), make(chan bool)
		go func() { gaveUp <- k.acquire(ctx, 1, nil) }()
		synctest.Wait() // it is the first in the queue
		go func() { got <- k.acquire(t.Context(), 1, nil) }()
		synctest.Wait()
		cancel()
		if <-gaveUp {
			t.Error("acquire of a held key with an ended context has a place; want none")
		}
		k.release(1)
		if !<-got {
			t.Error("who came behind one that gave up has no place; want one")
		}
		k.release(1)
		if len(k.held)+len(k.queue) != 0 {
			t.Errorf("%d keys are kept; want 0", len(k.held)+len(k.queue))
		}
	})
}

// Whoever waits for a key lets other domains begin; whoever need not wait keeps
// what is his.
func TestKeyedGivesTheLeaveBackBeforeItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{}, 2)
		k := newKeyed[int](1)
		var first, second leave
		first.take(t.Context(), begun)
		second.take(t.Context(), begun)
		k.acquire(t.Context(), 1, &first)
		if len(begun) != 2 {
			t.Errorf("%d domains have the leave to begin after a key was free; want 2", len(begun))
		}
		go k.acquire(t.Context(), 1, &second)
		synctest.Wait()
		if len(begun) != 1 || !first.held.Load() {
			t.Errorf("%d domains have the leave while one waits for a key; want the other one", len(begun))
		}
		k.release(1)
		synctest.Wait()
		second.back()
		if len(begun) != 1 {
			t.Errorf("%d have the leave after one gave it back twice; want 1", len(begun))
		}
	})
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
