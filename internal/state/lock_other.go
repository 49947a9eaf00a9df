//go:build !unix || solaris || illumos || aix

package state

import (
	"context"
	"io/fs"
)

// awaitWriter does nothing: there is no lock to wait for.
func awaitWriter(context.Context, string) (free bool) { return true }

// lock does nothing: here a file that is open cannot be replaced.
func lock(context.Context, string, fs.FileMode) (unlock func(), err error) { return func() {}, nil }
