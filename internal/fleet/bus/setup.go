package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// WorkerTTL is how long a worker that says nothing more is still taken for alive.
const WorkerTTL = 30 * time.Second

// Fleet is the streams and buckets of a fleet. It is for use by several goroutines
// at once.
type Fleet struct {
	*Bus
	work, results         jetstream.Stream
	jobs, progress, alive jetstream.KeyValue
	files                 jetstream.ObjectStore
	maxPayload            int
}

// ErrNoFleet says that nobody submitted a job to this server yet.
var ErrNoFleet = errors.New("there is no fleet on this NATS server yet: mxprobe-fleet submit begins one")

// Setup makes what is missing of the streams and buckets, each kept by so many
// servers of a cluster, and opens them. What is there already gets no fewer.
func (b *Bus) Setup(ctx context.Context, replicas int) (*Fleet, error) {
	_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: workStream, Description: "mxprobe: batches of domains to be looked at", Subjects: []string{workSubjects + ">"},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: replicas, Duplicates: 10 * time.Minute,
	})
	if err == nil {
		_, err = b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name: resultStream, Description: "mxprobe: a result for each job, vantage and domain; the first one counts", Subjects: []string{resultSubjects + ">"},
			Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, DiscardNewPerSubject: true,
			Storage: jetstream.FileStorage, Compression: jetstream.S2Compression, Replicas: replicas, AllowDirect: true,
		})
	}
	for _, bucket := range []jetstream.KeyValueConfig{
		{Bucket: jobsBucket, Description: "mxprobe: jobs and their states"},
		{Bucket: progressBucket, Description: "mxprobe: what each worker did of each job"},
		{Bucket: workersBucket, Description: "mxprobe: the workers that are alive", TTL: WorkerTTL},
	} {
		if err == nil {
			bucket.Replicas = replicas
			_, err = b.js.CreateOrUpdateKeyValue(ctx, bucket)
		}
	}
	if err == nil {
		_, err = b.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: filesBucket, Description: "mxprobe: scenarios, lists of domains, large results", Replicas: replicas,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("the streams of the fleet cannot be made: %w", b.Why(err))
	}
	return b.Open(ctx)
}

// Open opens the streams and buckets. It is ErrNoFleet if they are not there.
func (b *Bus) Open(ctx context.Context) (*Fleet, error) {
	f := &Fleet{Bus: b, maxPayload: int(b.conn.MaxPayload())}
	var err error
	take := func(open func() error) {
		if err == nil {
			err = b.Retry(ctx, open)
		}
	}
	take(func() (err error) { f.work, err = b.js.Stream(ctx, workStream); return err })
	take(func() (err error) { f.results, err = b.js.Stream(ctx, resultStream); return err })
	take(func() (err error) { f.jobs, err = b.js.KeyValue(ctx, jobsBucket); return err })
	take(func() (err error) { f.progress, err = b.js.KeyValue(ctx, progressBucket); return err })
	take(func() (err error) { f.alive, err = b.js.KeyValue(ctx, workersBucket); return err })
	take(func() (err error) { f.files, err = b.js.ObjectStore(ctx, filesBucket); return err })
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, jetstream.ErrBucketNotFound):
		return nil, ErrNoFleet
	case err != nil:
		return nil, fmt.Errorf("the streams of the fleet cannot be opened: %w", b.Why(err))
	}
	return f, nil
}

// Replicas is how many servers of a cluster keep each message.
func (f *Fleet) Replicas() int { return f.work.CachedInfo().Config.Replicas }

// Await opens the streams and buckets, and waits for them if nobody submitted a job
// yet.
func (b *Bus) Await(ctx context.Context, say func(message string)) (*Fleet, error) {
	told := false
	for {
		f, err := b.Open(ctx)
		if !errors.Is(err, ErrNoFleet) {
			return f, err
		}
		if !told {
			say("no job was submitted to this NATS server yet; waiting for one")
		}
		told = true
		if !pause(ctx, again) {
			return nil, context.Cause(ctx)
		}
	}
}

// Why is an error of the library in the words of this program.
func (b *Bus) Why(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.Is(err, nats.ErrNoResponders):
		return errors.New("the NATS server has no JetStream for this account (nats-server -js), or is just starting")
	case full(err):
		return errors.New("the NATS server has no room left: its disk is full, or what max_file_store or the account allows is used up; mxprobe-fleet gc makes room")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return errors.New("the NATS server does not answer in time; it may be away, or not allow it to this user")
	}
	return why(err)
}

// full reports whether the server has nowhere to put what it is to keep.
func full(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	if !ok {
		return false
	}
	for _, said := range []string{"insufficient resources", "insufficient storage", "resource limits exceeded", "resources exceeded", "maximum bytes exceeded", "no space left"} {
		if strings.Contains(api.Description, said) {
			return true
		}
	}
	return false
}

// Retry calls do until it succeeds, fails for good, or ctx ends: a server that is
// away, or chooses a new leader, comes back.
func (b *Bus) Retry(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || !passing(err) {
			return err
		}
		if !pause(ctx, again) {
			return context.Cause(ctx)
		}
	}
}

// passing reports whether an error may be gone in a moment.
func passing(err error) bool {
	for _, one := range []error{
		nats.ErrDisconnected, nats.ErrConnectionReconnecting, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrStaleConnection, nats.ErrReconnectBufExceeded,
		context.DeadlineExceeded, jetstream.ErrNoStreamResponse, jetstream.ErrAsyncPublishTimeout, jetstream.ErrTooManyStalledMsgs, jetstream.ErrNoHeartbeat,
	} {
		if errors.Is(err, one) {
			return true
		}
	}
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.Code == 503 // it has no leader at the moment, or is just starting
}
