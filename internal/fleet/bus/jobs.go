package bus

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/internal/fleet/job"
)

// State is where a job is.
type State string

// The states of a job. Submitting is one whose list is not handed in whole, be it
// that whoever did so was stopped: no worker takes it.
const (
	Submitting State = "submitting"
	Running    State = "running"
	Done       State = "done"
	Cancelled  State = "cancelled"
)

// stored is the state of a job in its bucket.
type stored struct {
	State State     `json:"state"`
	Since time.Time `json:"since"`
}

// Entry is a job of the fleet.
type Entry struct {
	ID    string
	State State
	Since time.Time
	// Job is nil where Err says why it cannot be read.
	Job *job.Job
	Err error
}

func jobKey(id string) string   { return "job." + id }
func stateKey(id string) string { return "state." + id }

// ErrExists is about the name of a job that is taken.
var ErrExists = errors.New("there is a job of that name already")

// Create begins a job, in the state Submitting.
func (f *Fleet) Create(ctx context.Context, j *job.Job) error {
	data, err := j.Encode()
	if err != nil {
		return err
	}
	if _, err := f.jobs.Create(ctx, stateKey(j.ID), state(Submitting)); errors.Is(err, jetstream.ErrKeyExists) {
		return ErrExists
	} else if err != nil {
		return f.Why(err)
	}
	// A worker may have told what it did of one of that name after it was removed.
	if err := f.forget(ctx, j.ID); err != nil {
		return err
	}
	_, err = f.jobs.Put(ctx, jobKey(j.ID), data)
	return f.Why(err)
}

func state(s State) []byte {
	data, _ := json.Marshal(stored{s, time.Now().UTC().Truncate(time.Second)}) // two texts
	return data
}

// Become changes the state of a job, if it is one of those it may come from. It
// reports whether it did.
func (f *Fleet) Become(ctx context.Context, id string, to State, from ...State) (changed bool, err error) {
	err = f.Retry(ctx, func() error {
		entry, err := f.jobs.Get(ctx, stateKey(id))
		if err != nil {
			return err
		}
		var is stored
		if json.Unmarshal(entry.Value(), &is) != nil || !slices.Contains(from, is.State) {
			return nil
		}
		_, err = f.jobs.Update(ctx, stateKey(id), state(to), entry.Revision())
		changed = err == nil
		return err
	})
	if isSecond(err) { // somebody else changed it meanwhile
		return f.Become(ctx, id, to, from...)
	}
	return changed, err
}

// End makes a job that runs one that is done, if no batch of it is left, and reports
// whether it is over. Whoever sees it first says so: results are there before the
// worker that stored the last one looks, and it may never do so.
func (f *Fleet) End(ctx context.Context, id string) (over bool, err error) {
	if over, err = f.IsOver(ctx, id); err == nil && over {
		_, err = f.Become(ctx, id, Done, Running)
	}
	return over, err
}

// ErrNoJob is about a job that is not there.
var ErrNoJob = errors.New("there is no such job")

// Find returns a job.
func (f *Fleet) Find(ctx context.Context, id string) (*Entry, error) {
	if !job.IsID(id) {
		return nil, ErrNoJob
	}
	var is jetstream.KeyValueEntry
	err := f.Retry(ctx, func() (err error) { is, err = f.jobs.Get(ctx, stateKey(id)); return err })
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return nil, ErrNoJob
	case err != nil:
		return nil, f.Why(err)
	}
	return f.entry(ctx, id, is.Value()), nil
}

// entry reads what belongs to a state.
func (f *Fleet) entry(ctx context.Context, id string, data []byte) *Entry {
	e := &Entry{ID: id}
	var is stored
	if err := json.Unmarshal(data, &is); err != nil || len(data) > 1024 {
		e.Err = errors.New("its state cannot be read")
		return e
	}
	e.State, e.Since = is.State, is.Since
	var value jetstream.KeyValueEntry
	err := f.Retry(ctx, func() (err error) { value, err = f.jobs.Get(ctx, jobKey(id)); return err })
	if err != nil {
		e.Err = errors.New("what it is cannot be read")
		return e
	}
	if e.Job, e.Err = job.Decode(value.Value()); e.Err == nil && e.Job.ID != id {
		e.Job, e.Err = nil, errors.New("it has another name than it says")
	}
	if e.Err != nil {
		e.Job = nil
	}
	return e
}

// Jobs returns every job, the oldest first.
func (f *Fleet) Jobs(ctx context.Context) ([]*Entry, error) {
	var keys []string
	err := f.Retry(ctx, func() error {
		lister, err := f.jobs.ListKeysFiltered(ctx, "state.*")
		if err != nil {
			return err
		}
		keys = keys[:0]
		for key := range lister.Keys() {
			keys = append(keys, key)
		}
		_ = lister.Stop() // it has ended already, if nothing was wrong
		return ctx.Err()
	})
	if err != nil {
		return nil, f.Why(err)
	}
	var all []*Entry
	for _, key := range keys {
		switch e, err := f.Find(ctx, strings.TrimPrefix(key, "state.")); {
		case errors.Is(err, ErrNoJob): // it was removed meanwhile
		case err != nil:
			return nil, err
		default:
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *Entry) int {
		if a.Job != nil && b.Job != nil {
			return cmp.Or(a.Job.Created.Compare(b.Job.Created), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Running returns the names of the jobs that run, the oldest first.
func (f *Fleet) Running(ctx context.Context) ([]string, error) {
	type named struct {
		stored
		id string
	}
	all, err := values(ctx, f, f.jobs, "state.*", func(key string, s *named) bool {
		s.id = strings.TrimPrefix(key, "state.")
		return s.State == Running && job.IsID(s.id)
	})
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.id, b.id)) })
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].id
	}
	return ids, err
}

// PutFile keeps a file under its SHA-256, and returns that.
func (f *Fleet) PutFile(ctx context.Context, text []byte) (string, error) {
	sum := sha256.Sum256(text)
	name := hex.EncodeToString(sum[:])
	_, err := f.files.PutBytes(ctx, fileName(name), text)
	return name, f.Why(err)
}

// File returns a file of a job. One that is not what its SHA-256 says is an error.
func (f *Fleet) File(ctx context.Context, file *job.File) ([]byte, error) {
	text, err := f.object(ctx, fileName(file.SHA256), job.MaxFile)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, errors.New("it is not there, or not what was sent")
	}
	return text, nil
}
