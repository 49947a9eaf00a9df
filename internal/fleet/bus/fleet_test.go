package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/job"
)

// sample is a job of three domains.
func sample(id string) *job.Job {
	return &job.Job{
		Format: job.Format, ID: id, Program: "test", Created: time.Now().UTC(), Play: job.PlayCheck, Domains: 3,
		Limits: job.Limits{Attempts: 3, Batch: 10, Lease: time.Second, Quiet: time.Minute},
	}
}

func fleet(t *testing.T) *Fleet {
	t.Helper()
	f, err := connect(t, bustest.Start(t)).Setup(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func store(t *testing.T, f *Fleet, id, vantage string, index int, text string) bool {
	t.Helper()
	wait, err := f.Store(t.Context(), id, vantage, index, "w", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	first, err := wait()
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func TestNobodyFindsAFleetBeforeItBegins(t *testing.T) {
	t.Parallel()
	b := connect(t, bustest.Start(t))
	if _, err := b.Open(t.Context()); !errors.Is(err, ErrNoFleet) {
		t.Errorf("Open = %v; want ErrNoFleet", err)
	}
	for range 2 {
		if _, err := b.Setup(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Open(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestServerWithoutJetStream(t *testing.T) {
	t.Parallel()
	options := bustest.Options(t)
	options.JetStream = false
	b := connect(t, bustest.StartWith(t, options).ClientURL())
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := b.Setup(ctx, 1); err == nil || !strings.Contains(err.Error(), "has no JetStream for this account") {
		t.Errorf("Setup = %v", err)
	}
}

// The first result of a domain counts; others are no error. Large ones go another
// way and come back whole.
func TestTrap90TheFirstResultCounts(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	large := strings.Repeat("large", 400_000)
	for _, tt := range []struct {
		vantage string
		index   int
		text    string
		first   bool
	}{{"any", 1, "one", true}, {"any", 0, "zero", true}, {"any", 1, "second", false}, {"fra1", 1, "elsewhere", true}, {"any", 2, large, true}} {
		if first := store(t, f, "j1", tt.vantage, tt.index, tt.text); first != tt.first {
			t.Errorf("%s.%d: first = %t", tt.vantage, tt.index, first)
		}
	}
	store(t, f, "j2", "any", 0, "of another job")
	var got []string
	err := f.Follow(t.Context(), "j1", func(r *Result) bool {
		got = append(got, fmt.Sprintf("%s.%d %.9s", r.Vantage, r.Index, r.Data))
		if r.Index == 2 && !bytes.Equal(r.Data, []byte(large)) {
			t.Errorf("a large result has %d bytes", len(r.Data))
		}
		return len(got) < 4
	})
	if want := []string{"any.1 one", "any.0 zero", "fra1.1 elsewhere", "any.2 largelarg"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Follow = %q, %v; want %q", got, err, want)
	}
	if has, err := f.Has(t.Context(), "j1", "any", 1); err != nil || !has {
		t.Errorf("Has = %t, %v", has, err)
	}
	if has, err := f.Has(t.Context(), "j1", "any", 7); err != nil || has {
		t.Errorf("Has = %t, %v", has, err)
	}
	if r, err := f.Get(t.Context(), "j1", "any", 2); err != nil || len(r.Data) != len(large) {
		t.Errorf("Get = %v, %v", r, err)
	}
	j := sample("j1")
	if n, err := f.Counted(t.Context(), j); err != nil || n["any"] != 3 {
		t.Errorf("Counted = %v, %v", n, err)
	}
}

// A batch that nobody says anything of comes again, with its number of deliveries;
// one that is extended does not.
// enqueue hands in a batch of the job j1.
func enqueue(t *testing.T, f *Fleet) {
	t.Helper()
	wait, err := f.Enqueue(t.Context(), job.Any, &job.Work{Format: job.Format, Job: "j1", Domains: []string{"a.test"}})
	if err == nil {
		err = wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A job that was removed leaves its name to another: the server takes the same batches
// again.
func TestANameIsFreeAgain(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	for range 2 {
		if err := f.Create(t.Context(), sample("j1")); err != nil {
			t.Fatal(err)
		}
		enqueue(t, f)
		if over, err := f.IsOver(t.Context(), "j1"); err != nil || over {
			t.Fatalf("IsOver = %t, %v; want a batch", over, err)
		}
		if err := f.Remove(t.Context(), &Entry{ID: "j1", Job: sample("j1")}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBatchesComeAgain(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	j := sample("j1")
	enqueue(t, f)
	q, err := f.OpenQueue(t.Context(), j, job.Any)
	if err != nil {
		t.Fatal(err)
	}
	first, err := q.Next(30 * time.Second)
	if err != nil || first == nil || first.Delivered != 1 {
		t.Fatalf("Next = %+v, %v", first, err)
	}
	if waiting, inHand, err := f.Left(t.Context(), j); err != nil || waiting["any"] != 0 || inHand["any"] != 1 {
		t.Errorf("Left = %v, %v, %v", waiting, inHand, err)
	}
	second, err := q.Next(30 * time.Second)
	if err != nil || second == nil || second.Delivered != 2 || second.Sequence != first.Sequence {
		t.Fatalf("Next = %+v, %v; want the same batch again", second, err)
	}
	if over, err := f.IsOver(t.Context(), "j1"); err != nil || over {
		t.Errorf("IsOver = %t, %v", over, err)
	}
	if err := second.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	if over, err := f.IsOver(t.Context(), "j1"); err != nil || !over {
		t.Errorf("IsOver = %t, %v", over, err)
	}
	if b, err := q.Next(100 * time.Millisecond); b != nil || err != nil {
		t.Errorf("Next = %+v, %v; want nothing", b, err)
	}
}

// What a worker tells of a job that was removed meanwhile is not told of the next one
// of that name.
func TestANewJobIsToldNothingOfAnOldOne(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	for _, id := range []string{"j1", "j2"} {
		if err := f.Tell(t.Context(), &Progress{Format: job.Format, Job: id, Worker: "w1", Done: 3}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Create(t.Context(), sample("j1")); err != nil {
		t.Fatal(err)
	}
	if told, err := f.Done(t.Context(), "j1"); err != nil || len(told) != 0 {
		t.Errorf("Done = %v, %v; want nothing", told, err)
	}
	if told, err := f.Done(t.Context(), "j2"); err != nil || len(told) != 1 {
		t.Errorf("Done = %v, %v; of another job it stays", told, err)
	}
}

// What can be read of a job is what was stored; what cannot is an entry with an
// error, beside the others.
func TestJobsAndStates(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	for _, id := range []string{"j1", "j2"} {
		if err := f.Create(t.Context(), sample(id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Create(t.Context(), sample("j1")); !errors.Is(err, ErrExists) {
		t.Errorf("Create = %v; want ErrExists", err)
	}
	if ok, err := f.Become(t.Context(), "j1", Running, Submitting); !ok || err != nil {
		t.Errorf("Become = %t, %v", ok, err)
	}
	if ok, err := f.Become(t.Context(), "j1", Done, Submitting, Cancelled); ok || err != nil {
		t.Errorf("Become = %t, %v; want false", ok, err)
	}
	if _, err := f.jobs.Put(t.Context(), jobKey("j2"), []byte(`{"format":1,"id":"j1"}`)); err != nil {
		t.Fatal(err)
	}
	all, err := f.Jobs(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("Jobs = %v, %v", all, err)
	}
	for _, e := range all {
		if e.ID == "j1" && (e.State != Running || e.Job == nil || e.Err != nil) || e.ID == "j2" && (e.Job != nil || e.Err == nil) {
			t.Errorf("%+v", e)
		}
	}
	store(t, f, "j1", "any", 0, "x")
	for _, e := range all {
		if err := f.Remove(t.Context(), e); err != nil {
			t.Errorf("Remove: %v", err)
		}
	}
	if all, err := f.Jobs(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("Jobs = %v, %v", all, err)
	}
	if has, _ := f.Has(t.Context(), "j1", "any", 0); has {
		t.Error("the result of a job that was removed is there")
	}
	if _, err := f.Find(t.Context(), "j1"); !errors.Is(err, ErrNoJob) {
		t.Errorf("Find = %v", err)
	}
	if _, err := f.Find(t.Context(), "../x"); !errors.Is(err, ErrNoJob) {
		t.Errorf("Find = %v", err)
	}
}

// A file is what its SHA-256 says, or none.
func TestFiles(t *testing.T) {
	t.Parallel()
	f := fleet(t)
	sum, err := f.PutFile(t.Context(), []byte("name: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := f.File(t.Context(), &job.File{Name: "x", SHA256: sum}); err != nil || string(text) != "name: x\n" {
		t.Errorf("File = %q, %v", text, err)
	}
	if _, err := f.files.PutBytes(t.Context(), fileName(sum), []byte("name: y\n")); err != nil {
		t.Fatal(err)
	}
	if text, err := f.File(t.Context(), &job.File{Name: "x", SHA256: sum}); err == nil {
		t.Errorf("File = %q; want an error, since it was changed", text)
	}
	if _, err := f.files.PutBytes(t.Context(), fileName(sum), []byte("name: x\n")); err != nil {
		t.Fatal(err)
	}
	for _, keep := range []func() error{
		func() error { return f.RemoveFiles(t.Context(), nil, time.Now().Add(-time.Hour)) },
		func() error { return f.RemoveFiles(t.Context(), map[string]bool{sum: true}, time.Now().Add(time.Hour)) },
	} {
		if err := keep(); err != nil {
			t.Fatal(err)
		}
		if _, err := f.File(t.Context(), &job.File{Name: "x", SHA256: sum}); err != nil {
			t.Errorf("a file that is new, or named, is gone: %v", err)
		}
	}
	if err := f.RemoveFiles(t.Context(), nil, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.File(t.Context(), &job.File{Name: "x", SHA256: sum}); err == nil {
		t.Error("a file that was removed is there")
	}
}
