package command

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/bus/fleettest"
	"mxprobe/internal/fleet/job"
)

// call runs the program and returns what it wrote to standard output.
func call(t *testing.T, url string, args ...string) string {
	t.Helper()
	var out, problems strings.Builder
	p := &cli.Program{Name: Name, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, Environ: func() []string { return nil }, LookupEnv: func(name string) (string, bool) {
		return url, name == "MXPROBE_NATS"
	}}
	if status := Main(p, args); status != 0 {
		t.Fatalf("%v: status %d: %s", args, status, &problems)
	}
	return out.String()
}

func aJob(id string) *job.Job {
	return &job.Job{
		Format: job.Format, ID: id, Program: "test", Created: time.Now().UTC(), Play: job.PlayCheck, Domains: 1,
		Limits: job.Limits{Attempts: 3, Batch: 10, Lease: time.Second, Quiet: time.Minute},
	}
}

// The results of a job are there, and collected, before a worker says that it is
// done; a worker that was killed then never does.
func TestAJobWithoutBatchesIsOver(t *testing.T) {
	t.Parallel()
	url := bustest.Start(t)
	f := fleettest.Setup(t, url)
	for _, id := range []string{"half", "whole"} {
		if err := f.Create(t.Context(), aJob(id)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Become(t.Context(), id, bus.Running, bus.Submitting); err != nil {
			t.Fatal(err)
		}
	}
	wait, err := f.Enqueue(t.Context(), job.Any, &job.Work{Format: job.Format, Job: "half", Domains: []string{"a.test"}})
	if err == nil {
		err = wait()
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := call(t, url, "gc", "--older-than", "0s", "--dry-run"); !strings.HasPrefix(got, "would be removed: whole, done since ") || strings.Contains(got, "half") {
		t.Errorf("gc --dry-run says %q", got)
	}
	if got := call(t, url, "gc"); got != "" {
		t.Errorf("gc says %q; what is over since now is no week old", got)
	}
	if e, err := f.Find(t.Context(), "whole"); err != nil || e.State != bus.Done {
		t.Errorf("Find = %+v, %v; want a job that is done", e, err)
	}
	if got := call(t, url, "gc", "--older-than", "0s"); !strings.HasPrefix(got, "removed: whole, done since ") || strings.Contains(got, "half") {
		t.Errorf("gc says %q", got)
	}
	if e, err := f.Find(t.Context(), "half"); err != nil || e.State != bus.Running {
		t.Errorf("Find = %+v, %v; want a job that runs", e, err)
	}
}

// What a worker has in hand of a job must not become a result of the next job of
// that name.
func TestAJobIsLeftToItsWorkersAMoment(t *testing.T) {
	t.Parallel()
	f := fleettest.Setup(t, bustest.Start(t))
	if err := f.Create(t.Context(), aJob("j")); err != nil {
		t.Fatal(err)
	}
	if err := f.Announce(t.Context(), &bus.Worker{Format: job.Format, ID: "w1"}); err != nil {
		t.Fatal(err)
	}
	e := &bus.Entry{ID: "j", State: bus.Cancelled, Since: time.Now()}
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	g := &removal{settings: settings{program: &cli.Program{Stderr: io.Discard}}}
	if err := g.removeOne(short, f, e); err == nil {
		t.Error("it went at once")
	}
	e.Since = time.Now().Add(-leaving)
	if err := g.removeOne(t.Context(), f, e); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Find(t.Context(), "j"); !errors.Is(err, bus.ErrNoJob) {
		t.Errorf("Find = %v; want no job", err)
	}
}

// Who ended a job may have a clock that is ahead.
func TestAnotherClockKeepsNoJob(t *testing.T) {
	t.Parallel()
	e := &bus.Entry{State: bus.Done, Since: time.Now().Add(time.Hour)}
	if g := (&removal{}); !g.goes(e) || ageOf(e) != 0 {
		t.Errorf("a job that ended in an hour is %s old; want 0s, and that it goes", ageOf(e))
	}
	if g := (&removal{age: time.Minute}); g.goes(e) {
		t.Error("it is no minute old")
	}
}
