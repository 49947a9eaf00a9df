//go:build unix

package work

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"iter"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/collect"
	"mxprobe/internal/fleet/job"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// instant plays every domain at once, with a result like that of a real one.
type instant struct{ like result.Domain }

func (instant) Window() int { return 1024 }

func (instant) Close() {}

// Play is part of Player.
func (s instant) Play(_ context.Context, domains iter.Seq[string]) iter.Seq[result.Domain] {
	return func(yield func(result.Domain) bool) {
		for domain := range domains {
			d := s.like
			d.Domain = domain
			if !yield(d) {
				return
			}
		}
	}
}

// A list goes through the bus and comes back whole, and what that costs is told.
// MXPROBE_FLEET_DOMAINS is how long it is, MXPROBE_FLEET_NATS a server for it.
func TestListGoesThroughTheBus(t *testing.T) {
	n := 2000
	if text := os.Getenv("MXPROBE_FLEET_DOMAINS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	url := os.Getenv("MXPROBE_FLEET_NATS")
	if url == "" {
		url = bustest.Start(t)
	}
	b, err := bus.Connect(t.Context(), &bus.Settings{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	f, err := b.Setup(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	domains := make([]string, n)
	for i := range domains {
		domains[i] = "d" + strconv.Itoa(i) + ".example.org"
	}
	lap := laps(t, n)
	j := &job.Job{ID: "list" + strconv.Itoa(os.Getpid()), Limits: job.DefaultLimits()}
	submit(t, f, j, domains)
	list(t, f, j, domains)
	lap("handed in")
	w := &Worker{
		Fleet: f, ID: "w", UntilDone: true, Say: func(m string) { t.Log(m) },
		Prepare: func(context.Context, *job.Job, [][]byte, func()) (Player, error) {
			return instant{*reporttest.PassingDomain()}, nil
		},
	}
	if err := w.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	lap("worked off")
	messages, size, err := f.Stored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &collect.Collector{Fleet: f, Job: j}
	at := 0
	for d := range c.All(t.Context()) {
		if d.Index != at || d.Domain != domains[at] || len(d.Seen) != 1 || d.Seen[0].Record.Result.Domain != d.Domain {
			t.Fatalf("number %d is %+v", at, d)
		}
		at++
	}
	if missing, names := c.Missing(); at != n || missing != 0 || c.Err() != nil {
		t.Errorf("%d of %d came back, %d missing: %s, %v", at, n, missing, names, c.Err())
	}
	lap("collected")
	t.Logf("%d messages of results in %d bytes: %d for each", messages, size, int(size)/max(messages, 1))
}

// laps tells how long each part took, and how much of it this process was at work.
func laps(t *testing.T, n int) func(what string) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	wall, cpu := time.Now(), used()
	return func(what string) {
		w, c := time.Since(wall), used()-cpu
		t.Logf("%d domains %s in %s (%.0f/s), %s of CPU: %.1f us for each", n, what, w.Round(time.Millisecond), float64(n)/w.Seconds(), c.Round(time.Millisecond), float64(c.Microseconds())/float64(n))
		wall, cpu = time.Now(), used()
	}
}

// list keeps the list of a job.
func list(t *testing.T, f *bus.Fleet, j *job.Job, domains []string) {
	t.Helper()
	if err := f.PutList(t.Context(), j.ID, packed(domains)); err != nil {
		t.Fatal(err)
	}
}

// packed is a list as it is kept.
func packed(domains []string) io.Reader {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	for _, domain := range domains {
		_, _ = io.WriteString(w, domain+"\n") // into a buffer
	}
	_ = w.Close()
	return &out
}
