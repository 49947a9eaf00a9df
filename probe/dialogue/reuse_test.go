package dialogue_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/handshake"
	"mxprobe/probe/manners"
	"mxprobe/probe/result"
)

// reuses is a dialogue whose connection serves many domains.
const reuses = `name: ask
reuse: true
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<kate@${domain}>
`

// manyWith starts a world in which so many domains have one server.
func manyWith(t *testing.T, domains int, s sandbox.Server) *sandbox.World {
	t.Helper()
	zone := "mx1 A 192.0.2.10\n"
	for i := range domains {
		zone += fmt.Sprintf("d%d MX 10 mx1\n", i)
	}
	s.Name = "mx1.example.test"
	return start(t, zone, s)
}

// askMany plays a scenario for every domain of manyWith and returns the results in
// their order.
func askMany(t *testing.T, w *sandbox.World, domains int, src string, set func(*dialogue.Settings, *probe.Runner)) []result.Domain {
	t.Helper()
	r, s := runner(t, w), settings(w)
	r.Reuse, r.Jobs = true, 4
	if set != nil {
		set(s, r)
	}
	made := checks(t, s, src)
	var requests []probe.Request
	for i := range domains {
		requests = append(requests, probe.Request{Domain: fmt.Sprintf("d%d.example.test", i), Checks: made})
	}
	return slices.Collect(r.Run(t.Context(), slices.Values(requests)))
}

// checkOf returns the one check of a domain.
func checkOf(t *testing.T, d *result.Domain) *result.Check {
	t.Helper()
	for at := range d.Played() {
		return at.Check
	}
	t.Fatalf("%s has no check: %+v", d.Domain, d)
	return nil
}

func TestConnectionServesManyDomains(t *testing.T) {
	t.Parallel()
	const n = 30
	for name, set := range map[string]func(*dialogue.Settings, *probe.Runner){
		"in clear":  nil,
		"under TLS": func(s *dialogue.Settings, _ *probe.Runner) { s.TLS.Mode = handshake.Required },
	} {
		// Others come while the first one opens its session.
		server := sandbox.Server{Rules: []sandbox.Rule{{On: "EHLO", Delay: 100 * time.Millisecond}}}
		if set != nil {
			server.TLS = &sandbox.TLS{}
		}
		for _, src := range []string{reuses, strings.Replace(reuses, "steps:", "pipeline: auto\nsteps:", 1)} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := manyWith(t, n, server)
				got := askMany(t, w, n, src, set)
				reused := 0
				for i := range got {
					d := &got[i]
					c := checkOf(t, d)
					if d.Status != result.Pass || c.Attempts != 1 || step(t, c, 0).Code != 220 || step(t, c, 1).Code != 250 {
						t.Fatalf("%s: %s %q: %+v", d.Domain, d.Status, c.Message, c.Steps)
					}
					if name == "under TLS" && c.TLS == nil {
						t.Errorf("%s: nothing is told of TLS", d.Domain)
					}
					if want := "RCPT TO:<kate@" + d.Domain + ">"; step(t, c, 3).Sent != want || step(t, c, 3).Code != 250 {
						t.Errorf("%s: %q was answered %d", d.Domain, step(t, c, 3).Sent, step(t, c, 3).Code)
					}
					if c.Reused != nil {
						reused++
					}
				}
				sessions := w.Sessions()
				if len(sessions) != n-reused {
					t.Errorf("%d sessions, and %d dialogues that reused one", len(sessions), reused)
				}
				if reused == 0 {
					t.Errorf("%d sessions for %d domains", len(sessions), n)
				}
				for _, s := range sessions {
					if last := s.Lines[len(s.Lines)-1]; last != "QUIT" {
						t.Errorf("a session ended with %q", last)
					}
				}
			})
		}
	}
}

// What is not a yes on a connection that was used before is asked again on a new
// one, and that answer counts: the verdicts are those of a run without reuse.
func TestTrap89ReusedVerdictsAreTheSame(t *testing.T) {
	t.Parallel()
	const n = 16
	for name, rules := range map[string][]sandbox.Rule{
		"some recipients are refused":   {{On: "RCPT TO:<kate@d*3.example.test>", Reply: "550 5.1.1 no such user"}},
		"some are refused for now":      {{On: "RCPT TO:<kate@d?.example.test>", Reply: "451 4.3.0 later"}},
		"some are told to leave":        {{On: "RCPT TO:<kate@d*5.example.test>", Reply: "421 4.3.2 closing"}},
		"RSET is unknown":               {{On: "RSET", Reply: "502 5.5.1 unknown"}},
		"RSET ends the session":         {{On: "RSET", Reply: "421 4.7.0 one each"}},
		"RSET is answered by a hang-up": {{On: "RSET", Close: true}},
		"some are hung up on":           {{On: "RCPT TO:<kate@d*7.example.test>", Close: true}},
		"a reply too many":              {{On: "RCPT TO:<kate@d*1.example.test>", Raw: "250 2.1.5 ok\r\n250 2.1.5 once more\r\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all [2][]string
			for i, reuse := range []bool{false, true} {
				// Others come while the first one opens its session.
				w := manyWith(t, n, sandbox.Server{Rules: append([]sandbox.Rule{{On: "EHLO", Delay: 20 * time.Millisecond}}, rules...)})
				got := askMany(t, w, n, reuses, func(_ *dialogue.Settings, r *probe.Runner) { r.Reuse = reuse })
				for k := range got {
					c := checkOf(t, &got[k])
					words := fmt.Sprintf("%s %s %s %q", got[k].Domain, c.Status, c.Reason, c.Message)
					for _, st := range c.Steps {
						if st.Number <= 3 {
							words += fmt.Sprintf(" %d:%s:%d", st.Number, st.Status, st.Code)
						}
					}
					all[i] = append(all[i], words)
					if c.Reused != nil && c.Status != result.Pass {
						t.Errorf("%s: what came of a connection that was used before counts, and is no pass", words)
					}
				}
			}
			for i := range all[0] {
				if all[0][i] != all[1][i] {
					t.Errorf("alone:  %s\nreused: %s", all[0][i], all[1][i])
				}
			}
		})
	}
}

// lagging is a server that, from one RCPT on, answers each line with the reply to
// the one before: a reply too many came, and no byte is ever there too early.
type lagging struct {
	sessions, quits atomic.Int64
	open, most      atomic.Int64 // sessions at once
	longest         atomic.Int64 // most RCPT lines of a session
	// reply is the answer to a line, and whether another one comes too many.
	reply func(line string) (text string, twice bool)
}

func (l *lagging) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	l.sessions.Add(1)
	l.most.Store(max(l.most.Load(), l.open.Add(1)))
	go func() {
		defer server.Close()
		left := sync.OnceFunc(func() { l.open.Add(-1) })
		defer left()
		recipients := int64(0)
		owed := []string{}
		_, _ = io.WriteString(server, "220 lag.example ESMTP\r\n")
		for in := bufio.NewScanner(server); in.Scan(); {
			text, twice := l.reply(in.Text())
			if strings.HasPrefix(in.Text(), "RCPT") {
				recipients++
				l.longest.Store(max(l.longest.Load(), recipients))
			}
			if owed = append(owed, text); twice {
				owed = append(owed, text)
			}
			time.Sleep(time.Millisecond) // others come meanwhile
			if in.Text() == "QUIT" {
				l.quits.Add(1)
				left()
				_, _ = io.WriteString(server, strings.Join(owed, "\r\n")+"\r\n")
				return
			}
			if _, err := io.WriteString(server, owed[0]+"\r\n"); err != nil {
				return
			}
			owed = owed[1:]
		}
	}()
	return client, nil
}

// usual answers as most servers do, and refuses the recipient of every third domain.
func usual(line string) string {
	switch verb, _, _ := strings.Cut(line, " "); {
	case verb == "EHLO":
		return "250-lag.example\r\n250 SIZE 1000"
	case verb == "MAIL":
		return "250 2.1.0 sender ok"
	case verb == "RCPT" && strings.Contains(line, "3.example"):
		return "550 5.1.1 no such user"
	case verb == "RCPT":
		return "250 2.1.5 recipient ok"
	case verb == "RSET":
		return "250 2.0.0 flushed"
	case verb == "QUIT":
		return "221 2.0.0 bye"
	}
	return "500 5.5.1 what"
}

// A server that has lost its place is found out before another domain's answer is
// taken for one's own.
func TestTrap89NoAnswerOfAnotherDomain(t *testing.T) {
	t.Parallel()
	const n = 24
	tests := map[string]struct {
		reply  func(line string) (string, bool)
		reused bool // some connection is
		chance bool // or whether one is hangs on who comes when
	}{
		"in step": {reply: func(line string) (string, bool) { return usual(line), false }, reused: true},
		"a reply too many now and then": {reply: func(line string) (string, bool) {
			return usual(line), strings.HasPrefix(line, "RCPT") && (strings.Contains(line, "d1.") || strings.Contains(line, "d7.") || strings.Contains(line, "d12."))
		}, chance: true}, // where these three come first, the server is not asked again
		"one too many at RSET": {reply: func(line string) (string, bool) { return usual(line), line == "RSET" }},
		"answers that are all alike": {reply: func(line string) (string, bool) {
			if text := usual(line); !strings.HasPrefix(text, "250 ") {
				return text, strings.HasPrefix(line, "RCPT TO:<kate@d5.")
			}
			return "250 OK", strings.HasPrefix(line, "RCPT TO:<kate@d5.")
		}},
		"a new name at each RSET": {reply: func() func(line string) (string, bool) {
			var id atomic.Int64
			return func(line string) (string, bool) {
				if line == "RSET" {
					return fmt.Sprintf("250 2.1.5 Flushed %d - lag", id.Add(1)), false
				}
				return usual(line), false
			}
		}(), reused: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all [2][]string
			for i, reuse := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					server := &lagging{reply: test.reply}
					r := &probe.Runner{Resolver: oneAddress{}, Reuse: reuse}
					reused := false
					for d := range r.Run(t.Context(), slices.Values(requests(t, n, settings(dialFunc(server.dial))))) {
						c := checkOf(t, &d)
						all[i] = append(all[i], fmt.Sprintf("%s %s %s at %d", d.Domain, c.Status, c.Reason, number(c.FailedStep)))
						reused = reused || c.Reused != nil
					}
					// Three times it is found out that a server cannot be used like that.
					if most := int64(n + 3); reuse && !test.reused && !test.chance && server.sessions.Load() > most {
						t.Errorf("%d sessions; want %d at most", server.sessions.Load(), most)
					}
					if reused != (reuse && test.reused) && !(reuse && test.chance) {
						t.Errorf("with reuse %t: a connection was used again: %t", reuse, reused)
					}
				})
			}
			for i := range all[0] {
				if all[0][i] != all[1][i] {
					t.Errorf("alone:  %s\nreused: %s", all[0][i], all[1][i])
				}
			}
		})
	}
}

// oneAddress resolves every domain to one address.
type oneAddress struct{ probe.Resolver }

func (oneAddress) Route(_ context.Context, domain string) (dnsmx.Route, error) {
	host := dnsmx.Host{Name: "lag.example", Preference: 10, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}
	return dnsmx.Route{Domain: domain, Origin: dnsmx.OriginMX, Hosts: []dnsmx.Host{host}}, nil
}

// requests are those of many domains.
func requests(t *testing.T, n int, set *dialogue.Settings) []probe.Request {
	t.Helper()
	made := checks(t, set, reuses)
	var all []probe.Request
	for i := range n {
		all = append(all, probe.Request{Domain: fmt.Sprintf("d%d.example", i), Checks: made})
	}
	return all
}

// inStep is the usual server, which refuses nobody.
func inStep() *lagging {
	return &lagging{reply: func(line string) (string, bool) {
		return usual(strings.ReplaceAll(line, "3", "")), false
	}}
}

func TestConnectionHasAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 350
		server := inStep()
		r := &probe.Runner{Resolver: oneAddress{}, Reuse: true, Jobs: 200}
		nth := map[string][]int{} // of each connection
		for d := range r.Run(t.Context(), slices.Values(requests(t, n, settings(dialFunc(server.dial))))) {
			c := checkOf(t, &d)
			if d.Status != result.Pass {
				t.Errorf("%s: %s %q", d.Domain, d.Status, c.Message)
			}
			if c.Reused == nil {
				nth[d.Domain] = append(nth[d.Domain], 1)
			} else {
				nth[c.Reused.Domain] = append(nth[c.Reused.Domain], c.Reused.Nth)
			}
		}
		for domain, all := range nth {
			slices.Sort(all)
			for i, n := range all {
				if n != i+1 {
					t.Errorf("the domains of the connection for %s are number %v of it", domain, all)
					break
				}
			}
		}
		if s, l := server.sessions.Load(), server.longest.Load(); s != 4 || l != 100 {
			t.Errorf("%d sessions, the longest of %d domains; want 4 of at most 100", s, l)
		}
		if server.most.Load() != 1 {
			t.Errorf("%d sessions at once with one address", server.most.Load())
		}
		if q := server.quits.Load(); q != 4 {
			t.Errorf("%d sessions ended with QUIT; want 4", q)
		}
	})
}

// A connection that is used again is no new one: nobody waits for the pace.
func TestReuseOpensNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, start := inStep(), time.Now()
		r := &probe.Runner{Resolver: oneAddress{}, Reuse: true, Manners: &manners.Settings{Address: 0.01, PerProvider: 1}}
		for d := range r.Run(t.Context(), slices.Values(requests(t, 60, settings(dialFunc(server.dial))))) {
			if d.Status != result.Pass {
				t.Errorf("%s: %s %q", d.Domain, d.Status, d.Message)
			}
		}
		if took := time.Since(start); took > 10*time.Second || server.sessions.Load() != 1 {
			t.Errorf("60 domains took %s and %d sessions", took, server.sessions.Load())
		}
	})
}

// The end of the run ends what is open, and waits for nobody.
func TestReuseEndsWithTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		server := inStep()
		r := &probe.Runner{Resolver: oneAddress{}, Reuse: true}
		done, start := 0, time.Now()
		for d := range r.Run(ctx, slices.Values(requests(t, 60, settings(dialFunc(server.dial))))) {
			if done++; done == 10 {
				cancel()
			}
			if c := checkOf(t, &d); d.Status != result.Pass && c.Reason != result.Interrupted {
				t.Errorf("%s: %s %s %q", d.Domain, c.Status, c.Reason, c.Message)
			}
		}
		cancel()
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		time.Sleep(time.Second) // of the bubble: the server reads what it was sent
		if n := server.open.Load(); n != 0 {
			t.Errorf("%d connections are open", n)
		}
	})
}

// Other dialogues, and what hangs on the host, have connections of their own.
func TestConnectionsAreNotMixedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := inStep()
		made := checks(t, settings(dialFunc(server.dial)), reuses+"---\n"+strings.Replace(reuses, "${helo}", "other.example", 1))
		var all []probe.Request
		for i := range 20 {
			all = append(all, probe.Request{Domain: fmt.Sprintf("d%d.example", i), Checks: made})
		}
		r := &probe.Runner{Resolver: oneAddress{}, Reuse: true}
		for d := range r.Run(t.Context(), slices.Values(all)) {
			if d.Status != result.Pass {
				t.Errorf("%s: %s %q", d.Domain, d.Status, d.Message)
			}
			first, second := d.Hosts[0].Addresses[0].Checks[0], d.Hosts[0].Addresses[0].Checks[1]
			if a, b := step(t, &first, 1).Sent, step(t, &second, 1).Sent; a != "EHLO probe.example.net" || b != "EHLO other.example" {
				t.Errorf("%s: %q and %q", d.Domain, a, b)
			}
		}
		if s, q := server.sessions.Load(), server.quits.Load(); s > 6 || s != q {
			t.Errorf("%d sessions, %d of them ended with QUIT; want a few", s, q)
		}
	})
}

func number(p *int) int {
	if p == nil {
		return -1
	}
	return *p
}
