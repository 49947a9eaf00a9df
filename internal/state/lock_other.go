//go:build !unix || solaris || illumos || aix

package state

import "io/fs"

// awaitWriter does nothing: there is no lock to wait for.
func awaitWriter(string) {}

// lock does nothing: here a file that is open cannot be replaced.
func lock(string, fs.FileMode) (unlock func(), err error) { return func() {}, nil }
