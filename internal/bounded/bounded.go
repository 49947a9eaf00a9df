// Package bounded reads files, and the output of programs, within two bounds: so
// many bytes, and no longer than a context lasts. A pipe whose other end is
// silent, a device without end and a program that hangs cost a run no more than
// its limits say.
package bounded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Folder is where files are opened by their names: an *os.Root, or the whole
// file system.
type Folder interface {
	Stat(name string) (fs.FileInfo, error)
	OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error)
}

// everywhere is the whole file system.
type everywhere struct{}

func (everywhere) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

func (everywhere) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, perm)
}

// LateError says that a context ended before all was read. It wraps the cause.
type LateError struct{ cause error }

func (e *LateError) Error() string {
	if errors.Is(e.cause, context.DeadlineExceeded) {
		return "nothing more came from it before the time for the whole run was over"
	}
	return e.cause.Error()
}

// Unwrap returns why the context ended.
func (e *LateError) Unwrap() error { return e.cause }

// SizeError says that there is more to read than the limit allows.
type SizeError struct{ Limit int }

func (e *SizeError) Error() string { return "it is larger than " + Size(e.Limit) }

// Size returns a number of bytes for people.
func Size(bytes int) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MiB", bytes>>20)
	case bytes >= 1<<10:
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// ReadFile reads a file of at most so many bytes. The error is a *SizeError, a
// *LateError, or that of the file system.
func ReadFile(ctx context.Context, name string, limit int) ([]byte, error) {
	f, err := Open(ctx, everywhere{}, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, limit)
}

// maxPiece is how much is read at once at most.
const maxPiece = 1 << 20

// ReadAll is io.ReadAll of at most so many bytes; the error of a longer text is a
// *SizeError. What is too long costs no more memory than the limit, and a text
// twice its size for a moment.
func ReadAll(r io.Reader, limit int) ([]byte, error) {
	var pieces [][]byte
	total := 0
	for size := 512; ; size = min(2*size, maxPiece) {
		piece := make([]byte, size)
		n, err := io.ReadFull(r, piece)
		pieces = append(pieces, piece[:n])
		switch total += n; {
		case total > limit:
			return nil, &SizeError{limit}
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return slices.Concat(pieces...), nil
		case err != nil:
			return slices.Concat(pieces...), err
		}
	}
}

// File is a file that is open for reading. Reading ends with a *LateError when
// the context of Open does.
type File struct {
	io.Reader
	f    *os.File
	stop func() bool
}

// OthersMay is OthersMay of the file that is open.
func (f *File) OthersMay() (read, write bool) {
	info, err := f.f.Stat()
	if err != nil {
		return false, false
	}
	return OthersMay(info)
}

// Close closes the file.
func (f *File) Close() error {
	f.stop()
	return f.f.Close()
}

// OpenFile is Open in the whole file system.
func OpenFile(ctx context.Context, name string) (*File, error) { return Open(ctx, everywhere{}, name) }

// Open opens a file of a folder. What is no regular file may never open, nor
// ever be read to its end: that is waited for until ctx ends, and no longer.
func Open(ctx context.Context, in Folder, name string) (*File, error) {
	info, err := in.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() || info.IsDir() {
		// A pipe that took its place since would be empty, but not wait.
		f, err := in.OpenFile(name, os.O_RDONLY|nonblock, 0)
		if err != nil {
			return nil, err
		}
		return &File{Reader: f, f: f, stop: func() bool { return false }}, nil
	}
	f, err := openWaiting(ctx, in, name, info)
	if err != nil {
		return nil, err
	}
	// Where the system can, a read that waits ends; else Reader leaves it behind.
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	return &File{Reader: Reader(ctx, f), f: f, stop: stop}, nil
}

// opened is what came of opening a file.
type opened struct {
	f   *os.File
	err error
}

// openWaiting opens what may have to be waited for.
func openWaiting(ctx context.Context, in Folder, name string, info fs.FileInfo) (*os.File, error) {
	done := make(chan opened, 1)
	go func() {
		f, err := in.OpenFile(name, os.O_RDONLY, 0)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-ctx.Done():
	}
	if info.Mode()&fs.ModeNamedPipe != 0 {
		// Whoever waits for the other end of a pipe goes on when it is opened.
		if f, err := in.OpenFile(name, os.O_WRONLY|nonblock, 0); err == nil {
			_ = f.Close()
		}
	}
	go func() {
		if o := <-done; o.err == nil {
			_ = o.f.Close()
		}
	}()
	return nil, &LateError{context.Cause(ctx)}
}

// Reader returns a reader of r that ends with a *LateError when ctx does. A read
// that goes on then is left behind: it must not be waited for.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx: ctx, r: r} }

type reader struct {
	ctx context.Context
	r   io.Reader
	b   []byte // of the reads
}

type chunk struct {
	n   int
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, &LateError{context.Cause(r.ctx)}
	}
	if r.b == nil {
		r.b = make([]byte, 32<<10)
	}
	b := r.b[:min(len(p), len(r.b))]
	done := make(chan chunk, 1)
	go func() {
		n, err := r.r.Read(b)
		done <- chunk{n, err}
	}()
	select {
	case c := <-done:
		return copy(p, b[:c.n]), c.err
	case <-r.ctx.Done():
		r.b = nil // the read may still write to it
		return 0, &LateError{context.Cause(r.ctx)}
	}
}
