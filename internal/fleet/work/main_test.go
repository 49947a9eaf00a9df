package work

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/bus/fleettest"
	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

// asWorker makes this test binary a worker of the server that it names.
const asWorker = "MXPROBE_TEST_WORKER"

// TestMain makes this test binary a worker where it is called as one.
func TestMain(m *testing.M) {
	url := os.Getenv(asWorker)
	if url == "" {
		goleak.VerifyTestMain(m)
		return
	}
	ctx := context.Background()
	b, err := bus.Connect(ctx, &bus.Settings{URL: url, Patient: true})
	if err == nil {
		var f *bus.Fleet
		if f, err = b.Open(ctx); err == nil {
			w := &Worker{Fleet: f, ID: "w" + strconv.Itoa(os.Getpid()), Prepare: prepareStub, UntilDone: true, Say: func(m string) { fmt.Fprintln(os.Stderr, m) }}
			err = w.Run(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

// stub plays without a network: as many domains at once as it has places, each
// for a moment. A domain may be the end of it.
type stub struct {
	alive  func()
	places int
	moment time.Duration
}

func prepareStub(_ context.Context, _ *job.Job, _ [][]byte, alive func()) (Player, error) {
	return &stub{alive, 8, time.Millisecond}, nil
}

func (*stub) Window() int { return 32 }

func (*stub) Close() {}

// Play is part of Player.
func (s *stub) Play(ctx context.Context, domains iter.Seq[string]) iter.Seq[result.Domain] {
	return func(yield func(result.Domain) bool) {
		queue := make(chan chan result.Domain, s.places)
		go func() {
			defer close(queue)
			for domain := range domains {
				done := make(chan result.Domain, 1)
				select {
				case queue <- done:
				case <-ctx.Done():
					return
				}
				go func() { done <- s.play(ctx, domain) }()
			}
		}()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}

func (s *stub) play(ctx context.Context, domain string) result.Domain {
	d := result.Domain{Domain: domain, Status: result.Pass, Hosts: []result.Host{{Name: "mx." + domain, Status: result.Pass, Addresses: []result.Address{}}}}
	wait := time.After(s.moment)
	switch {
	case strings.HasPrefix(domain, "poison"):
		os.Exit(9)
	case strings.HasPrefix(domain, "hang"):
		wait = nil
	}
	select {
	case <-wait:
		s.alive()
	case <-ctx.Done():
		d.Status, d.Reason = result.NotRun, result.Interrupted
	}
	return d
}

// fleet connects to a server of the test, with its streams.
func fleet(t *testing.T) (*bus.Fleet, string) {
	t.Helper()
	url := bustest.Start(t)
	f := fleettest.Setup(t, url)
	return f, url
}

// submit begins a job over domains.
func submit(t *testing.T, f *bus.Fleet, j *job.Job, domains []string) {
	t.Helper()
	j.Format, j.Play, j.Domains, j.Created = job.Format, job.PlayCheck, len(domains), time.Now().UTC()
	if err := f.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	for number, r := range j.Ranges() {
		for _, vantage := range j.Vantages.Of(number) {
			wait, err := f.Enqueue(t.Context(), vantage, &job.Work{Format: job.Format, Job: j.ID, First: r.First, Domains: domains[r.First : r.First+r.Size]})
			if err == nil {
				err = wait()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := f.Become(t.Context(), j.ID, bus.Running, bus.Submitting); err != nil {
		t.Fatal(err)
	}
}

// records are all results of a job, by index.
func records(t *testing.T, f *bus.Fleet, j *job.Job, vantage string) map[int]*job.Record {
	t.Helper()
	packer, all := job.NewPacker(), map[int]*job.Record{}
	for index := range j.Domains {
		r, err := f.Get(t.Context(), j.ID, vantage, index)
		if err != nil {
			t.Fatal(err)
		}
		if r == nil {
			continue
		}
		if all[index], err = packer.Unpack(r.Data); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("d%04d.test", i)
	}
	return all
}

// notes collects what a worker says.
type notes struct {
	mu  sync.Mutex
	all []string
}

func (n *notes) say(message string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, message)
}

func (n *notes) text() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.all, "\n")
}

// process runs this test binary as a worker until it ends.
func process(t *testing.T, url string) *exec.Cmd {
	t.Helper()
	me, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), me)
	cmd.Env = append(os.Environ(), asWorker+"="+url, "GORACE=atexit_sleep_ms=0")
	return cmd
}
