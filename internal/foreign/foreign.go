// Package foreign finds programs that other people wrote, for tests that have
// them read what mxprobe writes. No program may contain it.
//
// Beside PATH they are looked for in the directory MXPROBE_INTEROP_DIR, which
// has a tree for each that is not installed but unpacked. Where one is
// missing the test is skipped; with MXPROBE_INTEROP=require it fails instead.
package foreign

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// limit is how long a program may take. None of them needs a second; a
// program that waits for something must not hold up the tests.
const limit = 2 * time.Minute

// Tree returns the directory into which something was unpacked, / where it
// has none of its own.
func Tree(tree string) string {
	if root := os.Getenv("MXPROBE_INTEROP_DIR"); root != "" {
		if dir := filepath.Join(root, tree); exists(dir) {
			return dir
		}
	}
	return "/"
}

// Program returns the path of a program that is unpacked in the tree, or
// installed. The test ends here if it is neither.
func Program(t testing.TB, tree, name string) string {
	t.Helper()
	for _, dir := range []string{"usr/bin", "usr/sbin"} {
		if path := filepath.Join(Tree(tree), dir, name); exists(path) {
			return path
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name)
	}
	return path
}

// Missing skips the test because something is not installed, or fails it if
// everything is required.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("MXPROBE_INTEROP") == "require" {
		t.Fatalf("%s is missing, and everything is required", what)
	}
	t.Skipf("skipped: no %s", what)
}

// Command is exec.Command for a program that must not run longer than the
// test, and not long.
func Command(t testing.TB, path string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, path, args...)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
