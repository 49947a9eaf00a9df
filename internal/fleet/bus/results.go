package bus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/internal/fleet/job"
)

// elsewhere is the header of a result that is too large for a message: the object
// that holds it.
const elsewhere = "Mxprobe-Object"

// wrongLast are the codes of the server for a message that is not the first of its
// subject.
const wrongLast, wrongLastInCluster = 10071, 10164

// Store keeps the result of a domain, the index of which counts from 0. The
// returned function waits until it is stored, and reports whether it was the first
// one: others do not count, which is no error.
func (f *Fleet) Store(ctx context.Context, jobID, vantage string, index int, worker string, data []byte) (wait func() (first bool, err error), err error) {
	msg := &nats.Msg{Subject: resultSubject(jobID, vantage, index), Data: data}
	if len(data) > f.maxPayload-1024 {
		if err := f.putLarge(ctx, msg, largeName(jobID, vantage, index, worker)); err != nil {
			return nil, err
		}
	}
	send := func() (jetstream.PubAckFuture, error) {
		return f.js.PublishMsgAsync(msg, jetstream.WithExpectLastSequencePerSubject(0))
	}
	sent, err := send()
	if err != nil && !passing(err) {
		return nil, err
	}
	return func() (first bool, _ error) {
		ack, err := sent, err
		tries := 0
		err = f.Retry(ctx, func() error {
			if err != nil {
				tries++
				ack, err = send()
			}
			if err == nil {
				err = acknowledged(ctx, ack)
			}
			return err
		})
		if isSecond(err) {
			// A message that was sent again may be second to itself.
			return tries > 0, nil
		}
		return err == nil, err
	}, nil
}

func acknowledged(ctx context.Context, ack jetstream.PubAckFuture) error {
	select {
	case <-ack.Ok():
		return nil
	case err := <-ack.Err():
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isSecond reports whether a result was there already.
func isSecond(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == wrongLast || api.ErrorCode == wrongLastInCluster)
}

// putLarge puts a result into the object store, and its name into the message.
func (f *Fleet) putLarge(ctx context.Context, msg *nats.Msg, name string) error {
	err := f.Retry(ctx, func() error {
		_, err := f.files.PutBytes(ctx, name, msg.Data)
		return err
	})
	msg.Data, msg.Header = nil, nats.Header{elsewhere: []string{name}}
	return err
}

// Result is one that was stored. The index is -1 where the message is none.
type Result struct {
	Vantage string
	Index   int
	Data    []byte
}

// Has reports whether there is a result.
func (f *Fleet) Has(ctx context.Context, jobID, vantage string, index int) (bool, error) {
	found := false
	err := f.Retry(ctx, func() error {
		_, err := f.results.GetLastMsgForSubject(ctx, resultSubject(jobID, vantage, index))
		found = err == nil
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		return err
	})
	return found, err
}

// Get returns a result, nil if there is none.
func (f *Fleet) Get(ctx context.Context, jobID, vantage string, index int) (*Result, error) {
	var raw *jetstream.RawStreamMsg
	err := f.Retry(ctx, func() (err error) {
		raw, err = f.results.GetLastMsgForSubject(ctx, resultSubject(jobID, vantage, index))
		return err
	})
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	data, err := f.content(ctx, jobID, raw.Header, raw.Data)
	return &Result{vantage, index, data}, err
}

// content is what a message holds, or the object that it names. An object of
// another job is none.
func (f *Fleet) content(ctx context.Context, jobID string, header nats.Header, data []byte) ([]byte, error) {
	name := header.Get(elsewhere)
	if name == "" {
		return data, nil
	}
	if len(name) > 400 || !bytes.HasPrefix([]byte(name), []byte(largePrefix(jobID))) {
		return nil, nil
	}
	return f.object(ctx, name, job.MaxRecord)
}

// object reads an object within a limit.
func (f *Fleet) object(ctx context.Context, name string, limit int) (data []byte, err error) {
	err = f.Retry(ctx, func() error {
		object, err := f.files.Get(ctx, name)
		if err != nil {
			return err
		}
		defer object.Close()
		data, err = io.ReadAll(io.LimitReader(object, int64(limit)+1))
		if err == nil && len(data) > limit {
			return fmt.Errorf("%s is larger than %d KiB", name, limit>>10)
		}
		return err
	})
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, nil
	}
	return data, err
}

// Follow calls yield with every result of a job, in the order in which they were
// stored, also with those that come while it does. It ends when yield returns
// false, or with an error: when ctx ends, or for good.
func (f *Fleet) Follow(ctx context.Context, jobID string, yield func(*Result) bool) error {
	var next atomic.Uint64
	for {
		err := f.follow(ctx, jobID, &next, yield)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !passing(err) && !errors.Is(err, jetstream.ErrMsgIteratorClosed) && !IsGone(err) && !errors.Is(err, jetstream.ErrOrderedConsumerReset):
			return err
		}
		if !pause(ctx, again) {
			return context.Cause(ctx)
		}
	}
}

// follow does so until something is wrong.
func (f *Fleet) follow(ctx context.Context, jobID string, next *atomic.Uint64, yield func(*Result) bool) error {
	config := jetstream.OrderedConsumerConfig{FilterSubjects: []string{resultSubjects + jobID + ".>"}, InactiveThreshold: 5 * time.Minute}
	if n := next.Load(); n > 0 {
		config.DeliverPolicy, config.OptStartSeq = jetstream.DeliverByStartSequencePolicy, n
	}
	consumer, err := f.results.OrderedConsumer(ctx, config)
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(1000))
	if err != nil {
		return err
	}
	defer messages.Stop()
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	for {
		msg, err := messages.Next()
		if err != nil {
			return err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		vantage, index, ok := parseResult(msg.Subject(), jobID)
		if !ok {
			vantage, index = "", -1
		}
		data, err := f.content(ctx, jobID, msg.Headers(), msg.Data())
		if err != nil {
			return err
		}
		next.Store(meta.Sequence.Stream + 1)
		if !yield(&Result{vantage, index, data}) {
			return nil
		}
	}
}

// Counted is how many results a job has at each vantage.
func (f *Fleet) Counted(ctx context.Context, j *job.Job) (map[string]int, error) {
	counts := map[string]int{}
	for _, vantage := range j.Vantages.All() {
		n, err := f.count(ctx, resultSubjects+j.ID+"."+vantage+".>")
		if err != nil {
			return nil, err
		}
		counts[vantage] = n
	}
	return counts, nil
}

// Stored is how many results of all jobs there are, and how many bytes they take on
// each server that keeps them, before the server packs them.
func (f *Fleet) Stored(ctx context.Context) (results int, size uint64, err error) {
	info, err := f.results.Info(ctx)
	if err != nil {
		return 0, 0, f.Why(err)
	}
	return int(info.State.Msgs), info.State.Bytes, nil
}

// CountedAll is how many messages there are among the results of a job, those that
// are none included.
func (f *Fleet) CountedAll(ctx context.Context, id string) (int, error) {
	return f.count(ctx, resultSubjects+id+".>")
}

// count counts the messages of the result stream that fit, by asking for a
// consumer that has none of them yet.
func (f *Fleet) count(ctx context.Context, filter string) (n int, err error) {
	err = f.Retry(ctx, func() error {
		consumer, err := f.results.CreateConsumer(ctx, jetstream.ConsumerConfig{
			FilterSubject: filter, AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: 5 * time.Second, HeadersOnly: true,
			Description: "counts " + strconv.Quote(filter),
		})
		if err != nil {
			return err
		}
		info := consumer.CachedInfo()
		n = int(info.NumPending)
		_ = f.results.DeleteConsumer(ctx, info.Name) // it ends by itself as well
		return nil
	})
	return n, err
}
