package dialogue_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/dnsmx"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
	"mxprobe/probe"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// oneHost is a zone with one mail exchanger.
const oneHost = "@ MX 10 mx1\nmx1 A 192.0.2.10\n"

// ask is the dialogue of a health check.
const ask = `name: ask
sender: true
steps:
  - EHLO ${helo}
  - MAIL FROM:<${from}>
  - RCPT TO:<${to}>
`

var pass = ending{status: result.Pass, step: -1}

// start starts a world with the zone example.test and its servers. A server
// without a name is mx1.example.test.
func start(t *testing.T, zone string, servers ...sandbox.Server) *sandbox.World {
	t.Helper()
	for i := range servers {
		if servers[i].Name == "" {
			servers[i].Name = "mx1.example.test"
		}
	}
	return sandboxtest.Start(t, sandbox.Spec{Zones: []sandbox.Zone{{Name: "example.test", Text: zone}}, Servers: servers})
}

// with starts a world of one server that departs from the usual by rules.
func with(t *testing.T, rules ...sandbox.Rule) *sandbox.World {
	t.Helper()
	return start(t, oneHost, sandbox.Server{Rules: rules})
}

// settings are those of a quick run in a world.
func settings(dialer probe.Dialer) *dialogue.Settings {
	return &dialogue.Settings{
		Dialer: dialer, HELO: "probe.example.net", From: "probe@example.net", To: "kate@example.test", RunID: "run1",
		ReplyTimeout: 30 * time.Second, ConnectTimeout: 30 * time.Second,
	}
}

// parse reads a scenario that must be right.
func parse(t testing.TB, src string) []*scenarios.Scenario {
	t.Helper()
	parsed, err := (&scenarios.Loader{Folders: []string{os.TempDir()}}).Parse(t.Context(), "test.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// checks makes checks of scenarios, in a run of their own.
func checks(t testing.TB, set *dialogue.Settings, src string) []probe.Check {
	t.Helper()
	return checksIn(t, dialogue.NewRun(set), src)
}

func checksIn(t testing.TB, run *dialogue.Run, src string) []probe.Check {
	t.Helper()
	var made []probe.Check
	for _, s := range parse(t, src) {
		d, err := dialogue.New(t.Context(), s, run)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, d)
	}
	return made
}

// runner returns a runner that resolves in a world.
func runner(t *testing.T, w *sandbox.World) *probe.Runner {
	t.Helper()
	resolver, err := dnsmx.New(dnsmx.Config{Servers: []netip.AddrPort{w.DNS()}, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return &probe.Runner{Resolver: resolver}
}

// play plays a scenario against example.test and returns the result.
func play(t *testing.T, w *sandbox.World, src string) result.Domain {
	t.Helper()
	set := settings(w)
	return playWith(t, t.Context(), runner(t, w), checks(t, set, src))
}

func playWith(t *testing.T, ctx context.Context, r *probe.Runner, made []probe.Check) result.Domain {
	t.Helper()
	for d := range r.Run(ctx, slices.Values([]probe.Request{{Domain: "example.test", Checks: made}})) {
		return d
	}
	t.Fatal("the run yielded nothing")
	return result.Domain{}
}

// only returns the one check of a domain.
func only(t *testing.T, d *result.Domain) *result.Check {
	t.Helper()
	if len(d.Hosts) != 1 || len(d.Hosts[0].Addresses) != 1 || len(d.Hosts[0].Addresses[0].Checks) != 1 {
		t.Fatalf("got %+v; want one host, one address, one check", d)
	}
	return &d.Hosts[0].Addresses[0].Checks[0]
}

// step returns the step of the last attempt with a number.
func step(t *testing.T, c *result.Check, number int) *result.Step {
	t.Helper()
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Attempt == c.Attempts && s.Number == number {
			return s
		}
	}
	t.Fatalf("there is no step %d in attempt %d", number, c.Attempts)
	return nil
}

// received returns the lines the servers of a world got, sessions one after
// the other. It waits until the sessions are over.
func received(t *testing.T, w *sandbox.World) []string {
	t.Helper()
	var lines []string
	for _, s := range w.Sessions() {
		lines = append(lines, s.Lines...)
	}
	return lines
}

// ending is what a test expects of a check.
type ending struct {
	status  result.Verdict
	reason  result.Reason
	step    int    // failed step, -1 for none
	message string // contained in the message
}

// expect compares a check with what is expected of it.
func expect(t *testing.T, c *result.Check, want ending) {
	t.Helper()
	failed := -1
	if c.FailedStep != nil {
		failed = *c.FailedStep
	}
	if c.Status != want.status || c.Reason != want.reason || failed != want.step || !strings.Contains(c.Message, want.message) {
		t.Errorf("check is %v, %q at step %d: %q\nwant %v, %q at step %d: %q", c.Status, c.Reason, failed, c.Message,
			want.status, want.reason, want.step, want.message)
		for _, s := range c.Steps {
			for _, l := range s.Transcript {
				t.Logf("%s: %s", l.From, l.Text)
			}
		}
	}
}

// dialFunc is a Dialer made of a function.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func (f dialFunc) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return f(ctx, network, address)
}
