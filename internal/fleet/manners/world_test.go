package manners

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mxprobe/probe/result"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// store is a bucket in memory, with a clock of its own and an answer that takes a
// moment. It works in a bubble of time, and has as many bugs as it has lines.
type store struct {
	mu       sync.Mutex
	skew     time.Duration
	entries  map[string]entry
	revision uint64
	watchers map[chan entry]bool
}

func newStore(skew time.Duration) *store {
	return &store{skew: skew, entries: map[string]entry{}, watchers: map[chan entry]bool{}}
}

// line is how one worker reaches the stores; cut, it reaches nothing, and knows.
// Dead, it reaches nothing and does not know.
// Deaf, it may not follow a bucket.
type line struct {
	*store
	cut, dead, deaf *atomic.Bool
}

func (l line) Down() bool { return l.cut.Load() }

var errAway = errors.New("the server does not answer")

func (l line) answer(ctx context.Context) error {
	if l.dead.Load() || l.cut.Load() {
		<-ctx.Done()
		return errAway
	}
	time.Sleep(2 * time.Millisecond)
	return nil
}

func (l line) get(ctx context.Context, key string) (entry, error) {
	if err := l.answer(ctx); err != nil {
		return entry{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[key]
	if e.value == nil {
		return entry{key: key}, nil
	}
	return e, nil
}

func (l line) put(ctx context.Context, key string, value []byte, in uint64) (uint64, error) {
	if err := l.answer(ctx); err != nil {
		return 0, err
	}
	return l.write(key, value, in)
}

func (l line) remove(ctx context.Context, key string, revision uint64) error {
	if err := l.answer(ctx); err != nil {
		return err
	}
	_, err := l.write(key, nil, revision)
	return err
}

func (s *store) write(key string, value []byte, in uint64) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.entries[key]
	if in == 0 && is.value != nil || in != 0 && is.revision != in {
		return 0, errMoved
	}
	s.revision++
	e := entry{key, value, s.revision, time.Now().Add(s.skew)}
	s.entries[key] = e
	for w := range s.watchers {
		w <- e
	}
	return s.revision, nil
}

func (l line) watch(ctx context.Context, each func(e entry)) error {
	if err := l.answer(ctx); err != nil {
		return err
	}
	if l.deaf.Load() {
		return errors.New("permissions violation")
	}
	updates := make(chan entry, 10_000)
	l.mu.Lock()
	all := maps.Clone(l.entries)
	l.watchers[updates] = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, updates)
	}()
	for _, e := range all {
		each(e)
	}
	each(entry{})
	for {
		select {
		case e := <-updates:
			time.Sleep(time.Millisecond)
			each(e)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fleet is a number of workers, and what they share.
type fleet struct {
	places, asked *store
	workers       []*Manners
	lines         []line
	said          []string
	deaf          bool // who joins may not follow buckets
	mu            sync.Mutex
}

func newFleet(n int, set Settings, skew time.Duration) *fleet {
	f := &fleet{places: newStore(skew), asked: newStore(skew)}
	for range n {
		f.join(set)
	}
	return f
}

// join adds a worker.
func (f *fleet) join(set Settings) *Manners {
	l := line{f.places, &atomic.Bool{}, &atomic.Bool{}, &atomic.Bool{}}
	l.deaf.Store(f.deaf)
	a := line{f.asked, l.cut, l.dead, l.deaf}
	set.Worker = string(rune('a' + len(f.workers)))
	set.Say = func(m string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.said = append(f.said, set.Worker+": "+m)
	}
	m := start(l, l, a, set)
	f.workers, f.lines = append(f.workers, m), append(f.lines, l)
	return m
}

func (f *fleet) close() {
	var all sync.WaitGroup
	for _, m := range f.workers {
		all.Go(m.Close)
	}
	all.Wait()
}

func (f *fleet) writes() int {
	n := 0
	for _, m := range f.workers {
		n += m.Writes()
	}
	return n
}

// server counts what comes to a provider.
type server struct {
	mu         sync.Mutex
	open, most int
	began      []time.Time
	by         map[string]int
}

// seen returns how many sessions are open, and how many were begun.
func (s *server) seen() (open, began int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, len(s.began)
}

// session is one with the server, with places and moments as a run asks for them.
// It reports whether there was one.
func (s *server) session(ctx context.Context, m *Manners, provider string, takes time.Duration) bool {
	leave, why := m.Place(ctx, provider)
	if why != result.None {
		return false
	}
	defer leave()
	if m.Moment(ctx, provider) != result.None {
		return false
	}
	began := time.Now()
	s.mu.Lock()
	if s.by == nil {
		s.by = map[string]int{}
	}
	s.by[m.set.Worker]++
	s.began = append(s.began, began)
	s.open++
	s.most = max(s.most, s.open)
	s.mu.Unlock()
	time.Sleep(takes)
	s.mu.Lock()
	s.open--
	s.mu.Unlock()
	m.Heard(provider, began, false)
	return true
}

// most returns how many began within any span of so long.
func mostWithin(began []time.Time, span time.Duration) int {
	most, first := 0, 0
	for i := range began {
		for began[i].Sub(began[first]) >= span {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// crowd has each worker hold so many sessions, one after the other in so many
// lanes.
func (s *server) crowd(ctx context.Context, workers []*Manners, lanes, each int, takes time.Duration) *sync.WaitGroup {
	var all sync.WaitGroup
	for _, m := range workers {
		left := &atomic.Int64{}
		left.Store(int64(each))
		for range lanes {
			all.Go(func() {
				for left.Add(-1) >= 0 && s.session(ctx, m, "a.test", takes) {
				}
			})
		}
	}
	return &all
}
