//go:build !unix || solaris || illumos || aix

package journal

import "os"

// lock does nothing: there is none on files here.
func lock(*os.File) error { return nil }
