package probe

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// provider is the servers of a test, which measure who comes when. Domains are
// called N.PROVIDER.test and have the host mxK.PROVIDER.test.
type providers struct {
	mu       sync.Mutex
	visits   map[string][]visit // of each provider
	open     map[string]int
	most     map[string]int
	asked    map[string]int // look-ups of each domain
	takes    time.Duration
	refusing func(provider string, nth int) (code int, enhanced string)
}

type visit struct {
	host string
	at   time.Duration // since the start
}

func newProviders() *providers {
	return &providers{
		visits: map[string][]visit{}, open: map[string]int{}, most: map[string]int{}, asked: map[string]int{}, takes: time.Second,
		refusing: func(string, int) (int, string) { return 0, "" },
	}
}

// world is a resolver for the domains, and a check that visits their servers.
type visiting struct {
	Resolver
	*providers
	start time.Time
}

func (v *visiting) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked[domain]++
	n, provider, _ := strings.Cut(domain, ".")
	host := dnsmx.Host{Name: "mx" + n[len(n)-1:] + "." + provider, Preference: 10}
	host.Addrs = []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, provider[0]*10 + n[len(n)-1] - '0'})}
	return dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{host}}, nil
}

func (v *visiting) Name() string    { return "visit" }
func (v *visiting) Ports() []uint16 { return nil }

func (v *visiting) Start(t Target, _ func(*result.Step)) Trial {
	return &visitor{v: v, t: t, check: result.Check{Scenario: "visit"}}
}

type visitor struct {
	v     *visiting
	t     Target
	check result.Check
}

func (w *visitor) Play(context.Context) (time.Duration, bool) {
	v, provider := w.v, manners.Provider(w.t.Host)
	v.mu.Lock()
	nth := len(v.visits[provider])
	v.visits[provider] = append(v.visits[provider], visit{w.t.Host, time.Since(v.start)})
	v.open[provider]++
	v.most[provider] = max(v.most[provider], v.open[provider])
	v.mu.Unlock()
	time.Sleep(v.takes)
	v.mu.Lock()
	v.open[provider]--
	v.mu.Unlock()
	w.check.Attempts, w.check.Status = 1, result.Pass
	if code, enhanced := v.refusing(provider, nth); code != 0 {
		w.check.Status, w.check.Reason = result.Inconclusive, result.Temporary
		w.check.Steps = []result.Step{{Attempt: 1, Code: code, Enhanced: enhanced}}
	}
	return 0, false
}

func (w *visitor) Abandon(reason result.Reason) { w.check.Reason = reason }
func (w *visitor) Result() result.Check         { return w.check }

// visitAll runs over domains and returns the results.
func visitAll(t *testing.T, p *providers, r *Runner, domains []string) []result.Domain {
	t.Helper()
	v := &visiting{providers: p, start: time.Now()}
	r.Resolver = v
	requests := func(yield func(Request) bool) {
		for _, d := range domains {
			if !yield(Request{Domain: d, Checks: []Check{v}}) {
				return
			}
		}
	}
	got := slices.Collect(r.Run(t.Context(), requests))
	if len(got) != len(domains) {
		t.Fatalf("%d results of %d domains", len(got), len(domains))
	}
	for i := range got {
		if got[i].Domain != domains[i] {
			t.Fatalf("result %d is of %s; want %s", i, got[i].Domain, domains[i])
		}
	}
	return got
}

// domainsOf returns n domains of a provider, on ten hosts.
func domainsOf(provider string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("d%d.%s.test", i, provider))
	}
	return all
}

// fastest returns how close together two visits came at least.
func fastest(visits []visit, host string) time.Duration {
	least, last := time.Duration(1<<62), time.Duration(-1)
	for _, v := range visits {
		if host != "" && v.host != host {
			continue
		}
		if last >= 0 {
			least = min(least, v.at-last)
		}
		last = v.at
	}
	return least
}

func TestMannersAsTheServersSeeThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		set := manners.Default()
		visitAll(t, p, &Runner{Manners: &set}, append(domainsOf("a", 200), domainsOf("b", 200)...))
		for _, provider := range []string{"a.test", "b.test"} {
			if n := len(p.visits[provider]); n != 200 {
				t.Errorf("%s was visited %d times; want 200", provider, n)
			}
			if got := p.most[provider]; got > manners.DefaultPerProvider || got < 2 {
				t.Errorf("%s had %d sessions at once; want 2 to %d", provider, got, manners.DefaultPerProvider)
			}
			if got := fastest(p.visits[provider], ""); got < time.Second/manners.DefaultProviderRate {
				t.Errorf("%s was visited twice within %s", provider, got)
			}
			if got := fastest(p.visits[provider], "mx3."+provider); got < time.Second/manners.DefaultAddressRate {
				t.Errorf("mx3.%s was visited twice within %s", provider, got)
			}
		}
	})
}

// TestWithoutMannersNobodyWaits shows that the test above can fail.
func TestWithoutMannersNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		visitAll(t, p, &Runner{}, domainsOf("a", 40))
		if p.most["a.test"] < 10 || fastest(p.visits["a.test"], "") != 0 {
			t.Errorf("without manners at most %d sessions were open at once, and none began within %s of another",
				p.most["a.test"], fastest(p.visits["a.test"], ""))
		}
	})
}

// TestASlowProviderDoesNotHoldUpOthers: a list that is sorted by provider.
func TestASlowProviderDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		visitAll(t, p, &Runner{Jobs: 16, Manners: &manners.Settings{Provider: 1, PerProvider: 1}}, append(domainsOf("a", 200), domainsOf("b", 50)...))
		b := p.visits["b.test"]
		if last := b[len(b)-1].at; last > 60*time.Second {
			t.Errorf("50 domains of b.test took %s behind 200 of a.test; want a minute", last)
		}
	})
}

func TestBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		p.refusing = func(provider string, nth int) (int, string) {
			if provider == "a.test" && nth == 0 {
				return 421, "4.3.2"
			}
			return 0, ""
		}
		set := manners.Default()
		got := visitAll(t, p, &Runner{PerHost: 1, Manners: &set}, append(domainsOf("a", 40), domainsOf("b", 40)...))
		// What was open when the answer came stays; then it is quiet for 30 seconds.
		began := 0
		for _, v := range p.visits["a.test"] {
			switch {
			case v.at <= time.Second:
				began++
			case v.at < 31*time.Second:
				t.Errorf("a.test was visited %s after the start, although it had asked to be left alone", v.at)
			}
		}
		if began > manners.DefaultPerProvider {
			t.Errorf("%d sessions were open at first", began)
		}
		if last := p.visits["b.test"][39].at; last > 25*time.Second {
			t.Errorf("b.test was done after %s, as if it had asked", last)
		}
		asked := 0
		for i := range got {
			if got[i].Status != result.Pass {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("%d domains did not pass; want the one that was answered 421, and all others once the wait is over", asked)
		}
	})
}

// TestWhoRefusesForeverIsLeftAlone: the run ends, and says what was not asked.
func TestWhoRefusesForeverIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		p.refusing = func(string, int) (int, string) { return 450, "4.7.1" }
		set := manners.Default()
		start := time.Now()
		got := visitAll(t, p, &Runner{Manners: &set}, domainsOf("a", 500))
		if took := time.Since(start); took > 20*time.Minute {
			t.Errorf("it took %s", took)
		}
		visited := len(p.visits["a.test"])
		if visited > 5*manners.DefaultPerProvider {
			t.Errorf("a provider that refuses was visited %d times", visited)
		}
		left := 0
		for i := range got {
			if got[i].Status == result.NotRun && got[i].Hosts[0].Addresses[0].Checks[0].Reason == result.Policy {
				left++
			}
		}
		if left != 500-visited {
			t.Errorf("%d domains are said to be left alone; want %d", left, 500-visited)
		}
	})
}

func TestThisMachineIsNotSpared(t *testing.T) {
	t.Parallel()
	g := newGate(&manners.Settings{Host: 1}, nil, 0)
	at := func(ip string) *Target { return &Target{Host: "mx1.example.test", IP: netip.MustParseAddr(ip)} }
	if g.heeds(at("127.0.0.2")) || g.heeds(at("::1")) || g.heeds(&Target{Host: "unix:/run/lmtp"}) || !g.heeds(at("192.0.2.1")) {
		t.Error("manners are for others, and not for this machine")
	}
	if g.set.Loopback = true; !g.heeds(at("127.0.0.2")) {
		t.Error("they do not hold at loopback where they are asked for")
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		got := visitAll(t, p, &Runner{Jobs: 1, Budget: 7}, domainsOf("a", 100))
		if n := len(p.visits["a.test"]); n != 7 {
			t.Errorf("%d connections; want 7", n)
		}
		left := 0
		for i := range got {
			switch d := &got[i]; {
			case d.Status == result.Pass:
			case d.Status != result.NotRun:
				t.Errorf("%s: %s; want pass or not_run", d.Domain, d.Status)
			case d.Reason == result.Budget || d.Hosts[0].Addresses[0].Checks[0].Reason == result.Budget:
				left++
			}
		}
		if left != 93 {
			t.Errorf("%d domains are said to be left out; want 93", left)
		}
		if n := len(p.asked); n == 100 {
			t.Error("domains were looked up without a connection left for them")
		}
	})
}

func TestExcluded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProviders()
		e, err := manners.ReadExclusions("opt-out", strings.NewReader("d1.a.test\nmx2.a.test\n192.0.2.207\n"))
		if err != nil {
			t.Fatal(err)
		}
		// The address of mx5.a.test: 'a' * 10 + 5, in a byte.
		got := visitAll(t, p, &Runner{Exclude: e}, domainsOf("a", 10))
		if len(p.asked) != 9 || p.asked["d1.a.test"] != 0 {
			t.Errorf("looked up were %v; want all but d1.a.test", p.asked)
		}
		if n := len(p.visits["a.test"]); n != 7 {
			t.Errorf("%d visits; want 7", n)
		}
		for i, want := range map[int]string{1: "d1.a.test in opt-out:1", 2: "mx2.a.test in opt-out:2", 5: "192.0.2.207/32 in opt-out:3"} {
			d := &got[i]
			why, excluded := d.Message, d.Excluded
			if i != 1 {
				c := &d.Hosts[0].Addresses[0].Checks[0]
				why, excluded = c.Message, c.Excluded
			}
			if d.Status != result.Skip || !excluded || why != "excluded by "+want {
				t.Errorf("%s: %s, excluded %t, %q; want a skip by %s", d.Domain, d.Status, excluded, why, want)
			}
		}
	})
}
