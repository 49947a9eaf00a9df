package collect

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/bus/fleettest"
	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// begin begins a job over domains, without workers.
func begin(t *testing.T, j *job.Job, domains ...string) *bus.Fleet {
	t.Helper()
	f := fleettest.Setup(t, bustest.Start(t))
	j.Format, j.ID, j.Play, j.Domains, j.Limits, j.Created = job.Format, "j", job.PlayCheck, len(domains), job.DefaultLimits(), time.Now().UTC()
	if err := f.Create(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if err := f.PutList(t.Context(), j.ID, list(domains...)); err != nil {
		t.Fatal(err)
	}
	become(t, f, bus.Running)
	return f
}

func become(t *testing.T, f *bus.Fleet, s bus.State) {
	t.Helper()
	if ok, err := f.Become(t.Context(), "j", s, bus.Submitting, bus.Running); !ok || err != nil {
		t.Fatal(ok, err)
	}
}

func list(domains ...string) io.Reader {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, strings.Join(domains, "\n")+"\n") // into a buffer
	_ = w.Close()
	return &out
}

// store stores a result of a domain.
func store(t *testing.T, f *bus.Fleet, vantage string, index int, domain string) {
	t.Helper()
	data, err := job.NewPacker().Pack(&job.Record{Format: job.Format, Result: result.Domain{Domain: domain, Hosts: []result.Host{}}})
	if err != nil {
		t.Fatal(err)
	}
	storeRaw(t, f, vantage, index, data)
}

func storeRaw(t *testing.T, f *bus.Fleet, vantage string, index int, data []byte) {
	t.Helper()
	wait, err := f.Store(t.Context(), "j", vantage, index, "w", data)
	if err == nil {
		_, err = wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// all is everything that is collected, a word for each domain.
func all(t *testing.T, c *Collector) string {
	t.Helper()
	var words []string
	for d := range c.All(t.Context()) {
		word := d.Domain
		for i := range d.Seen {
			word += " " + d.Seen[i].Vantage
		}
		words = append(words, word)
	}
	if c.Err() != nil {
		t.Error(c.Err())
	}
	return strings.Join(words, ", ")
}

// Results come in the order of the list, however they are stored, and as soon as
// all before them are there.
func TestOrderOfTheList(t *testing.T) {
	t.Parallel()
	j := &job.Job{}
	f := begin(t, j, "a.test", "b.test", "c.test")
	for _, index := range []int{2, 1} {
		store(t, f, job.Any, index, string(rune('a'+index))+".test")
	}
	var got []string
	c := &Collector{Fleet: f, Job: j}
	first := make(chan struct{})
	go func() {
		<-first
		store(t, f, job.Any, 0, "a.test")
	}()
	close(first)
	for d := range c.All(t.Context()) {
		got = append(got, d.Domain)
	}
	if n, _ := c.Missing(); !slices.Equal(got, []string{"a.test", "b.test", "c.test"}) || n != 0 || c.Err() != nil {
		t.Errorf("%q, %d missing, %v", got, n, c.Err())
	}
}

// What has no result is named, whether nobody looked, or what is stored is none.
func TestMissingIsNamed(t *testing.T) {
	t.Parallel()
	j := &job.Job{Vantages: job.Vantages{Names: []string{"fra1", "nyc1"}, Each: 2}}
	f := begin(t, j, "a.test", "b.test", "c.test", "d.test")
	store(t, f, "fra1", 0, "a.test")
	store(t, f, "nyc1", 0, "a.test")
	store(t, f, "fra1", 1, "b.test")
	store(t, f, "fra1", 2, "other\x1b.test")
	storeRaw(t, f, "nyc1", 2, []byte("no record"))
	store(t, f, "nyc1", 3, "d.test")
	// What is nowhere in the list changes nothing.
	store(t, f, "fra1", 4, "e.test")
	store(t, f, "sin1", 0, "a.test")
	if _, err := f.JetStream().Publish(t.Context(), "mxprobe.result.j.fra1.-1.x", []byte("x")); err != nil {
		t.Fatal(err)
	}
	become(t, f, bus.Cancelled)
	c := &Collector{Fleet: f, Job: j}
	if got, want := all(t, c), "a.test fra1 nyc1, b.test fra1, c.test, d.test nyc1"; got != want {
		t.Errorf("All = %q; want %q", got, want)
	}
	n, names := c.Missing()
	want := `3 of 4 domains have no result: b.test from nyc1, c.test from fra1 (what is stored is about other\x1b.test), ` +
		"c.test from nyc1 (the record is not packed as it has to be), d.test from fra1"
	if n != 3 || names != want {
		t.Errorf("Missing = %d, %s; want %s", n, names, want)
	}
}

// Results for which there is no room are asked for again when it is their turn.
func TestResultsWithoutRoomAreAskedForAgain(t *testing.T) {
	t.Parallel()
	j := &job.Job{}
	f := begin(t, j, "a.test", "b.test", "c.test")
	for i, domain := range []string{"a.test", "b.test", "c.test"} {
		store(t, f, job.Any, i, domain)
	}
	become(t, f, bus.Done)
	c := &Collector{Fleet: f, Job: j, kept: 1}
	if got := all(t, c); got != "a.test any, b.test any, c.test any" {
		t.Errorf("All = %q", got)
	}
}

// A list that was cut is not taken for a whole one.
func TestDamagedListIsNotWhole(t *testing.T) {
	t.Parallel()
	j := &job.Job{}
	f := begin(t, j, "a.test", "b.test", "c.test")
	store(t, f, job.Any, 0, "a.test")
	if err := f.PutList(t.Context(), "j", list("a.test")); err != nil {
		t.Fatal(err)
	}
	become(t, f, bus.Done)
	c := &Collector{Fleet: f, Job: j}
	got := all(t, c)
	n, names := c.Missing()
	if got != "a.test any" || n != 2 || names != "2 of 3 domains have no result: those from number 2 of the list on, which cannot be read" {
		t.Errorf("All = %q; Missing = %d, %s", got, n, names)
	}
}

// The end of the context ends it, and says nothing of what is missing.
func TestStoppedCollectorEnds(t *testing.T) {
	t.Parallel()
	j := &job.Job{}
	f := begin(t, j, "a.test", "b.test")
	store(t, f, job.Any, 0, "a.test")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := &Collector{Fleet: f, Job: j}
	for range c.All(ctx) {
		cancel()
	}
	if n, _ := c.Missing(); n != 0 || !errors.Is(c.Err(), context.Canceled) {
		t.Errorf("%d missing, %v", n, c.Err())
	}
}

// Many domains are unpacked beside each other, and come in order.
func TestManyInOrder(t *testing.T) {
	t.Parallel()
	var domains []string
	for i := range 300 {
		domains = append(domains, fmt.Sprintf("d%d.test", i))
	}
	j := &job.Job{}
	f := begin(t, j, domains...)
	for i := range domains {
		store(t, f, job.Any, len(domains)-1-i, domains[len(domains)-1-i])
	}
	become(t, f, bus.Done)
	if got := all(t, &Collector{Fleet: f, Job: j}); got != strings.Join(domains, " any, ")+" any" {
		t.Errorf("All = %q", got)
	}
}
