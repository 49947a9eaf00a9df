//go:build unix && !solaris && !illumos && !aix

package state

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// How long a lock is waited for, which others hold for milliseconds, and how
// often it is asked for.
const (
	patience = 10 * time.Second
	pause    = 10 * time.Millisecond
)

// lock takes the lock of a file, which is made if it is not there. Since
// writing replaces the file, the lock counts only if it is still the one of
// that name.
func lock(ctx context.Context, path string, mode fs.FileMode) (unlock func(), err error) {
	for begun := time.Now(); ; {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, mode)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil && isStill(path, f) {
			return func() { _ = f.Close() }, nil
		}
		_ = f.Close()
		if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
		}
		if time.Since(begun) > patience || !rest(ctx) {
			return nil, errors.New("another run holds the lock on it")
		}
	}
}

// awaitWriter waits until nobody has the lock of a file, for a while, and
// reports whether that was so in the end.
func awaitWriter(ctx context.Context, path string) (free bool) {
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer f.Close()
	for begun := time.Now(); ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		switch {
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return true
		case time.Since(begun) > patience || !rest(ctx):
			return false
		}
	}
}

// rest waits for a moment. It reports false if ctx ended.
func rest(ctx context.Context) bool {
	moment := time.NewTimer(pause)
	defer moment.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-moment.C:
		return true
	}
}

// isStill reports whether f is the file of that name.
func isStill(path string, f *os.File) bool {
	named, err := os.Stat(path)
	if err != nil {
		return false
	}
	open, err := f.Stat()
	return err == nil && os.SameFile(named, open)
}
