package report

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mxprobe/probe/result"
)

// told keeps what each Write was given, and when.
type told struct {
	mu    sync.Mutex
	began time.Time
	all   []string
	at    []time.Duration
	err   error
}

func (w *told) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all, w.at = append(w.all, string(b)), append(w.at, time.Since(w.began))
	return len(b), w.err
}

// What comes at once is one write, and nobody waits for it until more comes.
func TestGatherWaitsForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &told{began: time.Now()}
		g := Gather(w)
		for range 2 {
			for _, line := range []string{"a\n", "b\n", "c\n"} {
				if n, err := g.Write([]byte(line)); n != len(line) || err != nil {
					t.Fatalf("Write() = %d, %v", n, err)
				}
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		if len(w.all) != 2 || w.all[0] != "a\nb\nc\n" || w.all[1] != "a\nb\nc\n" {
			t.Fatalf("writes = %q; want one for what came together", w.all)
		}
		if w.at[0] != gatherTime {
			t.Errorf("passed on after %v; want %v, counted from the first line", w.at[0], gatherTime)
		}
	})
}

// Much at once does not wait, and takes no more memory.
func TestGatherIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &told{began: time.Now()}
		g := Gather(w)
		line := []byte(strings.Repeat("x", 1000) + "\n")
		for range 1000 {
			_, _ = g.Write(line)
		}
		if cap(g.b) > 2*gatherSize+len(line) {
			t.Errorf("holds %d bytes", cap(g.b))
		}
		if err := g.Flush(); err != nil {
			t.Fatal(err)
		}
		whole := 0
		for _, got := range w.all {
			if !strings.HasSuffix(got, "\n") || len(got)%len(line) != 0 {
				t.Errorf("a write of %d bytes cuts a line in two", len(got))
			}
			whole += len(got)
		}
		if whole != 1000*len(line) || w.at[len(w.at)-1] != 0 {
			t.Errorf("%d bytes passed on, the last after %v; want %d at once", whole, w.at[len(w.at)-1], 1000*len(line))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if whole = len(w.all); whole > 17 {
			t.Errorf("%d writes", whole)
		}
	})
}

// The first error stays, whoever meets it, and nothing is written behind a gap.
func TestGatherKeepsTheFirstError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for name, meet := range map[string]func(g *Gatherer) error{
		"late":   func(*Gatherer) error { time.Sleep(time.Hour); synctest.Wait(); return full },
		"flush":  func(g *Gatherer) error { return g.Flush() },
		"filled": func(g *Gatherer) error { _, err := g.Write(make([]byte, gatherSize)); return err },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &told{err: full}
			g := Gather(w)
			if _, err := g.Write([]byte("a\n")); err != nil {
				t.Errorf("%s: the first Write() = %v", name, err)
			}
			if err := meet(g); !errors.Is(err, full) {
				t.Errorf("%s: error = %v; want %v", name, err, full)
			}
			w.err = nil
			_, err := g.Write([]byte("b\n"))
			if again := g.Flush(); !errors.Is(err, full) || !errors.Is(again, full) || len(w.all) != 1 {
				t.Errorf("%s: then Write() = %v, Flush() = %v, %d writes; want the error and no further write", name, err, again, len(w.all))
			}
			synctest.Wait()
		})
	}
}

// The last event does not wait.
func TestEndFlushes(t *testing.T) {
	t.Parallel()
	var w writes
	j := NewJSONL(Gather(&w))
	_ = j.Routed(&result.Domain{Domain: "example.org"})
	if err := j.End(&result.End{}); err != nil || len(w.all) != 1 || strings.Count(w.all[0], "\n") != 2 {
		t.Errorf("End() = %v, written %q; want both lines", err, w.all)
	}
}
