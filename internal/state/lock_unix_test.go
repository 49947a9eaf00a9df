//go:build unix && !solaris && !illumos && !aix

package state

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLockOfAFileThatWasReplaced: whoever waited for the lock of the old
// file must not work on it.
func TestLockOfAFileThatWasReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "n.json")
	unlock, err := lock(path, 0o600)
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
	again, err := lock(path, 0o600)
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
