package probe

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// alikeForAll is a check that is the same for every domain, of the address alone.
type alikeForAll struct{ *visiting }

func (alikeForAll) SharedBy(t Target) any { return t.AddrPort() }

// watching counts what a watcher is told.
type watching struct{ stepped, checked, shared atomic.Int64 }

func (*watching) Routed(*result.Domain)                   {}
func (w *watching) Stepped(*Target, string, *result.Step) { w.stepped.Add(1) }
func (w *watching) Checked(_ *Target, c *result.Check) {
	w.checked.Add(1)
	if c.Shared != nil {
		w.shared.Add(1)
	}
}

// shareAll runs over 200 domains of a provider on ten addresses.
func shareAll(t *testing.T, p *providers, r *Runner) []result.Domain {
	t.Helper()
	v := &visiting{providers: p, start: time.Now()}
	r.Resolver = v
	var got []result.Domain
	requests := func(yield func(Request) bool) {
		for _, d := range domainsOf("a", 200) {
			if !yield(Request{Domain: d, Checks: []Check{alikeForAll{v}}}) {
				return
			}
		}
	}
	for d := range r.Run(t.Context(), requests) {
		got = append(got, d)
	}
	return got
}

func TestAnAddressIsVisitedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, w := newProviders(), new(watching)
		set := manners.Default()
		got := shareAll(t, p, &Runner{Share: true, Manners: &set, Budget: 10, Watch: w})
		if n := len(p.visits["a.test"]); n != 10 {
			t.Errorf("ten addresses were visited %d times", n)
		}
		first := map[string]string{}
		for i := range got {
			at := &got[i].Hosts[0].Addresses[0]
			c := &at.Checks[0]
			if got[i].Status != result.Pass || c.Status != result.Pass || c.Scenario != "visit" {
				t.Fatalf("%s is %s, its check %+v", got[i].Domain, got[i].Status, c)
			}
			if c.Shared == nil {
				if first[at.IP] != "" {
					t.Errorf("%s was visited for %s and for %s", at.IP, first[at.IP], got[i].Domain)
				}
				first[at.IP] = got[i].Domain
			}
		}
		for i := range got {
			at := &got[i].Hosts[0].Addresses[0]
			if s := at.Checks[0].Shared; s != nil && s.Domain != first[at.IP] {
				t.Errorf("%s says that %s was visited for %s; it was for %s", got[i].Domain, at.IP, s.Domain, first[at.IP])
			}
		}
		if w.checked.Load() != 200 || w.shared.Load() != 190 {
			t.Errorf("the watcher was told of %d checks, %d of them shared; want 200 and 190", w.checked.Load(), w.shared.Load())
		}
	})
}

// Whoever knows the answer waits for nobody: 190 sessions at two a second and
// address would take 10 seconds.
func TestWhatIsKnownTakesNoTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := manners.Default()
		start := time.Now()
		shareAll(t, newProviders(), &Runner{Share: true, Manners: &set})
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("ten visits of a second each took %s", took)
		}
	})
}

func TestWithoutShareEachDomainIsVisited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		shareAll(t, p, &Runner{})
		if n := len(p.visits["a.test"]); n != 200 {
			t.Errorf("%d visits; want 200", n)
		}
	})
}

// The budget is used up by other addresses; what is known costs nothing of it.
func TestWhatIsKnownCostsNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		got := shareAll(t, p, &Runner{Share: true, Jobs: 1, Budget: 4})
		passed, left := 0, 0
		for i := range got {
			switch c := &got[i].Hosts[0].Addresses[0].Checks[0]; {
			case c.Status == result.Pass:
				passed++
			case c.Reason == result.Budget:
				left++
			}
		}
		if passed != 80 || left != 120 || len(p.visits["a.test"]) != 4 {
			t.Errorf("4 sessions, %d in fact, answered for %d domains, and %d were left out; want 80 and 120", len(p.visits["a.test"]), passed, left)
		}
	})
}

// A 421 is about the moment: each domain is asked for itself.
func TestTemporaryAnswersAreNobodyElses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		p.refusing = func(string, int) (int, string) { return 450, "4.2.0" }
		got := shareAll(t, p, &Runner{Share: true})
		for i := range got {
			if c := &got[i].Hosts[0].Addresses[0].Checks[0]; c.Shared != nil {
				t.Errorf("%s has the answer that %s got", got[i].Domain, c.Shared.Domain)
			}
		}
		if n := len(p.visits["a.test"]); n != 200 {
			t.Errorf("%d visits; want 200", n)
		}
	})
}

// again is a check whose first attempt wants another.
type again struct{ alikeForAll }

func (a again) Start(t Target, stepped func(*result.Step)) Trial {
	return &patient{Trial: a.visiting.Start(t, stepped)}
}

type patient struct {
	Trial
	tries int
}

func (p *patient) Play(ctx context.Context) (time.Duration, bool) {
	p.Trial.Play(ctx)
	p.tries++
	return time.Minute, p.tries < 2
}

// What has an attempt of its own goes on with it, and does not change its mind.
func TestAnAttemptOfOnesOwnCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		r := &Runner{Share: true}
		v := &visiting{providers: p, start: time.Now()}
		r.Resolver = v
		requests := func(yield func(Request) bool) {
			for _, d := range []string{"d0.a.test", "d10.a.test"} {
				if !yield(Request{Domain: d, Checks: []Check{again{alikeForAll{v}}}}) {
					return
				}
			}
		}
		for d := range r.Run(t.Context(), requests) {
			if c := &d.Hosts[0].Addresses[0].Checks[0]; c.Shared != nil {
				t.Errorf("%s was tried, and has the result of %s", d.Domain, c.Shared.Domain)
			}
		}
		if n := len(p.visits["a.test"]); n != 4 {
			t.Errorf("%d visits; want two for each", n)
		}
	})
}
