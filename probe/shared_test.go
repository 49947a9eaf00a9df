package probe

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// others are the runs elsewhere: they leave so many places of a provider free,
// let a connection be opened every gap, and hear what is told to all.
type others struct {
	mu     sync.Mutex
	places chan struct{}
	gap    time.Duration
	next   time.Time
	refuse result.Reason // what Moment says, in place of waiting
	given  int
	back   int
	heard  map[string][]bool // by provider
}

func newOthers(places int, gap time.Duration) *others {
	return &others{places: make(chan struct{}, places), gap: gap, heard: map[string][]bool{}}
}

func (o *others) Place(ctx context.Context, _ string) (func(), result.Reason) {
	select {
	case o.places <- struct{}{}:
	case <-ctx.Done():
		return nil, result.Interrupted
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.given++
	return sync.OnceFunc(func() {
		<-o.places
		o.mu.Lock()
		defer o.mu.Unlock()
		o.back++
	}), result.None
}

func (o *others) Moment(ctx context.Context, _ string) result.Reason {
	o.mu.Lock()
	if o.refuse != result.None {
		defer o.mu.Unlock()
		return o.refuse
	}
	at := time.Now()
	if at.Before(o.next) {
		at = o.next
	}
	o.next = at.Add(o.gap)
	o.mu.Unlock()
	if !WaitUntil(ctx, at) {
		return result.Interrupted
	}
	return result.None
}

func (o *others) Heard(provider string, _ time.Time, asked bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard[provider] = append(o.heard[provider], asked)
}

// TestSharedManners: what all runs share bounds this one beside its own limits,
// and every place goes back.
func TestSharedManners(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		own      manners.Settings
		most     int
		together time.Duration
	}{
		"others are the tighter": {manners.Settings{Provider: 100, PerProvider: 20}, 3, 300 * time.Millisecond},
		"its own are":            {manners.Settings{Provider: 1, PerProvider: 2}, 2, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, o := newProviders(), newOthers(3, 300*time.Millisecond)
				visitAll(t, p, &Runner{Manners: &tt.own, Shared: o}, domainsOf("a", 40))
				if got := p.most["a.test"]; got > tt.most {
					t.Errorf("%d sessions were open at once; want at most %d", got, tt.most)
				}
				if got := fastest(p.visits["a.test"], ""); got < tt.together {
					t.Errorf("two began within %s; want %s", got, tt.together)
				}
				if o.given != 40 || o.back != 40 || len(o.heard["a.test"]) != 40 {
					t.Errorf("of 40 places %d were given, %d came back, and %d attempts were told of", o.given, o.back, len(o.heard["a.test"]))
				}
			})
		})
	}
}

// TestSharedMannersAreAskedForOthersOnly: not for this machine itself.
func TestSharedMannersAreAskedForOthersOnly(t *testing.T) {
	t.Parallel()
	o := newOthers(1, 0)
	g := newGate(&manners.Settings{}, o, 0)
	for range 3 { // a second one would wait for ever
		if leave, why := g.enter(t.Context(), &Target{Host: "unix:/run/lmtp"}, nil); leave == nil || why != result.None {
			t.Fatalf("a socket is not entered: %q", why)
		}
	}
	if o.given != 0 {
		t.Errorf("%d places were asked for", o.given)
	}
}

// TestWhatOthersAskedFor: a provider that no run may speak to is not spoken to,
// nor is a place kept from others meanwhile.
func TestWhatOthersAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, o := newProviders(), newOthers(2, 0)
		o.refuse = result.Policy
		got := visitAll(t, p, &Runner{Manners: &manners.Settings{}, Shared: o}, domainsOf("a", 5))
		if n := len(p.visits["a.test"]); n != 0 {
			t.Errorf("it was spoken to %d times", n)
		}
		for i := range got {
			if c := got[i].Hosts[0].Addresses[0].Checks[0]; got[i].Status != result.NotRun || c.Reason != result.Policy {
				t.Errorf("%s: %s, %q; want not_run and policy", got[i].Domain, got[i].Status, c.Reason)
			}
		}
		if o.given != 5 || o.back != 5 {
			t.Errorf("%d places were given and %d came back", o.given, o.back)
		}
	})
}

// TestSharedBackOffIsTheOnlyOne: what is heard goes to all, who say when to go on;
// this run counts nothing of its own beside.
func TestSharedBackOffIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, o := newProviders(), newOthers(1, time.Second)
		p.refusing = func(_ string, nth int) (int, string) {
			if nth%2 == 0 {
				return 421, "4.3.2"
			}
			return 0, ""
		}
		start := time.Now()
		visitAll(t, p, &Runner{Manners: &manners.Settings{}, Shared: o}, domainsOf("a", 10))
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("10 visits took %s", took)
		}
		for i, asked := range o.heard["a.test"] {
			if asked != (i%2 == 0) {
				t.Errorf("attempt %d was told as asked = %t", i, asked)
			}
		}
	})
}
