// Package collect brings the results of a job together: in the order of its list,
// while it runs, each domain once for each vantage, or named as missing.
package collect

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
	"mxprobe/probe/result"
)

const (
	// maxKept is how many bytes of results that came before their turn are kept.
	// What is beyond it is asked for again.
	maxKept = 64 << 20
	// lookAgain is how often the state of a job is asked for.
	lookAgain = time.Second
	// maxLine bounds a line of a list.
	maxLine = 4096
	// atOnce is how many domains are unpacked, or asked for again, at once.
	atOnce = 64
)

// Domain is what is known of one domain of the list.
type Domain struct {
	// Index counts from 0.
	Index  int
	Domain string
	// Seen has a result for each vantage that there is one of, in the order of
	// the job's; Absent are those of which there is none.
	Seen   []Seen
	Absent []Absent
	err    error
}

// Absent is a vantage without a result, and what is there instead; empty for
// nothing.
type Absent struct{ Vantage, Why string }

// Seen is a domain from one vantage.
type Seen struct {
	Vantage string // job.Any where the job names none
	Record  *job.Record
}

// Collector collects the results of a job, once. Set the fields before All.
type Collector struct {
	Fleet *bus.Fleet
	Job   *job.Job
	// Now ends with what is there, and does not wait for the job.
	Now bool

	kept  int // bytes of results that come before their turn; 0 for maxKept
	inbox *inbox
	// missing counts domains, told those of them that are in named.
	missing, told int
	named         []string
	err           error
}

// All yields every domain of the list, in order. It waits for results until the
// job is done or was cancelled. When ctx ends, it ends; see Err.
func (c *Collector) All(ctx context.Context) iter.Seq[Domain] {
	return func(yield func(Domain) bool) {
		ctx, cancel := context.WithCancel(ctx)
		c.inbox = newInbox(c.Job, cmp.Or(c.kept, maxKept))
		followed := make(chan struct{})
		go func() {
			defer close(followed)
			err := c.Fleet.Follow(ctx, c.Job.ID, c.inbox.put)
			c.inbox.end(err)
		}()
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			c.watch(ctx)
		}()
		defer func() {
			cancel()
			<-followed
			<-watched
		}()
		c.err = c.each(ctx, yield)
	}
}

// Err is why All ended before the end of the list, nil if it did not.
func (c *Collector) Err() error { return c.err }

// each goes through the list, and hands out what is known of its domains in order.
// They are unpacked beside it, several at a time, and so is what there was no room for
// asked for again: one after the other each would be a way to the server.
func (c *Collector) each(ctx context.Context, yield func(Domain) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chan Domain, atOnce)
	ended := make(chan error, 1)
	go func() {
		defer close(queue)
		ended <- c.begin(ctx, queue)
	}()
	open := true
	var broken error
	for one := range queue {
		d := <-one
		if broken == nil {
			broken = d.err
		}
		if open && broken == nil {
			c.count(&d)
			open = yield(d)
		}
		if !open || broken != nil {
			cancel()
		}
	}
	err := <-ended
	switch {
	case broken != nil:
		return broken
	case !open:
		return context.Canceled
	}
	if bad, ok := errors.AsType[*damagedError](err); ok {
		c.missing += c.Job.Domains - bad.from
		c.told += c.Job.Domains - bad.from
		c.named = append(c.named, fmt.Sprintf("those from number %d of the list on, which cannot be read", bad.from+1))
		return nil
	}
	return err
}

// begin waits for the results of one domain after the other, and has each unpacked
// by a goroutine.
func (c *Collector) begin(ctx context.Context, queue chan<- chan Domain) error {
	list, err := c.Fleet.List(ctx, c.Job)
	if err != nil {
		return err
	}
	defer list.Close()
	lines := bufio.NewReaderSize(list, maxLine)
	packers := sync.Pool{New: func() any { return job.NewPacker() }}
	for number, r := range c.Job.Ranges() {
		vantages := c.Job.Vantages.Of(number)
		for index := r.First; index < r.First+r.Size; index++ {
			line, err := lines.ReadSlice('\n')
			if err != nil {
				return damaged(index, err)
			}
			d := Domain{Index: index, Domain: strings.TrimSuffix(string(line), "\n")}
			came, err := c.await(ctx, index, vantages)
			if err != nil {
				return err
			}
			one := make(chan Domain, 1)
			select {
			case queue <- one:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			go func() {
				packer := packers.Get().(*job.Packer)
				defer packers.Put(packer)
				c.fill(ctx, packer, &d, vantages, came)
				one <- d
			}()
		}
	}
	return nil
}

// damagedError is about a list that ended before it had as many domains as its job.
type damagedError struct{ from int }

func (*damagedError) Error() string { return "the list of the job is damaged" }

// damaged is the error of a list that cannot be read on.
func damaged(index int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, bufio.ErrBufferFull) {
		return &damagedError{index}
	}
	return fmt.Errorf("the list of the job: %w", err)
}

// arrival is a result that came: what there was no room for is to be asked for again.
type arrival struct {
	data    []byte // nil for one that will not come
	dropped bool
}

// await waits for the results of a domain.
func (c *Collector) await(ctx context.Context, index int, vantages []string) ([]arrival, error) {
	came := make([]arrival, len(vantages))
	for i, vantage := range vantages {
		data, dropped, err := c.inbox.take(ctx, vantage, index)
		if err != nil {
			return nil, err
		}
		came[i] = arrival{data, dropped}
	}
	return came, nil
}

// fill unpacks what is known of a domain.
func (c *Collector) fill(ctx context.Context, packer *job.Packer, d *Domain, vantages []string, came []arrival) {
	for i, vantage := range vantages {
		data := came[i].data
		if came[i].dropped {
			r, err := c.Fleet.Get(ctx, c.Job.ID, vantage, d.Index)
			if err != nil {
				d.err = err
				return
			}
			if r != nil {
				data = r.Data
			}
		}
		record, why := c.read(packer, data, d.Domain)
		if record == nil {
			d.Absent = append(d.Absent, Absent{vantage, why})
			continue
		}
		d.Seen = append(d.Seen, Seen{vantage, record})
	}
}

// read unpacks a result, which must be of the domain.
func (c *Collector) read(packer *job.Packer, data []byte, domain string) (record *job.Record, why string) {
	if data == nil {
		return nil, ""
	}
	record, err := packer.Unpack(data)
	switch {
	case err != nil:
		return nil, err.Error()
	case record.Result.Domain != result.PrintableString(domain):
		return nil, "what is stored is about " + result.Shown(record.Result.Domain)
	}
	return record, ""
}

// watch looks when no more results will come.
func (c *Collector) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if c.isOver(ctx) {
			n, err := c.Fleet.CountedAll(ctx, c.Job.ID)
			if err == nil {
				c.inbox.last(n)
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}

// isOver reports whether nobody works on the job any more.
func (c *Collector) isOver(ctx context.Context) bool {
	if c.Now {
		return true
	}
	entry, err := c.Fleet.Find(ctx, c.Job.ID)
	if err != nil {
		return errors.Is(err, bus.ErrNoJob)
	}
	return entry.State == bus.Done || entry.State == bus.Cancelled
}
