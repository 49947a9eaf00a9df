// Package collect brings the results of a job together: in the order of its list,
// while it runs, each domain once for each vantage, or named as missing.
package collect

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
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
	// maxNamed is how many domains are named of those without a result.
	maxNamed = 10
	// maxLine bounds a line of a list.
	maxLine = 4096
)

// Domain is what is known of one domain of the list.
type Domain struct {
	// Index counts from 0.
	Index  int
	Domain string
	// Seen has a result for each vantage that there is one of, in the order of
	// the job's; Absent are those of which there is none.
	Seen   []Seen
	Absent []string
}

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

	inbox   *inbox
	missing int
	named   []string
	err     error
}

// All yields every domain of the list, in order. It waits for results until the
// job is done or was cancelled. When ctx ends, it ends; see Err.
func (c *Collector) All(ctx context.Context) iter.Seq[Domain] {
	return func(yield func(Domain) bool) {
		ctx, cancel := context.WithCancel(ctx)
		c.inbox = newInbox(c.Job)
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

// Missing says, after All, of how many domains there is no result, or not from
// every vantage, and names the first of them.
func (c *Collector) Missing() (n int, names string) {
	if c.missing == 0 || c.err != nil && !errors.Is(c.err, errDamaged) {
		return 0, ""
	}
	names = strings.Join(c.named, ", ")
	if c.missing > len(c.named) {
		names += fmt.Sprintf(" and %d more", c.missing-len(c.named))
	}
	what := "have"
	if c.missing == 1 {
		what = "has"
	}
	return c.missing, fmt.Sprintf("%d of %d domains %s no result: %s", c.missing, c.Job.Domains, what, names)
}

// errDamaged is about a list that does not have as many domains as its job.
var errDamaged = errors.New("the list of the job is damaged")

// each goes through the list.
func (c *Collector) each(ctx context.Context, yield func(Domain) bool) error {
	list, err := c.Fleet.List(ctx, c.Job)
	if err != nil {
		return err
	}
	defer list.Close()
	lines := bufio.NewReaderSize(list, maxLine)
	packer := job.NewPacker()
	for number, r := range c.Job.Ranges() {
		vantages := c.Job.Vantages.Of(number)
		for index := r.First; index < r.First+r.Size; index++ {
			line, err := lines.ReadSlice('\n')
			if err != nil {
				return c.damaged(index, err)
			}
			d := Domain{Index: index, Domain: strings.TrimSuffix(string(line), "\n")}
			if err := c.fill(ctx, packer, &d, vantages); err != nil {
				return err
			}
			if !yield(d) {
				return context.Canceled
			}
		}
	}
	return nil
}

// damaged notes that the list ended early.
func (c *Collector) damaged(index int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, bufio.ErrBufferFull) {
		c.missing += c.Job.Domains - index
		c.named = append(c.named, fmt.Sprintf("those from number %d of the list on, which cannot be read", index+1))
		return errDamaged
	}
	return fmt.Errorf("the list of the job: %w", err)
}

// fill waits for what is known of a domain.
func (c *Collector) fill(ctx context.Context, packer *job.Packer, d *Domain, vantages []string) error {
	for _, vantage := range vantages {
		data, err := c.wait(ctx, vantage, d.Index)
		if err != nil {
			return err
		}
		record, why := c.read(packer, data, d.Domain)
		if record == nil {
			d.Absent = append(d.Absent, vantage)
			c.miss(d.Domain, vantage, why)
			continue
		}
		d.Seen = append(d.Seen, Seen{vantage, record})
	}
	if len(d.Absent) > 0 {
		c.missing++
	}
	return nil
}

// wait waits for a result; nil if there will be none.
func (c *Collector) wait(ctx context.Context, vantage string, index int) ([]byte, error) {
	data, dropped, err := c.inbox.take(ctx, vantage, index)
	if err != nil || !dropped {
		return data, err
	}
	r, err := c.Fleet.Get(ctx, c.Job.ID, vantage, index)
	if err != nil || r == nil {
		return nil, err
	}
	return r.Data, nil
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

// miss names a domain without a result.
func (c *Collector) miss(domain, vantage, why string) {
	if len(c.named) >= maxNamed {
		return
	}
	text := result.Shown(domain)
	if vantage != job.Any {
		text += " from " + vantage
	}
	if why != "" {
		text += " (" + why + ")"
	}
	c.named = append(c.named, text)
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
