//go:build unix && !solaris && !illumos && !aix

package state

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadWaitsForTheFirstWriter: the file that its lock is on is empty, and
// that is no mistake of anybody.
func TestReadWaitsForTheFirstWriter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	locked, read := make(chan struct{}), make(chan error)
	go func() {
		<-locked
		var n numbers
		found, err := kind().Read(t.Context(), path, &n)
		if err == nil && (!found || n.Numbers["a"] != 1) {
			err = fmt.Errorf("found %t, %v", found, n.Numbers)
		}
		read <- err
	}()
	update(t, path, func(n *numbers) {
		n.Numbers["a"] = 1
		close(locked)
		time.Sleep(5 * pause) // the reader finds the empty file
	})
	if err := <-read; err != nil {
		t.Errorf("reading beside the first writer: %v", err)
	}
}

// TestFailedFirstUpdateLeavesNoFile: an empty one would stop every later run.
func TestFailedFirstUpdateLeavesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	n := failing{}
	if err := kind().Update(t.Context(), path, &n, func() { n.Never = func() {} }); err == nil {
		t.Fatal("a function was written as JSON")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of a failed update: %v", err)
	}
}

// TestWaitingEndsWithTheRun: a lock that another run does not give back holds
// up nobody for longer than it may run.
func TestWaitingEndsWithTheRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	unlock, err := lock(t.Context(), path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, use := range map[string]func() error{
		"Read":   func() error { _, err := kind().Read(ctx, path, new(numbers)); return err },
		"Update": func() error { return kind().Update(ctx, path, new(numbers), func() {}) },
	} {
		begun := time.Now()
		if err := use(); err == nil || !strings.Contains(err.Error(), "another run holds the lock on it") {
			t.Errorf("%s = %v; want the lock in it", name, err)
		}
		if took := time.Since(begun); took > patience/2 {
			t.Errorf("%s waited for %v after the end of the run", name, took)
		}
	}
}

// failing is a file that cannot be written.
type failing struct {
	Header
	Never func() `json:"never,omitempty"`
}

func (*failing) Valid() error { return nil }

// TestLockOfAFileThatWasReplaced: whoever waited for the lock of the old
// file must not work on it.
func TestLockOfAFileThatWasReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	unlock, err := lock(t.Context(), path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !isStill(path, f) {
		t.Error("the file of that name is not taken for it")
	}
	if err := os.WriteFile(path+".new", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if isStill(path, f) {
		t.Error("a file that was replaced is taken for the one of that name")
	}
	// The new file has no lock on it yet.
	again, err := lock(t.Context(), path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	again()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if isStill(path, f) {
		t.Error("a file that was removed is still there")
	}
}
