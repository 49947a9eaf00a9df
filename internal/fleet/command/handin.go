package command

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus"
	"mxprobe/internal/fleet/job"
)

// pack writes the list into a file, packed, and counts it.
func (s *submission) pack(ctx context.Context) (list *os.File, err error) {
	all, err := s.domains.All(ctx, s.program)
	if err != nil {
		return nil, err
	}
	if list, err = os.CreateTemp("", "mxprobe-fleet-*.gz"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = list.Close()
			_ = os.Remove(list.Name())
		}
	}()
	packed := gzip.NewWriter(list)
	for domain := range all {
		if s.job.Domains++; s.job.Domains > job.MaxDomains {
			return nil, cli.Usagef("the list has more than %d domains; make several jobs of it", job.MaxDomains)
		}
		if _, err = io.WriteString(packed, domain+"\n"); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if err = errors.Join(s.domains.Err(), packed.Close()); err != nil {
		return nil, err
	}
	if s.job.LeftOut = s.domains.LeftOut(); s.job.LeftOut != "" {
		s.program.Say("%s", s.job.LeftOut)
	}
	if twice := s.domains.Twice(); twice != "" {
		s.program.Warn("%s", twice)
	}
	_, err = list.Seek(0, io.SeekStart)
	return list, err
}

// ahead is how many batches are on their way to the server before they are waited
// for.
const ahead = 256

// enqueue hands every batch to its vantages.
func (s *submission) enqueue(ctx context.Context, f *bus.Fleet, list *os.File) (batches int, err error) {
	if _, err := list.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	unpacked, err := gzip.NewReader(list)
	if err != nil {
		return 0, err
	}
	lines := bufio.NewReader(unpacked)
	var waits []func() error
	flush := func() error {
		for _, wait := range waits {
			if err := wait(); err != nil {
				return f.Why(err)
			}
		}
		waits = waits[:0]
		return nil
	}
	for number, r := range s.job.Ranges() {
		work := &job.Work{Format: job.Format, Job: s.job.ID, First: r.First}
		for range r.Size {
			line, err := lines.ReadString('\n')
			if err != nil {
				return 0, err
			}
			work.Domains = append(work.Domains, strings.TrimSuffix(line, "\n"))
		}
		for _, vantage := range s.job.Vantages.Of(number) {
			wait, err := f.Enqueue(ctx, vantage, work)
			if err != nil {
				return 0, f.Why(err)
			}
			waits = append(waits, wait)
			batches++
		}
		if len(waits) >= ahead {
			if err := flush(); err != nil {
				return 0, err
			}
		}
	}
	return batches, flush()
}
