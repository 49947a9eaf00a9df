package manners

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	polite "mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// TestLimitsHoldForAllTogether counts at the server: never more sessions than one
// worker may have, and never more begun in a second; and it costs no write a
// session.
func TestLimitsHoldForAllTogether(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		workers int
		set     Settings
		takes   time.Duration
	}{
		"one worker":                  {1, Settings{Sessions: 8, Rate: 20}, 300 * time.Millisecond},
		"places bind":                 {4, Settings{Sessions: 8}, 300 * time.Millisecond},
		"the rate binds":              {4, Settings{Sessions: 40, Rate: 20}, 300 * time.Millisecond},
		"both":                        {4, Settings{Sessions: 8, Rate: 20}, 300 * time.Millisecond},
		"a rate alone":                {3, Settings{Rate: 10}, 300 * time.Millisecond},
		"one place for all":           {3, Settings{Sessions: 1}, 100 * time.Millisecond},
		"more workers than places":    {10, Settings{Sessions: 3}, 100 * time.Millisecond},
		"one place, and a slow rate":  {2, Settings{Sessions: 1, Rate: 1}, 100 * time.Millisecond},
		"a place for each and a rate": {4, Settings{Sessions: 4, Rate: 8}, 50 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const each = 100
				f, s := newFleet(tt.workers, tt.set, 3*time.Hour), &server{}
				began := time.Now()
				s.crowd(t.Context(), f.workers, 16, each, tt.takes).Wait()
				took := time.Since(began)
				f.close()
				n := tt.workers * each
				if len(s.began) != n {
					t.Fatalf("%d sessions; want %d", len(s.began), n)
				}
				if tt.set.Sessions > 0 && s.most > tt.set.Sessions {
					t.Errorf("%d were open at once; want at most %d", s.most, tt.set.Sessions)
				}
				for _, span := range []time.Duration{time.Second, 5 * time.Second, 20 * time.Second} {
					limit := int(tt.set.Rate*span.Seconds()) + 2*tt.workers
					if got := mostWithin(s.began, span); tt.set.Rate > 0 && got > limit {
						t.Errorf("%d were begun within %s; want at most %d", got, span, limit)
					}
				}
				// What the limits allow is made use of.
				least := float64(n) / max(tt.set.Rate, 0.001)
				if tt.set.Rate == 0 || tt.set.Sessions > 0 && least < float64(n)*tt.takes.Seconds()/float64(tt.set.Sessions) {
					least = float64(n) * tt.takes.Seconds() / float64(tt.set.Sessions)
				}
				if took.Seconds() > 1.6*least+8 {
					t.Errorf("it took %s; the limits allow %.0fs", took, least)
				}
				t.Logf("%d sessions in %s (%.2f of the best), %d writes", n, took, took.Seconds()/least, f.writes())
			})
		})
	}
}

// TestNobodyStarves: while all have work, each gets its part of it.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		workers, sessions int
	}{"as many places as workers": {4, 4}, "more places": {3, 8}, "fewer": {8, 3}, "one": {4, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				set := Settings{Sessions: tt.sessions}
				f, s := newFleet(tt.workers-1, set, -time.Hour), &server{}
				ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
				defer cancel()
				first := s.crowd(ctx, f.workers, 16, 1<<30, time.Second)
				time.Sleep(time.Minute) // the others have taken everything
				last := s.crowd(ctx, []*Manners{f.join(set)}, 16, 1<<30, time.Second)
				first.Wait()
				last.Wait()
				f.close()
				equal := len(s.began) / tt.workers
				for w, n := range s.by {
					if n < equal/2 {
						t.Errorf("worker %s had %d sessions; an equal part is %d", w, n, equal)
					}
				}
				if len(s.by) != tt.workers {
					t.Errorf("%d workers had a session; want %d", len(s.by), tt.workers)
				}
			})
		})
	}
}

// TestPlacesOfTheDeadComeBack: a worker that is killed gives nothing back, and one
// that hangs does not know that it lost anything.
func TestPlacesOfTheDeadComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(2, Settings{Sessions: 4}, 0), &server{}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		// The first takes all, with sessions that do not end, and stops.
		hold := &server{}
		held := hold.crowd(ctx, f.workers[:1], 4, 4, 20*time.Second)
		time.Sleep(3 * time.Second)
		if open, _ := hold.seen(); open != 4 {
			t.Fatalf("%d sessions are open; want 4", open)
		}
		f.lines[0].dead.Store(true)
		died := time.Now()
		other := s.crowd(ctx, f.workers[1:], 8, 40, 100*time.Millisecond)
		other.Wait()
		first := s.began[0].Sub(died)
		if first < DefaultTTL*2/3 || first > 2*DefaultTTL {
			t.Errorf("a place was free %s after the death of who held it", first)
		}
		// Who hangs opens nothing: its lease is over.
		late := &server{}
		wait, stop := context.WithTimeout(ctx, time.Minute)
		defer stop()
		if late.session(wait, f.workers[0], "a.test", time.Second) {
			t.Error("a worker whose lease is over opened a session")
		}
		held.Wait()
		f.lines[0].dead.Store(false)
		if !late.session(ctx, f.workers[0], "a.test", time.Second) {
			t.Error("it does not go on")
		}
		f.close()
	})
}

// TestNothingIsOpenedWithoutTheBus, and it goes on when the bus is back.
func TestNothingIsOpenedWithoutTheBus(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]Settings{"limits": {Sessions: 4, Rate: 10}, "none": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, s := newFleet(2, set, 0), &server{}
				all := s.crowd(t.Context(), f.workers, 4, 200, time.Second)
				time.Sleep(5 * time.Second)
				for _, l := range f.lines {
					l.cut.Store(true)
				}
				synctest.Wait()
				_, before := s.seen()
				if before == 0 {
					t.Fatal("no session before")
				}
				time.Sleep(5 * time.Minute)
				if _, n := s.seen(); n > before {
					t.Errorf("%d sessions were begun without the bus", n-before)
				}
				for _, l := range f.lines {
					l.cut.Store(false)
				}
				all.Wait()
				f.close()
				if len(s.began) != 400 {
					t.Errorf("%d sessions; want 400", len(s.began))
				}
				said := strings.Join(f.said, "\n")
				if strings.Count(said, "no connection to a mail server is opened") != 2 || strings.Count(said, "are opened again") != 2 {
					t.Errorf("it was said:\n%s\nwant each once for each worker", said)
				}
			})
		})
	}
}

// TestBackOffHoldsForAll: what one worker was told, all heed.
func TestBackOffHoldsForAll(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"clocks agree": 0, "the server is ahead": 5 * time.Hour, "behind": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, s := newFleet(3, Settings{Sessions: 8}, skew), &server{}
				time.Sleep(time.Second)
				f.workers[0].Heard("a.test", time.Now(), true)
				f.workers[0].Heard("a.test", time.Now().Add(-time.Second), true) // it was open beside, and counts for nothing
				asked := time.Now()
				time.Sleep(10 * time.Second)
				f.join(Settings{Sessions: 8}) // who comes later knows as well
				time.Sleep(time.Second)
				other := &server{}
				if !other.session(t.Context(), f.workers[3], "b.test", time.Second) || time.Since(asked) > 13*time.Second {
					t.Error("another provider has to wait too")
				}
				s.crowd(t.Context(), f.workers, 8, 40, time.Second).Wait()
				f.close()
				if first := s.began[0].Sub(asked); first < polite.Pause(0) || first > polite.Pause(0)+5*time.Second {
					t.Errorf("the first came after %s; want %s", first, polite.Pause(0))
				}
				// One tries; when that went well, all go on.
				if second := s.began[1].Sub(s.began[0]); second < 900*time.Millisecond {
					t.Errorf("the second came %s after the first, which was to try", second)
				}
				if n := mostWithin(s.began, time.Minute); n < 100 {
					t.Errorf("at most %d sessions in a minute: it never went on", n)
				}
			})
		})
	}
}

// TestWhoAsksForeverIsLeftAloneByAll, and sooner than each would find out.
func TestWhoAsksForeverIsLeftAloneByAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(3, Settings{Sessions: 8}, 0)
		visits, gone := 0, 0
		for gone < 3 {
			for _, m := range f.workers {
				leave, why := m.Place(t.Context(), "a.test")
				if why == result.Policy {
					gone++
					continue
				}
				began := time.Now()
				if m.Moment(t.Context(), "a.test") == result.None {
					visits++
					time.Sleep(100 * time.Millisecond)
					m.Heard("a.test", began, true)
					time.Sleep(100 * time.Millisecond)
				}
				leave()
			}
			if visits > 20 {
				break
			}
		}
		f.close()
		if visits != polite.MaxRefusals {
			t.Errorf("it was visited %d times; want %d by all workers together", visits, polite.MaxRefusals)
		}
	})
}

// TestWritesForProvidersMetOnce: a list of a million small providers.
func TestWritesForProvidersMetOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, s := newFleet(1, Settings{Sessions: 8, Rate: 10}, 0), &server{}
		const n = 500
		for i := range n {
			if !s.session(t.Context(), f.workers[0], strings.Repeat("x", 1+i%50)+string(rune('a'+i/50))+".test", 10*time.Millisecond) {
				t.Fatal("no session")
			}
		}
		time.Sleep(time.Minute)
		f.workers[0].mu.Lock()
		kept := len(f.workers[0].seats)
		f.workers[0].mu.Unlock()
		f.close()
		if got := f.writes(); got > n+10 {
			t.Errorf("%d providers met once cost %d writes", n, got)
		}
		if kept != 0 {
			t.Errorf("%d providers are remembered after a minute", kept)
		}
	})
}

// TestAWaitThatIsGivenUp leaves nothing behind.
func TestAWaitThatIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(1, Settings{Sessions: 1}, 0)
		leave, _ := f.workers[0].Place(t.Context(), "a.test")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if again, why := f.workers[0].Place(ctx, "a.test"); again != nil || why != result.Deadline {
			t.Errorf("a second place of one: %q; want none, and deadline", why)
		}
		leave()
		if again, _ := f.workers[0].Place(t.Context(), "a.test"); again == nil {
			t.Error("the place did not come back")
		} else {
			again()
		}
		f.close()
	})
}

// TestWhoMayNotFollowOpensNothing, and says why: it would not know who asked to be
// left alone.
func TestWhoMayNotFollowOpensNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fleet{places: newStore(0), asked: newStore(0), deaf: true}
		m := f.join(Settings{Sessions: 4})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if leave, why := m.Place(ctx, "a.test"); leave != nil || why != result.Deadline {
			t.Errorf("a place is given: %q", why)
		}
		f.lines[0].deaf.Store(false)
		if leave, _ := m.Place(t.Context(), "a.test"); leave == nil {
			t.Error("it does not go on")
		} else {
			leave()
		}
		f.close()
		const want = "a: who asked to be left alone cannot be followed: permissions violation: no connection to a mail server is opened, since nobody knows how many others have open\na: connections to mail servers are opened again"
		if got := strings.Join(f.said, "\n"); got != want {
			t.Errorf("it was said:\n%s\nwant:\n%s", got, want)
		}
	})
}
