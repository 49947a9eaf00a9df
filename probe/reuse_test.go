package probe

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/probe/result"
)

// lasting is a check whose connections serve many domains, those of its name.
type lasting struct {
	*visiting
	name string
}

func (c lasting) Name() string { return c.name }

func (c lasting) Start(t Target, _ func(*result.Step)) Trial {
	return &lastingTrial{visitor{v: c.visiting, t: t, check: result.Check{Scenario: c.name}}}
}

type lastingTrial struct{ visitor }

func (l *lastingTrial) ReusedBy() any { return l.check.Scenario }

func (l *lastingTrial) PlayOn(ctx context.Context, open Connection, wanted func() bool) (left Connection, wait time.Duration, again bool) {
	if open == nil {
		l.Play(ctx)
	} else {
		time.Sleep(l.v.takes / 10)
		l.check.Attempts, l.check.Status = 1, result.Pass
	}
	if wanted() {
		left = idle{}
	}
	return left, 0, false
}

// idle is a connection with which nothing is to be done.
type idle struct{}

func (idle) Quit(context.Context) {}

// reuseAll plays checks with 100 domains, of which each has one address and one check,
// and returns how many dialogues passed with each address and each check, and how many
// connections there were.
func reuseAll(t *testing.T, r *Runner, address func(i int) int, check func(i int) string) (passed map[string]int, connections int) {
	t.Helper()
	p := newProviders()
	v := &visiting{providers: p, start: time.Now()}
	r.Resolver, r.Reuse = v, true
	requests := func(yield func(Request) bool) {
		for i := range 100 {
			if !yield(Request{Domain: fmt.Sprintf("d%d.a.test", 10*i+address(i)), Checks: []Check{lasting{v, check(i)}}}) {
				return
			}
		}
	}
	passed = map[string]int{}
	for _, d := range slices.Collect(r.Run(t.Context(), requests)) {
		for at := range d.Played() {
			switch c := at.Check; {
			case c.Status == result.Pass:
				passed[at.Host.Name+" "+c.Scenario]++
			case c.Reason != result.Budget:
				t.Errorf("%s: %s is %s, %s; want pass or budget", d.Domain, c.Scenario, c.Status, c.Reason)
			}
		}
	}
	return passed, len(p.visits["a.test"])
}

// Whoever needs a connection when none is left to be had is in nobody's way: a run
// that reads four domains ahead comes to all whom the last connection serves.
func TestTheLastConnectionServesWhomItCan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		passed, n := reuseAll(t, &Runner{Jobs: 1, Budget: 2}, func(i int) int { return i % 3 }, func(int) string { return "ask" })
		if n != 2 || max(passed["mx0.a.test ask"]-1, passed["mx1.a.test ask"], passed["mx2.a.test ask"]) != 33 {
			t.Errorf("over %d connections passed %v; want all 34, 33 or 33 of one server over 2", n, passed)
		}
	})
}

// A dialogue that cannot use the connection does not end it for those that can, where
// there is none to follow.
func TestTheLastConnectionIsLeftToWhomItServes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		passed, n := reuseAll(t, &Runner{Jobs: 2, Budget: 1}, func(int) int { return 0 }, func(i int) string { return []string{"ask", "tell"}[i%2] })
		if n != 1 || len(passed) != 1 || passed["mx0.a.test ask"]+passed["mx0.a.test tell"] != 50 {
			t.Errorf("over %d connections passed %v; want all 50 of the one that came first, over 1", n, passed)
		}
	})
}
