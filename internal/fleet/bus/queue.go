package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/internal/fleet/job"
)

// maxInHand is how many batches of a job and vantage may be with workers at once.
const maxInHand = 20_000

// Enqueue hands a batch to the workers of a vantage. The returned function waits until
// the server has it.
func (f *Fleet) Enqueue(ctx context.Context, vantage string, w *job.Work) (wait func() error, err error) {
	data, err := w.Encode()
	if err != nil {
		return nil, err
	}
	if len(data) > min(job.MaxWork, f.maxPayload-1024) {
		return nil, fmt.Errorf("a batch of %d domains is larger than the server takes; give the job a smaller batch: among its limits", len(w.Domains))
	}
	return f.publish(ctx, workSubject(w.Job, vantage), data)
}

// publish sends a message and returns what waits for its acknowledgement, sending
// it again as often as needed. Its name makes it one for the server, and another
// than that of a job that had the same name before.
func (f *Fleet) publish(ctx context.Context, subject string, data []byte) (wait func() error, err error) {
	name := jetstream.WithMsgID(rand.Text())
	send := func() (jetstream.PubAckFuture, error) { return f.js.PublishAsync(subject, data, name) }
	first, err := send()
	if err != nil && !passing(err) {
		return nil, err
	}
	return func() error {
		ack, err := first, err
		return f.Retry(ctx, func() error {
			if err != nil {
				ack, err = send()
			}
			if err != nil {
				return err
			}
			select {
			case <-ack.Ok():
				return nil
			case err = <-ack.Err():
				return err
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	}, nil
}

// OpenQueue makes it possible to take batches of a job at a vantage.
func (f *Fleet) OpenQueue(ctx context.Context, j *job.Job, vantage string) (*Queue, error) {
	q := &Queue{fleet: f}
	err := f.Retry(ctx, func() (err error) {
		q.consumer, err = f.work.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
			Durable: consumerName(j.ID, vantage), FilterSubject: workSubject(j.ID, vantage),
			AckPolicy: jetstream.AckExplicitPolicy, AckWait: j.Limits.Lease, MaxAckPending: maxInHand,
			// Whoever gets a batch too often gives it up; the server never does, so
			// that none is forgotten.
			MaxDeliver: -1,
		})
		return err
	})
	return q, err
}

// Queue is the work of a job at a vantage.
type Queue struct {
	fleet    *Fleet
	consumer jetstream.Consumer
}

// Batch is some work that was handed out.
type Batch struct {
	fleet *Fleet
	msg   jetstream.Msg
	// Sequence is the batch in the stream; another delivery has it too.
	Sequence uint64
	// Delivered is how often it was handed out, this time included.
	Delivered int
}

// Next waits for a batch, but not much longer than a time; nil if none came. It is
// not cut short: a batch that is on its way would be nobody's until its lease ends.
func (q *Queue) Next(wait time.Duration) (*Batch, error) {
	fetched, err := q.consumer.Fetch(1, jetstream.FetchMaxWait(wait))
	if err != nil {
		return nil, err
	}
	msg, ok := <-fetched.Messages()
	if !ok {
		return nil, fetched.Error()
	}
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	return &Batch{q.fleet, msg, meta.Sequence.Stream, int(min(meta.NumDelivered, 1<<30))}, nil
}

// IsGone reports whether an error of Next means that the queue is no more.
func IsGone(err error) bool {
	return errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound)
}

// Data is the batch as it was handed in.
func (b *Batch) Data() []byte { return b.msg.Data() }

// Done says that every result of the batch is stored.
func (b *Batch) Done(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return b.msg.DoubleAck(ctx)
}

// Extend says that the batch is still worked on.
func (b *Batch) Extend() error { return b.msg.InProgress() }

// Return gives the batch back for others.
func (b *Batch) Return() error { return b.msg.Nak() }
