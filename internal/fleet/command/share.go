package command

import (
	"context"
	"fmt"
	"sync"

	"mxprobe/internal/fleet/bus"
	fleetmanners "mxprobe/internal/fleet/manners"
	"mxprobe/probe"
)

// sharing is what this worker shares with all others of the providers it speaks
// to: one for each pair of limits that its jobs have.
type sharing struct {
	mu   sync.Mutex
	with map[limits]*fleetmanners.Manners
}

// limits are those of a provider that all workers keep together.
type limits struct {
	sessions int
	rate     float64
}

// share has a run keep the limits of providers together with all other workers.
func (s *sharing) share(ctx context.Context, f *bus.Fleet, worker string, r *probe.Runner, say func(string)) error {
	if r.Manners == nil {
		return nil
	}
	of := limits{r.Manners.PerProvider, r.Manners.Provider}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.with[of]; m != nil {
		r.Shared = m
		return nil
	}
	var m *fleetmanners.Manners
	err := f.Retry(ctx, func() (err error) {
		m, err = fleetmanners.Open(ctx, f.JetStream(), f, fleetmanners.Settings{
			Sessions: of.sessions, Rate: of.rate, Worker: worker, Replicas: f.Replicas(), Say: say,
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("the limits of providers cannot be shared with other workers: %w", f.Why(err))
	}
	if s.with == nil {
		s.with = map[limits]*fleetmanners.Manners{}
	}
	s.with[of], r.Shared = m, m
	return nil
}

// close gives back what is held.
func (s *sharing) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.with {
		m.Close()
	}
}
