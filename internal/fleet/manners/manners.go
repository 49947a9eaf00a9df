// Package manners keeps the workers of a fleet from burdening a provider together
// more than one machine may: the sessions that are open with it at once, how many
// are begun in a second, and how long it is left alone once it has asked one of
// them for that.
//
// What a worker may use of a provider is a lease: a number of units in a record
// that all workers change with compare-and-swap, so that their sum never exceeds
// the limit. A lease lasts for a time to live and is renewed while it is used; that
// of a worker that died is taken to be free by whoever saw it stand still for so
// long. No two clocks are ever compared: a worker counts the time since it began to
// write, others since they first saw what it wrote, which is later.
//
// A worker that cannot reach the bus opens no connection until it can.
package manners

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/probe/fault"
	"mxprobe/probe/result"
)

// DefaultTTL is how long a lease lasts that nobody renews.
const DefaultTTL = 15 * time.Second

const (
	// recordTTL is how many times to live a record lasts that nobody writes.
	recordTTL = 4
	// rateUnits are the units of a provider whose sessions have no limit.
	rateUnits = 16
	// lookTime is how often it is looked whether the bus is back.
	lookTime = 100 * time.Millisecond
)

// The buckets, which all jobs of an account share.
const (
	placesBucket  = "mxprobe-places"
	backoffBucket = "mxprobe-backoff"
)

// Settings are the limits of all workers of a fleet together, and how they are
// kept.
type Settings struct {
	// Sessions is how many may be open at once with the hosts of a provider, Rate
	// how many connections may be begun in a second; 0 is no limit.
	Sessions int
	Rate     float64
	// Worker is a name that people know this worker by.
	Worker string
	// TTL is how long a lease lasts that nobody renews; 0 is DefaultTTL.
	TTL time.Duration
	// Replicas is how many servers of a cluster keep the buckets; 0 is one.
	Replicas int
	// Say, if not nil, is told when no connection is opened for want of the bus,
	// and when it goes on.
	Say func(message string)
}

// Line is the connection to the bus.
type Line interface {
	// Down reports whether the server cannot be reached at the moment.
	Down() bool
}

// Manners are the shared manners of one worker, a probe.SharedManners. They are
// for use by several goroutines at once, and have to be closed.
type Manners struct {
	set     Settings
	id      string
	bus     Line
	places  bucket
	asked   bucket
	ctx     context.Context
	end     context.CancelFunc
	keepers sync.WaitGroup

	mu    sync.Mutex
	seats map[string]*seat
	view  view
	mute  bool // it was said that nothing is opened
	// writes counts what was written to the buckets, for whoever measures.
	writes int
}

// Open makes the buckets, or takes those that are there, and returns the manners
// of a worker. ctx bounds the opening alone.
func Open(ctx context.Context, js jetstream.JetStream, line Line, set Settings) (*Manners, error) {
	ttl := set.TTL
	if ttl == 0 {
		ttl = DefaultTTL
	}
	places, err := openBucket(ctx, js, placesBucket, "what workers of mxprobe-fleet hold of each provider", recordTTL*ttl, set.Replicas)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", placesBucket, err)
	}
	asked, err := openBucket(ctx, js, backoffBucket, "providers that asked workers of mxprobe-fleet to leave them alone", forgetTime, set.Replicas)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", backoffBucket, err)
	}
	return start(line, places, asked, set), nil
}

func start(line Line, places, asked bucket, set Settings) *Manners {
	if set.TTL == 0 {
		set.TTL = DefaultTTL
	}
	m := &Manners{set: set, id: name(set.Worker), bus: line, places: places, asked: asked, seats: map[string]*seat{}}
	m.ctx, m.end = context.WithCancel(context.Background())
	m.view.init()
	m.keepers.Go(m.follow)
	return m
}

// name tells a worker from all others, those before it of the same name as well.
func name(worker string) string {
	const most = 60
	return worker[:min(len(worker), most)] + "-" + rand.Text()[:10]
}

// Close gives everything back and ends. Nobody may wait for a place any more.
func (m *Manners) Close() {
	m.end()
	m.keepers.Wait()
}

// Writes is how many entries were written so far.
func (m *Manners) Writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.writes
}

// units are what the limits of a provider are divided into.
func (m *Manners) units() int {
	if m.set.Sessions > 0 {
		return m.set.Sessions
	}
	return rateUnits
}

// unlimited reports whether there is nothing to be shared but what was asked for.
func (m *Manners) unlimited() bool { return m.set.Sessions <= 0 && m.set.Rate <= 0 }

// Place waits for a place at a provider, as probe.SharedManners says.
func (m *Manners) Place(ctx context.Context, provider string) (leave func(), why result.Reason) {
	if _, why = m.quiet(ctx, provider, false); why != result.None {
		return nil, why
	}
	if m.unlimited() {
		return func() {}, result.None
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.seat(provider)
	s.waiting++
	for !s.free(time.Now()) {
		s.wake()
		if !m.wait(ctx, s.changed, never) {
			s.waiting--
			s.wake()
			return nil, fault.StopReason(ctx)
		}
	}
	s.waiting--
	s.inUse++
	return sync.OnceFunc(func() { m.leave(s) }), result.None
}

func (m *Manners) leave(s *seat) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.inUse--
	s.tell()
	if s.inUse+s.waiting == 0 || s.held > s.allow {
		s.wake()
	}
}

// Moment waits until a connection may be opened, as probe.SharedManners says.
func (m *Manners) Moment(ctx context.Context, provider string) (why result.Reason) {
	tried := false
	for {
		claimed, why := m.quiet(ctx, provider, !tried)
		if why != result.None {
			return why
		}
		tried = tried || claimed
		again, why := m.moment(ctx, provider, tried)
		if !again {
			return why
		}
	}
}

// moment waits for the rate. again is true if the provider asked to be left alone
// meanwhile.
func (m *Manners) moment(ctx context.Context, provider string, tried bool) (again bool, why result.Reason) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.seats[provider]
	for s != nil {
		now := time.Now()
		due := s.last.Add(s.gap())
		sure := s.sure(now)
		if sure && !due.After(now) {
			// Who wakes late makes up for it, by one connection at most.
			s.last = now.Add(-min(now.Sub(due), s.gap()))
			break
		}
		if sure {
			s.hungry = true
			s.wake()
		} else {
			due = never
		}
		if !m.wait(ctx, s.changed, due) {
			return false, fault.StopReason(ctx)
		}
	}
	_, asked := m.view.shy[provider]
	return asked && !tried, result.None
}

// never is a time that does not come.
var never = time.Unix(math.MaxInt32, 0)

// wait waits, without the lock, for a change or a time, and reports whether ctx
// still lasts.
func (m *Manners) wait(ctx context.Context, changed <-chan struct{}, until time.Time) bool {
	m.mu.Unlock()
	defer m.mu.Lock()
	var due <-chan time.Time
	if until != never {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-changed:
	case <-due:
	case <-ctx.Done():
		return false
	}
	return ctx.Err() == nil
}

// seat is the one of a provider, with somebody who keeps it.
func (m *Manners) seat(provider string) *seat {
	s := m.seats[provider]
	if s == nil {
		s = newSeat(m, provider)
		m.seats[provider] = s
		m.keepers.Go(s.keep)
	}
	return s
}
