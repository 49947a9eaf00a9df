package manners

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// errMoved says that an entry is not the one that was to be replaced.
var errMoved = errors.New("another worker was faster")

// bucket is a store of entries with revisions. Entries that nobody writes for its
// time to live are forgotten. Revision 0 stands for no entry.
type bucket interface {
	// get returns an entry; nothing, and revision 0, where there is none.
	get(ctx context.Context, key string) (entry, error)
	// put writes an entry in place of a revision. The error is errMoved where that
	// is not the newest.
	put(ctx context.Context, key string, value []byte, in uint64) (revision uint64, err error)
	// remove forgets an entry of a revision.
	remove(ctx context.Context, key string, revision uint64) error
	// watch passes on every entry there is, then an empty key, then all that
	// changes, until ctx ends or the server is lost.
	watch(ctx context.Context, each func(e entry)) error
}

// entry is a value with what the server knows of it.
type entry struct {
	key      string
	value    []byte // nil where it was removed
	revision uint64
	// written is when, by the clock of the server.
	written time.Time
}

// natsBucket is a bucket of JetStream.
type natsBucket struct{ kv jetstream.KeyValue }

// openBucket makes a bucket, or takes the one that is there.
func openBucket(ctx context.Context, js jetstream.JetStream, name, about string, ttl time.Duration, replicas int) (*natsBucket, error) {
	kv, err := js.KeyValue(ctx, name)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: name, Description: about, TTL: ttl, History: 1, MaxValueSize: maxRecord, Storage: jetstream.FileStorage, Replicas: replicas,
		})
	}
	if err != nil {
		return nil, err
	}
	return &natsBucket{kv}, nil
}

func (b *natsBucket) get(ctx context.Context, key string) (entry, error) {
	e, err := b.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return entry{key: key}, nil
	}
	if err != nil {
		return entry{}, err
	}
	return entry{key, e.Value(), e.Revision(), e.Created()}, nil
}

// put is also the way over an entry that was removed: what stands in its place has
// a revision that nobody knows, so that the library is asked to look.
func (b *natsBucket) put(ctx context.Context, key string, value []byte, in uint64) (uint64, error) {
	var revision uint64
	var err error
	if in == 0 {
		revision, err = b.kv.Create(ctx, key, value)
	} else {
		revision, err = b.kv.Update(ctx, key, value, in)
	}
	if errors.Is(err, jetstream.ErrKeyExists) || wrongRevision(err) {
		return 0, errMoved
	}
	return revision, err
}

func (b *natsBucket) remove(ctx context.Context, key string, revision uint64) error {
	err := b.kv.Delete(ctx, key, jetstream.LastRevision(revision))
	if wrongRevision(err) {
		return errMoved
	}
	return err
}

func wrongRevision(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}

func (b *natsBucket) watch(ctx context.Context, each func(e entry)) error {
	w, err := b.kv.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Stop() }() // the connection may be gone
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-w.Updates():
			switch {
			case !ok:
				return errors.New("the server ended the watch")
			case e == nil:
				each(entry{})
			case e.Operation() != jetstream.KeyValuePut:
				each(entry{key: e.Key(), revision: e.Revision(), written: e.Created()})
			default:
				each(entry{e.Key(), e.Value(), e.Revision(), e.Created()})
			}
		}
	}
}
