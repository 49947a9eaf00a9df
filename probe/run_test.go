package probe_test

import (
	"context"
	"fmt"
	"iter"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// Every host and every address is spoken to, in rank order, and a dead one
// does not end the run (RFC 5321 sections 5.1 and 5.2).
func TestTrap59And61EveryHostAndAddress(t *testing.T) {
	t.Parallel()
	w := start(t, `
@ MX 20 mx2
@ MX 10 mx1
@ MX 30 gone
mx1 A 192.0.2.10
mx1 AAAA 2001:db8::10
mx2 A 192.0.2.20
`,
		sandbox.Server{Name: "mx1.example.test"},
		sandbox.Server{Name: "mx2.example.test", Dead: sandbox.RefusesAll})
	d := play(t, w, ask)
	var got []string
	for _, h := range d.Hosts {
		line := fmt.Sprintf("%d %s %v %s", h.Preference, h.Name, h.Status, h.Reason)
		for _, a := range h.Addresses {
			line += fmt.Sprintf(" %s:%d=%v", a.IP, a.Port, a.Status)
		}
		got = append(got, line)
	}
	want := []string{
		"10 mx1.example.test pass  192.0.2.10:25=pass 2001:db8::10:25=pass",
		"20 mx2.example.test fail refused 192.0.2.20:25=fail",
		"30 gone.example.test fail dns",
	}
	if !slices.Equal(got, want) {
		t.Errorf("hosts are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.Status != result.Fail || d.Sender == nil || d.Sender.View != result.ViewDegraded || d.Sender.By != "mx1.example.test" {
		t.Errorf("domain is %v, sender %+v; want fail, degraded by mx1", d.Status, d.Sender)
	}
}

func TestFamilyAndHostChoice(t *testing.T) {
	t.Parallel()
	w := start(t, "@ MX 10 mx1\n@ MX 20 mx2\nmx1 A 192.0.2.10\nmx1 AAAA 2001:db8::10\nmx2 A 192.0.2.20\n",
		sandbox.Server{Name: "mx1.example.test"}, sandbox.Server{Name: "mx2.example.test"})
	if d := play(t, w, ask); d.Sender == nil {
		t.Error("no sender's view of all hosts; want one")
	}
	for _, tc := range []struct {
		name string
		set  func(*probe.Runner)
		want string
	}{
		{"IPv6 only", func(r *probe.Runner) { r.Family = probe.OnlyIPv6 }, "2001:db8::10"},
		{"IPv4 only", func(r *probe.Runner) { r.Family = probe.OnlyIPv4 }, "192.0.2.10 192.0.2.20"},
		{"only", func(r *probe.Runner) { r.Only = []string{"MX2.*"} }, "192.0.2.20"},
		{"skip", func(r *probe.Runner) { r.SkipHost = []string{"mx1.*"} }, "192.0.2.20"},
		{"only an address", func(r *probe.Runner) { r.Only = []string{"[IPv6:2001:db8::10]"} }, "2001:db8::10"},
		{"an address and a name", func(r *probe.Runner) { r.Only = []string{"192.0.2.10", "mx2.*"} }, "192.0.2.10 192.0.2.20"},
		{"without an address", func(r *probe.Runner) { r.SkipHost = []string{"192.0.2.10"} }, "2001:db8::10 192.0.2.20"},
		{"none left", func(r *probe.Runner) { r.Only = []string{"mx3.*"} }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := runner(t, w)
			tc.set(r)
			d := playWith(t, t.Context(), r, checks(t, settings(w), ask))
			var got []string
			for _, h := range d.Hosts {
				for _, a := range h.Addresses {
					got = append(got, a.IP)
				}
			}
			if d.Sender != nil {
				t.Errorf("sender is %+v; want none where hosts or addresses are left out", d.Sender)
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("addresses are %q; want %q", got, tc.want)
			}
			if tc.want == "" && (d.Status != result.NotRun || d.Reason != result.Condition) {
				t.Errorf("domain is %v, %q; want not_run, condition", d.Status, d.Reason)
			}
		})
	}
}

// What DNS says of a domain, and whose fault it is (RFC 5321 section 5.1,
// RFC 7505).
func TestDNSVerdicts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, zone string
		faults     []sandbox.Fault
		status     result.Verdict
		reason     result.Reason
		message    string
	}{
		{"Trap55 null MX", "@ MX 0 .\n@ A 192.0.2.10\n", nil, result.Fail, result.NullMX, "takes no mail"},
		{"Trap56 nothing at all", "www A 192.0.2.10\n", nil, result.Fail, result.DNS, "example.test"},
		{
			"Trap56 SERVFAIL, the root answers", oneHost,
			[]sandbox.Fault{{Name: "example.test", Type: "MX", Answer: sandbox.ServFail}},
			result.Fail, result.DNS, "SERVFAIL",
		},
		{"Trap56 SERVFAIL everywhere", oneHost, []sandbox.Fault{{Name: "*", Answer: sandbox.ServFail}}, result.Inconclusive, result.Resolver, "SERVFAIL"},
		{"Trap56 silence everywhere", oneHost, []sandbox.Fault{{Name: "*", Answer: sandbox.Silence}}, result.Inconclusive, result.Resolver, "example.test"},
		{"Trap56 the resolver refuses", oneHost, []sandbox.Fault{{Name: "example.test", Answer: sandbox.Refused}}, result.Inconclusive, result.Resolver, "REFUSED"},
		{"Trap57 only an address as name", "@ MX 10 192.0.2.1.\n", nil, result.Fail, result.DNS, "192.0.2.1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := sandboxtest.Start(t, sandbox.Spec{
				Zones: []sandbox.Zone{{Name: "example.test", Text: tc.zone}}, Faults: tc.faults,
			})
			d := play(t, w, ask)
			if d.Status != tc.status || d.Reason != tc.reason || !strings.Contains(d.Message, tc.message) {
				t.Errorf("domain is %v, %q, %q; want %v, %q, %q", d.Status, d.Reason, d.Message, tc.status, tc.reason, tc.message)
			}
			if n := len(w.Sessions()); n != 0 {
				t.Errorf("%d connections were made; want none", n)
			}
		})
	}
}

// A sender keeps the mail while any host's address is only unavailable
// now; it returns it, or gives up, where all is final (RFC 5321 section 5.1).
func TestTrap72SoftOutweighsHard(t *testing.T) {
	t.Parallel()
	const zone = "@ MX 10 mx1\n@ MX 20 gone\nmx1 A 192.0.2.10\n"
	for _, tc := range []struct {
		name   string
		zone   string
		faults []sandbox.Fault
		want   result.SenderView
	}{
		{"one is temporary", zone, []sandbox.Fault{{Name: "mx1.*", Answer: sandbox.ServFail}}, result.ViewQueued},
		{"all are final", "@ MX 10 lost\n@ MX 20 gone\n", nil, result.ViewReturned},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := sandboxtest.Start(t, sandbox.Spec{Zones: []sandbox.Zone{{Name: "example.test", Text: tc.zone}}, Faults: tc.faults})
			d := play(t, w, ask)
			if d.Sender == nil || d.Sender.View != tc.want {
				t.Errorf("sender is %+v; want %s", d.Sender, tc.want)
			}
		})
	}
}

// --to may name the domain, for lists.
func TestRecipientOfEachDomain(t *testing.T) {
	t.Parallel()
	w := with(t)
	set := settings(w)
	set.To = "kate@${domain}"
	d := playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
	expect(t, only(t, &d), pass)
	if lines := received(t, w); !slices.Contains(lines, "RCPT TO:<kate@example.test>") {
		t.Errorf("the server got %q; want kate@example.test", lines)
	}
}

func TestImplicitMX(t *testing.T) {
	t.Parallel()
	w := start(t, "@ A 192.0.2.10\n", sandbox.Server{Name: "example.test", Addrs: []string{"192.0.2.10"}, Domains: []string{"example.test"}})
	d := play(t, w, ask)
	expect(t, only(t, &d), pass)
	if d.Origin != "implicit" {
		t.Errorf("origin is %q; want implicit", d.Origin)
	}
}

// An address without a route from this machine is inconclusive; one that a
// router calls unreachable is not (RFC 5321 section 5.2).
func TestTrap60NoRouteIsOurs(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{Dead: sandbox.NoRoute})
	for _, tc := range []struct {
		name  string
		route bool
		want  ending
	}{
		{"no route here", false, ending{result.Inconclusive, result.NoRoute, 0, "no IPv4 route"}},
		{"a router said so", true, ending{result.Fail, result.Unreachable, 0, "unreachable"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := playWith(t, t.Context(), runner(t, w), checks(t, settings(routed{w, tc.route}), ask))
			expect(t, only(t, &d), tc.want)
		})
	}
}

// routed is a dialer that knows whether there is a route.
type routed struct {
	probe.Dialer
	route bool
}

func (r routed) HasRoute(netip.AddrPort) bool { return r.route }

// When every address is silent, the line from here is suspect, and a control
// server tells.
func TestTrap62SilenceEverywhere(t *testing.T) {
	t.Parallel()
	silent := dialFunc(func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ETIMEDOUT })
	w := with(t)
	d := playWith(t, t.Context(), runner(t, w), checks(t, settings(silent), ask))
	expect(t, only(t, &d), ending{result.Fail, result.Timeout, 0, "no answer in 30s"})
	if !strings.Contains(d.Hint, "port 25 is often blocked") {
		t.Errorf("hint is %q; want a word on blocked port 25", d.Hint)
	}

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	control := closed.Addr().String()
	_ = closed.Close()
	set := settings(silent)
	set.Control = control
	d = playWith(t, t.Context(), runner(t, w), checks(t, set, ask))
	expect(t, only(t, &d), ending{result.Inconclusive, result.NoRoute, 0, "control server"})
}

// One session an address, two a host, and jobs in all, whatever is asked.
func TestSessionLimits(t *testing.T) {
	t.Parallel()
	w := start(t, `
@ MX 10 mx1
@ MX 20 mx2
mx1 A 192.0.2.11
mx1 A 192.0.2.12
mx1 A 192.0.2.13
mx2 A 192.0.2.21
mx2 A 192.0.2.22
`, sandbox.Server{Name: "mx1.example.test"}, sandbox.Server{Name: "mx2.example.test"})
	for _, tc := range []struct{ jobs, perHost, wantJobs, wantHost int }{
		{10, 2, 4, 2}, {10, 1, 2, 1}, {10, 9, 5, 3}, {1, 9, 1, 1},
	} {
		t.Run(fmt.Sprintf("jobs=%d per-host=%d", tc.jobs, tc.perHost), func(t *testing.T) {
			t.Parallel()
			meter := &meter{world: w, open: map[string]int{}, most: map[string]int{}}
			r := runner(t, w)
			r.Jobs, r.PerHost = tc.jobs, tc.perHost
			src := strings.Replace(ask, "name: ask", "name: one", 1) + "  - sleep: 30ms\n---\n" +
				strings.Replace(ask, "name: ask", "name: two", 1)
			d := playWith(t, t.Context(), r, checks(t, settings(meter), src))
			if d.Status != result.Pass {
				t.Fatalf("domain is %v, %s; want pass", d.Status, d.Message)
			}
			meter.mu.Lock()
			defer meter.mu.Unlock()
			for key, most := range meter.most {
				limit := 1
				switch key {
				case "all":
					limit = tc.wantJobs
				case "mx1":
					limit = tc.wantHost
				case "mx2":
					limit = min(tc.wantHost, 2)
				}
				if most > limit {
					t.Errorf("%d sessions at once with %s; want at most %d", most, key, limit)
				}
			}
		})
	}
}

// meter counts the connections that are open at once.
type meter struct {
	world *sandbox.World
	mu    sync.Mutex
	open  map[string]int
	most  map[string]int
}

func (m *meter) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host := "mx1"
	if strings.HasPrefix(address, "192.0.2.2") {
		host = "mx2"
	}
	m.add(1, "all", host, address)
	nc, err := m.world.DialContext(ctx, network, address)
	if err != nil {
		m.add(-1, "all", host, address)
		return nil, err
	}
	return &metered{Conn: nc, done: sync.OnceFunc(func() { m.add(-1, "all", host, address) })}, nil
}

func (m *meter) add(n int, keys ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		m.open[key] += n
		m.most[key] = max(m.most[key], m.open[key])
	}
}

type metered struct {
	net.Conn
	done func()
}

func (m *metered) Close() error {
	m.done()
	return m.Conn.Close()
}

// Results come in the order of the list, and the list is read only as far
// ahead as the limits allow.
func TestRunStreamsInOrder(t *testing.T) {
	t.Parallel()
	const n = 300
	w := start(t, oneHost, sandbox.Server{})
	r := runner(t, w)
	r.Jobs = 2
	made := checks(t, settings(w), "name: hello\nsteps:\n  - EHLO ${helo}\n")
	var read, most atomic.Int64
	var taken int64
	requests := func(yield func(probe.Request) bool) {
		for i := range n {
			read.Add(1)
			if !yield(probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Server: "mx1.example.test", Checks: made}) {
				return
			}
		}
	}
	for d := range r.Run(t.Context(), requests) {
		if want := fmt.Sprintf("d%d.example.test", taken); d.Domain != want {
			t.Fatalf("result %d is %s; want %s", taken, d.Domain, want)
		}
		most.Store(max(most.Load(), read.Load()-taken))
		taken++
	}
	if taken != n {
		t.Errorf("%d results; want %d", taken, n)
	}
	if got := most.Load(); got > 20 {
		t.Errorf("the list was read %d ahead with 2 jobs; want a small bound", got)
	}
}

// The end of the run: what is known is yielded, the session in progress says
// QUIT, and a list that is never closed does not hang it.
func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		cause error
		want  result.Reason
	}{
		{"interrupted", nil, result.Interrupted},
		{"out of time", context.DeadlineExceeded, result.Deadline},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			w := with(t, sandbox.Rule{On: "RCPT", Func: func(c *sandbox.Conn, _ string) { cancel(tc.cause) }})
			stuck := make(chan struct{})
			t.Cleanup(func() { close(stuck) })
			made := checks(t, settings(w), ask)
			var requests iter.Seq[probe.Request] = func(yield func(probe.Request) bool) {
				yield(probe.Request{Domain: "example.test", Checks: made})
				<-stuck
			}
			var got []result.Domain
			for d := range runner(t, w).Run(ctx, requests) {
				got = append(got, d)
			}
			if len(got) != 1 {
				t.Fatalf("%d results; want 1", len(got))
			}
			c := only(t, &got[0])
			expect(t, c, ending{result.Inconclusive, tc.want, 3, ""})
			if s := step(t, c, 2); s.Status != result.Pass {
				t.Errorf("MAIL is %v; want pass, as it was seen", s.Status)
			}
		})
	}
}

func TestFailFastStopsTheRun(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT", Reply: "550 5.1.1 unknown"})
	r := runner(t, w)
	r.FailFast = true
	src := ask + "---\n" + strings.Replace(ask, "name: ask", "name: later", 1)
	d := playWith(t, t.Context(), r, checks(t, settings(w), src))
	got := d.Hosts[0].Addresses[0].Checks
	if got[0].Status != result.Fail || got[1].Status != result.NotRun {
		t.Errorf("checks are %v and %v; want fail and not_run", got[0].Status, got[1].Status)
	}
}

// A domain without a host to speak to is a failure like any other.
func TestFailFastStopsAtALookUp(t *testing.T) {
	t.Parallel()
	w := with(t)
	r := runner(t, w)
	r.FailFast = true
	made := checks(t, settings(w), ask)
	first := make(chan struct{})
	requests := func(yield func(probe.Request) bool) {
		if yield(probe.Request{Domain: "gone.example.test", Checks: made}) {
			<-first
			yield(probe.Request{Domain: "example.test", Checks: made})
		}
	}
	var got []result.Verdict
	for d := range r.Run(t.Context(), requests) {
		if got = append(got, d.Status); len(got) == 1 {
			close(first)
		}
	}
	if len(got) == 0 || got[0] != result.Fail || slices.Contains(got[1:], result.Pass) {
		t.Errorf("domains are %v; want a failure, and nothing played after it", got)
	}
}

// A check that waits for its next attempt lets the others go first.
func TestRetryDoesNotBlockTheAddress(t *testing.T) {
	t.Parallel()
	w := with(t, sandbox.Rule{On: "RCPT TO:<kate@example.test>", Reply: "451 4.7.1 Greylisted", Times: 1})
	var order []string
	r := runner(t, w)
	r.Watch = &watcher{checked: func(c *result.Check) { order = append(order, c.Scenario) }}
	src := "retry: {wait: 300ms, times: 1}\n" + ask + "---\nname: quick\nsteps:\n  - EHLO ${helo}\n"
	d := playWith(t, t.Context(), r, checks(t, settings(w), src))
	if d.Status != result.Pass {
		t.Errorf("domain is %v, %s; want pass", d.Status, d.Message)
	}
	if !slices.Equal(order, []string{"quick", "ask"}) {
		t.Errorf("checks ended in the order %q; want quick before ask", order)
	}
	if got := d.Hosts[0].Addresses[0].Checks[0].Scenario; got != "ask" {
		t.Errorf("first check of the result is %q; want the order of the request", got)
	}
}

type watcher struct {
	checked func(*result.Check)
	events  []string
}

func (w *watcher) Routed(d *result.Domain) { w.events = append(w.events, "routed "+d.Domain) }
func (w *watcher) Stepped(_ *probe.Target, _ string, s *result.Step) {
	w.events = append(w.events, fmt.Sprintf("step %d %v", s.Number, s.Status))
}

func (w *watcher) Checked(_ *probe.Target, c *result.Check) {
	w.events = append(w.events, "checked "+c.Scenario)
	if w.checked != nil {
		w.checked(c)
	}
}

// Events come as things happen: the hosts, each step, the check.
func TestWatchSeesEverythingInOrder(t *testing.T) {
	t.Parallel()
	w := with(t)
	r := runner(t, w)
	seen := &watcher{}
	r.Watch = seen
	playWith(t, t.Context(), r, checks(t, settings(w), ask))
	want := []string{"routed example.test", "step 0 pass", "step 1 pass", "step 2 pass", "step 3 pass", "step 4 pass", "checked ask"}
	if !slices.Equal(seen.events, want) {
		t.Errorf("events are %q; want %q", seen.events, want)
	}
}

// A server is named instead of the MX hosts.
func TestServerInsteadOfMX(t *testing.T) {
	t.Parallel()
	w := start(t, oneHost, sandbox.Server{Ports: []uint16{587}})
	made := checks(t, settings(w), ask)
	for d := range runner(t, w).Run(t.Context(), slices.Values([]probe.Request{{Domain: "example.test", Server: "[192.0.2.10]", Ports: []uint16{587}, Checks: made}})) {
		c := only(t, &d)
		expect(t, c, pass)
		if d.Origin != "server" || d.Hosts[0].Addresses[0].Port != 587 {
			t.Errorf("origin %q, port %d; want server, 587", d.Origin, d.Hosts[0].Addresses[0].Port)
		}
	}
}

// Each port of several has its row, and the sender's view is that of 25 alone.
func TestSeveralPorts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, key string
		ports     []uint16
		want      string
		view      result.SenderView
	}{
		{"of the request", "", []uint16{25, 587, 465}, "25 pass, 587 pass, 465 fail", result.ViewAtOnce},
		{"of the scenario", "port: [587, 465, 25]\n", nil, "587 pass, 465 fail, 25 pass", result.ViewAtOnce},
		{"of a variable", "port: ${ports}\nvars: {ports: '2525,25'}\n", nil, "2525 fail, 25 pass", result.ViewAtOnce},
		{"all pass", "port: [587, 25]\n", nil, "587 pass, 25 pass", result.ViewAtOnce},
		{"the request decides", "port: [465, 25]\n", []uint16{587}, "587 pass", ""},
		{"25 is down", "port: [26, 25]\n", nil, "26 pass, 25 fail", result.ViewDown},
		{"one in the place of 25", "port: 26\n", nil, "26 pass", result.ViewAtOnce},
		{"none is 25", "port: [26, 587]\n", nil, "26 pass, 587 pass", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := sandbox.Server{Ports: []uint16{25, 26, 587}}
			if tc.name == "25 is down" {
				server.Ports = server.Ports[1:]
			}
			w := start(t, oneHost, server)
			src := tc.key + "name: ask\nsender: true\nsteps:\n  - EHLO ${helo}\n  - MAIL FROM:<${from}>\n  - RCPT TO:<kate@example.test>\n"
			request := probe.Request{Domain: "example.test", Ports: tc.ports, Checks: checks(t, settings(w), src)}
			for d := range runner(t, w).Run(t.Context(), slices.Values([]probe.Request{request})) {
				var rows []string
				for _, a := range d.Hosts[0].Addresses {
					rows = append(rows, fmt.Sprintf("%d %v", a.Port, a.Checks[0].Status))
				}
				if got := strings.Join(rows, ", "); got != tc.want {
					t.Errorf("rows are %s; want %s", got, tc.want)
				}
				var view result.SenderView
				if d.Sender != nil {
					view = d.Sender.View
				}
				if view != tc.view {
					t.Errorf("the sender's view is %q; want %q", view, tc.view)
				}
			}
		})
	}
}

// A scenario that says QUIT itself is not made to say it twice.
func TestQuitIsSaidOnce(t *testing.T) {
	t.Parallel()
	w := with(t)
	d := play(t, w, ask+"  - QUIT\n")
	expect(t, only(t, &d), pass)
	if lines := received(t, w); strings.Count(strings.Join(lines, "\n"), "QUIT") != 1 {
		t.Errorf("the server got %q; want one QUIT", lines)
	}
}

// QUIT is always tried; that no answer comes is a note (RFC 5321 section
// 4.1.1.10), and another one than 221 may be the reply to an earlier line.
func TestTrap20QuitIsANote(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		rule sandbox.Rule
		note string
		want ending
	}{
		{"closed without 221", sandbox.Rule{On: "QUIT", Close: true}, "no answer to QUIT", pass},
		{"250 instead of 221", sandbox.Rule{On: "QUIT", Reply: "250 bye", Close: true}, "", ending{result.Fail, result.Protocol, 4, "QUIT got 250 bye instead of 221"}},
		{"421 instead of 221", sandbox.Rule{On: "QUIT", Reply: "421 bye", Close: true}, "421 bye", pass},
		{"no reply but words", sandbox.Rule{On: "QUIT", Raw: "bye\r\n", Close: true}, "", ending{result.Fail, result.Protocol, 4, "QUIT got no answer that is one"}},
		{"reset", sandbox.Rule{On: "QUIT", Reset: true}, "no answer to QUIT", pass},
		{"replies out of step all along", sandbox.Rule{On: "QUIT", Raw: "250 late\r\n221 bye\r\n"}, "", ending{result.Fail, result.Protocol, 4, "a reply too many"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			d := play(t, with(t, tc.rule), ask)
			c := only(t, &d)
			expect(t, c, tc.want)
			if notes := strings.Join(step(t, c, 4).Notes, " "); !strings.Contains(notes, tc.note) {
				t.Errorf("notes of QUIT are %q; want %q", notes, tc.note)
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("the end took %v; want no long wait", took)
			}
		})
	}
}
