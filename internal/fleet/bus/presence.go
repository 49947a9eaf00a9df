package bus

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/internal/fleet/job"
)

const (
	// maxPresence bounds what a worker says of itself.
	maxPresence = 64 << 10
	// MaxProviders is how many providers a worker tells of.
	MaxProviders = 20
)

// Worker is what a worker says of itself while it is alive.
type Worker struct {
	Format  int       `json:"format"`
	ID      string    `json:"id"`
	Vantage string    `json:"vantage,omitempty"`
	Program string    `json:"program"`
	Since   time.Time `json:"since"`
	// Refused are the jobs that it does not take, and why not.
	Refused map[string]string `json:"refused,omitempty"`
}

// Progress is what a worker did of a job, and has in hand.
type Progress struct {
	Format  int    `json:"format"`
	Job     string `json:"job"`
	Worker  string `json:"worker"`
	Vantage string `json:"vantage,omitempty"`
	// Done counts the domains that it stored first, InHand those that it works
	// on, by Verdicts what became of them. GivenUp are the first of those that
	// nobody came back from.
	Done    int            `json:"done"`
	InHand  int            `json:"in_hand"`
	Verdict map[string]int `json:"verdict,omitempty"`
	GivenUp []string       `json:"given_up,omitempty"`
	// Providers are those with the most sessions, and how many domains it did of
	// each.
	Providers map[string]int `json:"providers,omitempty"`
	Updated   time.Time      `json:"updated"`
}

// Announce says that a worker is alive, for WorkerTTL.
func (f *Fleet) Announce(ctx context.Context, w *Worker) error {
	return f.put(ctx, f.alive, w.ID, w)
}

// Leave says that a worker is no more.
func (f *Fleet) Leave(ctx context.Context, id string) error { return f.alive.Delete(ctx, id) }

// Tell says what a worker did of a job.
func (f *Fleet) Tell(ctx context.Context, p *Progress) error {
	return f.put(ctx, f.progress, p.Job+"."+p.Worker, p)
}

func (f *Fleet) put(ctx context.Context, bucket jetstream.KeyValue, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = bucket.Put(ctx, key, data)
	return err
}

// Workers returns those that are alive.
func (f *Fleet) Workers(ctx context.Context) ([]Worker, error) {
	return values(ctx, f, f.alive, ">", func(key string, w *Worker) bool { return w.Format == job.Format && w.ID == key })
}

// Done returns what all workers did of a job, also those that are gone.
func (f *Fleet) Done(ctx context.Context, id string) ([]Progress, error) {
	return values(ctx, f, f.progress, id+".*", func(key string, p *Progress) bool { return p.Format == job.Format && p.Job+"."+p.Worker == key })
}

// values reads the entries of a bucket, without those that are none.
func values[T any](ctx context.Context, f *Fleet, bucket jetstream.KeyValue, keys string, is func(key string, v *T) bool) (all []T, err error) {
	err = f.Retry(ctx, func() error {
		all = nil
		watcher, err := bucket.Watch(ctx, keys, jetstream.IgnoreDeletes())
		if err != nil {
			return err
		}
		defer func() { _ = watcher.Stop() }()
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case entry, ok := <-watcher.Updates():
				if !ok || entry == nil {
					return nil
				}
				var v T
				if len(entry.Value()) <= maxPresence && json.Unmarshal(entry.Value(), &v) == nil && is(entry.Key(), &v) {
					all = append(all, v)
				}
			}
		}
	})
	return all, f.Why(err)
}

// Left returns how many batches of a job are not done at each vantage: those that
// wait, and those that are in hand.
func (f *Fleet) Left(ctx context.Context, j *job.Job) (waiting, inHand map[string]int, err error) {
	waiting, inHand = map[string]int{}, map[string]int{}
	for _, vantage := range j.Vantages.All() {
		err := f.Retry(ctx, func() error {
			consumer, err := f.work.Consumer(ctx, consumerName(j.ID, vantage))
			if err != nil {
				return err
			}
			info, err := consumer.Info(ctx)
			if err == nil {
				waiting[vantage], inHand[vantage] = int(info.NumPending), info.NumAckPending
			}
			return err
		})
		if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil, nil, f.Why(err)
		}
	}
	return waiting, inHand, nil
}

// IsOver reports whether no batch of a job is left, whoever has it.
func (f *Fleet) IsOver(ctx context.Context, id string) (over bool, err error) {
	err = f.Retry(ctx, func() error {
		info, err := f.work.Info(ctx, jetstream.WithSubjectFilter(workSubject(id, "*")))
		if err == nil {
			over = len(info.State.Subjects) == 0
		}
		return err
	})
	return over, err
}

// Discard takes what is left of the work of a job from the workers.
func (f *Fleet) Discard(ctx context.Context, id string) error {
	return f.Retry(ctx, func() error { return f.work.Purge(ctx, jetstream.WithPurgeSubject(workSubject(id, "*"))) })
}

// Remove removes a job with everything that belongs to it but its scenarios, which
// other jobs may share; see RemoveFiles.
func (f *Fleet) Remove(ctx context.Context, e *Entry) error {
	if err := f.Discard(ctx, e.ID); err != nil {
		return f.Why(err)
	}
	vantages := []string{job.Any}
	if e.Job != nil {
		vantages = e.Job.Vantages.All()
	}
	for _, vantage := range vantages {
		if err := f.work.DeleteConsumer(ctx, consumerName(e.ID, vantage)); err != nil && !IsGone(err) {
			return f.Why(err)
		}
	}
	err := f.Retry(ctx, func() error {
		return f.results.Purge(ctx, jetstream.WithPurgeSubject(resultSubjects+e.ID+".>"))
	})
	if err != nil {
		return f.Why(err)
	}
	if err := f.removeObjects(ctx, e.ID); err != nil {
		return f.Why(err)
	}
	if err := f.forget(ctx, e.ID); err != nil {
		return err
	}
	if err := f.jobs.Purge(ctx, jobKey(e.ID)); err != nil {
		return f.Why(err)
	}
	return f.Why(f.jobs.Purge(ctx, stateKey(e.ID)))
}

// forget removes what workers told of a job.
func (f *Fleet) forget(ctx context.Context, id string) error {
	told, err := f.Done(ctx, id)
	for i := 0; i < len(told) && err == nil; i++ {
		err = f.Why(f.progress.Purge(ctx, id+"."+told[i].Worker))
	}
	return err
}
