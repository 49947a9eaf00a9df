package work

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
)

// limits are those of a test: leases that end soon.
func limits() job.Limits {
	return job.Limits{Attempts: 4, Batch: 10, Lease: time.Second, Quiet: time.Minute}
}

// Three workers share a job: every domain has one result, and the job is done.
func TestWorkersShareAJob(t *testing.T) {
	t.Parallel()
	f, _ := fleet(t)
	domains := names(200)
	j := &job.Job{ID: "shared", Limits: limits()}
	submit(t, f, j, domains)
	ended := make(chan error, 3)
	for _, id := range []string{"a", "b", "c"} {
		w := &Worker{Fleet: f, ID: id, Prepare: prepareStub, UntilDone: true, Say: func(m string) { t.Log(m) }}
		go func() { ended <- w.Run(t.Context()) }()
	}
	for range 3 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	all := records(t, f, j, job.Any)
	for i, domain := range domains {
		if r := all[i]; r == nil || r.Result.Domain != domain {
			t.Fatalf("number %d, %s: %+v", i, domain, r)
		}
	}
	if e, err := f.Find(t.Context(), j.ID); err != nil || e.State != bus.Done {
		t.Errorf("the job is %v, %v; want done", e, err)
	}
	done, err := f.Done(t.Context(), j.ID)
	sum := 0
	for i := range done {
		sum += done[i].Done
	}
	if err != nil || sum != len(domains) {
		t.Errorf("the workers count %d, %v; want %d", sum, err, len(domains))
	}
}

// A worker that is stopped gives back what it has in hand at once, and what it saw
// is kept.
func TestStoppedWorkerGivesBack(t *testing.T) {
	t.Parallel()
	f, _ := fleet(t)
	domains := append(names(30), "hang.test")
	slices.Reverse(domains) // the first one hangs, and holds up the others
	l := limits()
	l.Lease = time.Hour // nobody gets it back by waiting
	j := &job.Job{ID: "stopped", Limits: l}
	submit(t, f, j, domains)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	first := &Worker{Fleet: f, ID: "first", Prepare: prepareStub, Say: func(m string) { t.Log(m) }}
	go func() { ended <- first.Run(ctx) }()
	for {
		if _, inHand, err := f.Left(t.Context(), j); err != nil {
			t.Fatal(err)
		} else if inHand[job.Any] > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	waiting, inHand, err := f.Left(t.Context(), j)
	if err != nil || inHand[job.Any] != 0 || waiting[job.Any] == 0 {
		t.Errorf("after it %v wait and %v are in hand, %v; want none in hand", waiting, inHand, err)
	}
	if workers, err := f.Workers(t.Context()); err != nil || len(workers) != 0 {
		t.Errorf("it is still announced: %v, %v", workers, err)
	}
}

// A worker that makes no progress loses its batches to others, and ends.
func TestTrap90HangingWorkerLosesItsBatches(t *testing.T) {
	t.Parallel()
	f, _ := fleet(t)
	l := limits()
	l.Quiet = 2 * time.Second
	j := &job.Job{ID: "hanging", Limits: l}
	submit(t, f, j, []string{"hang.test", "a.test"})
	said := &notes{}
	w := &Worker{Fleet: f, ID: "w", Prepare: prepareStub, Say: said.say}
	if err := w.Run(t.Context()); !errors.Is(err, errStalled) {
		t.Errorf("Run = %v; want %v", err, errStalled)
	}
	if !strings.Contains(said.text(), "so this worker ends and its batches go to others") {
		t.Errorf("it said %q", said.text())
	}
	if waiting, inHand, err := f.Left(t.Context(), j); err != nil || waiting[job.Any]+inHand[job.Any] == 0 {
		t.Errorf("%v wait and %v are in hand, %v", waiting, inHand, err)
	}
}

// A domain that is the end of every worker is given up by name after some of them;
// the domains around it are done, and no further worker ends.
func TestPoisonedDomainIsGivenUp(t *testing.T) {
	t.Parallel()
	f, url := fleet(t)
	domains := names(40)
	domains[17] = "poison.test"
	j := &job.Job{ID: "poisoned", Limits: limits()}
	submit(t, f, j, domains)
	deaths := 0
	for {
		out, err := process(t, url).CombinedOutput()
		if err == nil {
			t.Logf("%s", out)
			break
		}
		if deaths++; deaths > j.Limits.Attempts+1 {
			t.Fatalf("%d workers ended: %v\n%s", deaths, err, out)
		}
	}
	if deaths < 2 {
		t.Errorf("%d workers ended, so that this test sees nothing", deaths)
	}
	all := records(t, f, j, job.Any)
	for i, domain := range domains {
		r := all[i]
		switch {
		case r == nil || r.Result.Domain != domain:
			t.Errorf("number %d, %s: %+v", i, domain, r)
		case (r.GivenUp != "") != (domain == "poison.test"):
			t.Errorf("%s: given up: %q", domain, r.GivenUp)
		}
	}
	told, err := f.Done(t.Context(), j.ID)
	named := false
	for i := range told {
		named = named || slices.Contains(told[i].GivenUp, "poison.test")
	}
	if err != nil || !named {
		t.Errorf("poison.test is not named: %+v, %v", told, err)
	}
}

// What is no job, or none for this worker, ends no worker and holds up no other
// job.
func TestBadJobsAreRefused(t *testing.T) {
	t.Parallel()
	f, _ := fleet(t)
	good, bad, other := &job.Job{ID: "good", Limits: limits()}, &job.Job{ID: "bad", Limits: limits()}, &job.Job{ID: "other", Limits: limits()}
	submit(t, f, bad, names(3))
	submit(t, f, other, names(3))
	submit(t, f, good, names(3))
	jobs, err := f.JetStream().KeyValue(t.Context(), "mxprobe-jobs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Put(t.Context(), "job.bad", []byte(`{"format":7}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.JetStream().Publish(t.Context(), "mxprobe.work.good.any", []byte("\x1b[2J no batch")); err != nil {
		t.Fatal(err)
	}
	said := &notes{}
	w := &Worker{
		Fleet: f, ID: "w", UntilDone: true, Say: said.say,
		Prepare: func(ctx context.Context, j *job.Job, files [][]byte, alive func()) (Player, error) {
			if j.ID == "other" {
				return nil, errors.New("secret \"pw\": environment variable \"PW\" is not set")
			}
			return prepareStub(ctx, j, files, alive)
		},
	}
	if err := w.Run(t.Context()); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"job bad: not taken: the job has format 7, and this program knows format 1: the versions of mxprobe-fleet differ",
		`job other: not taken: secret "pw": environment variable "PW" is not set`,
		"job good: a batch is thrown away: the batch is not the JSON that it has to be",
	} {
		if !strings.Contains(said.text(), want) {
			t.Errorf("it said\n%s\nand not %s", said.text(), want)
		}
	}
	if all := records(t, f, good, job.Any); len(all) != 3 {
		t.Errorf("the good job has %d results", len(all))
	}
	if waiting, inHand, err := f.Left(t.Context(), other); err != nil || waiting[job.Any]+inHand[job.Any] != 0 {
		// Nobody made its queue: nothing of it was taken.
		t.Errorf("of the other job %v wait, %v are in hand, %v", waiting, inHand, err)
	}
}
