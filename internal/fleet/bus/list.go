package bus

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"mxprobe/internal/fleet/job"
)

const (
	// maxList is how large a list may become, for each of its domains on average.
	maxList = 512
	// transferTime is how long a list may be on its way.
	transferTime = 30 * time.Minute
)

// PutList keeps the list of a job: a domain a line, packed with gzip.
func (f *Fleet) PutList(ctx context.Context, id string, list io.Reader) error {
	ctx, cancel := context.WithTimeout(ctx, transferTime)
	defer cancel()
	_, err := f.files.Put(ctx, jetstream.ObjectMeta{Name: listName(id)}, list)
	return f.Why(err)
}

// List fetches the list of a job into a file of its own, so that it can be read as
// slowly as results come. Close removes the file.
func (f *Fleet) List(ctx context.Context, j *job.Job) (io.ReadCloser, error) {
	file, err := os.CreateTemp("", "mxprobe-fleet-*.gz")
	if err != nil {
		return nil, err
	}
	l := &list{file: file}
	if err := f.fetchList(ctx, j, file); err != nil {
		return nil, errors.Join(fmt.Errorf("the list of the job %s: %w", j.ID, err), l.Close())
	}
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the list of the job %s is damaged", j.ID), l.Close())
	}
	l.Reader = io.LimitReader(unpacked, int64(j.Domains)*maxList+1<<16)
	return l, nil
}

// fetchList copies a list into a file, as often as it takes.
func (f *Fleet) fetchList(ctx context.Context, j *job.Job, to *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, transferTime)
	defer cancel()
	err := f.Retry(ctx, func() error {
		object, err := f.files.Get(ctx, listName(j.ID))
		if err != nil {
			return err
		}
		defer object.Close()
		if err := errors.Join(to.Truncate(0), rewind(to)); err != nil {
			return err
		}
		_, err = io.Copy(to, io.LimitReader(object, int64(j.Domains)*maxList+1<<16))
		return err
	})
	if err != nil {
		return f.Why(err)
	}
	return rewind(to)
}

func rewind(file *os.File) error {
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// list is a list in a file.
type list struct {
	io.Reader
	file *os.File
}

// Close removes the file.
func (l *list) Close() error { return errors.Join(l.file.Close(), os.Remove(l.file.Name())) }
