package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
)

// place is a fleet in a test: a mail world, a list, a job, and where they lie.
type place struct {
	t      *testing.T
	dir    string
	list   []string
	urls   string
	fleet  *bus.Fleet
	worker int
}

// world serves so many domains, which are taken care of by ten hosts.
func world(t *testing.T, n int) (*sandbox.World, []string) {
	t.Helper()
	spec := sandbox.Spec{Loopback: true}
	hosts := sandbox.Zone{Name: "hosting.test", Text: "@ MX 10 mx0\n"}
	for i := range 10 {
		name := fmt.Sprintf("mx%d.hosting.test", i)
		hosts.Text += fmt.Sprintf("mx%d A 192.0.2.%d\n", i, i+1)
		spec.Servers = append(spec.Servers, sandbox.Server{
			Name: name, Users: []string{"*"}, Rules: []sandbox.Rule{{On: "connect", Delay: 50 * time.Millisecond}},
		})
	}
	spec.Zones = append(spec.Zones, hosts)
	var list []string
	for i := range n {
		name := fmt.Sprintf("d%04d.test", i)
		list = append(list, name)
		spec.Zones = append(spec.Zones, sandbox.Zone{Name: name, Text: fmt.Sprintf("@ MX 10 mx%d.hosting.test.\n", i%10)})
	}
	return sandboxtest.Start(t, spec), list
}

// newPlace submits a job over n domains.
func newPlace(t *testing.T, urls string, n int, submit ...string) *place {
	t.Helper()
	served, list := world(t, n)
	p := &place{t: t, dir: t.TempDir(), list: list, urls: urls}
	p.write("domains.txt", strings.Join(list, "\n")+"\n")
	p.write("job.yaml", fmt.Sprintf(`version: 1
run: "@rcpt"
flags: {dns: "%s", port: %d, helo: probe.test, jobs: 4}
limits: {batch: 5, lease: 2s, attempts: 50}
`, served.DNS(), served.SMTPPort()))
	p.must(append([]string{"submit", "job.yaml", "-d", "@domains.txt", "--id", "proof"}, submit...)...)
	b, err := bus.Connect(t.Context(), &bus.Settings{URL: urls})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if p.fleet, err = b.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// command is a call of the program.
func (p *place) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(p.t.Context(), Name, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "MXPROBE_NATS="+p.urls, "GORACE=atexit_sleep_ms=0")
	return cmd
}

func (p *place) must(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// start starts a worker.
func (p *place) start(args ...string) *exec.Cmd {
	p.t.Helper()
	p.worker++
	cmd := p.command(append([]string{"work", "--name", "w" + strconv.Itoa(p.worker)}, args...)...)
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// results waits until there are so many.
func (p *place) results(n int) int {
	p.t.Helper()
	for {
		got, err := p.fleet.CountedAll(p.t.Context(), "proof")
		if err != nil {
			p.t.Fatal(err)
		}
		if got >= n {
			return got
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// collected holds that collect, which is waited for, tells every domain of the list
// once, in order, and ends with status 0.
func (p *place) collected(cmd *exec.Cmd, out *bytes.Buffer) {
	p.t.Helper()
	if err := cmd.Wait(); err != nil {
		exit, _ := errors.AsType[*exec.ExitError](err)
		p.t.Fatalf("collect: %v (%v)\n%s\n%s", err, exit, cmd.Stderr, out)
	}
	var got []string
	for line := range bytes.Lines(out.Bytes()) {
		var event struct{ Type, Domain, Status string }
		if err := json.Unmarshal(line, &event); err != nil {
			p.t.Fatal(err)
		}
		if event.Type == "domain" {
			got = append(got, event.Domain)
			if event.Status != "pass" {
				p.t.Errorf("%s", line)
			}
		}
	}
	if !slices.Equal(got, p.list) {
		p.t.Errorf("the report has %d domains, not the %d of the list in their order:\n%q", len(got), len(p.list), got)
	}
}

// collect begins to collect.
func (p *place) collect() (*exec.Cmd, *bytes.Buffer) {
	p.t.Helper()
	cmd := p.command("collect", "proof", "-f", "jsonl")
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	return cmd, out
}

// times is how often something is done: the default, or what a variable says.
func times(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Workers that are killed in the middle lose nothing. MXPROBE_FLEET_KILLS is how
// many.
func TestTrap90KilledWorkersLoseNothing(t *testing.T) {
	t.Parallel()
	kills := times(t, "MXPROBE_FLEET_KILLS", 2)
	p := newPlace(t, bustest.Start(t), 60+40*kills)
	collect, out := p.collect()
	p.start()
	victim := p.start()
	for range kills {
		before := p.results(0)
		p.results(min(before+15, len(p.list)-10))
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait() // it was killed
		victim = p.start()
	}
	p.collected(collect, out)
	if status := p.must("status", "proof"); strings.Contains(status, "given up") || !strings.Contains(status, "domains done, 100%") {
		t.Errorf("%s", status)
	}
}

// A server that ends and comes back with its files holds up everybody, and no
// more.
func TestTrap90RestartedServerLosesNothing(t *testing.T) {
	t.Parallel()
	options := bustest.Options(t)
	server := bustest.StartWith(t, options)
	p := newPlace(t, server.ClientURL(), 100)
	collect, out := p.collect()
	p.start()
	for i := range times(t, "MXPROBE_FLEET_RESTARTS", 1) {
		p.results(min(20+20*i, 80))
		options.Port = int(netip.MustParseAddrPort(strings.TrimPrefix(server.ClientURL(), "nats://")).Port())
		bustest.Stop(server)
		server = bustest.StartWith(t, options)
	}
	p.collected(collect, out)
}

// One of three servers may be lost.
func TestLostServerOfThree(t *testing.T) {
	t.Parallel()
	servers := bustest.Cluster(t, 3)
	urls := make([]string, len(servers))
	for i := range servers {
		urls[i] = servers[i].ClientURL()
	}
	p := newPlace(t, strings.Join(urls, ","), 60, "--replicas", "3")
	collect, out := p.collect()
	p.start()
	p.results(15)
	bustest.Stop(servers[0])
	p.collected(collect, out)
}
