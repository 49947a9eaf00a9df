//go:build unix

package bounded

import "io/fs"

// OthersMay reports what the permissions of a file leave to those who are neither
// its owner nor in its group. Nothing, for what is no regular file: a device or
// a pipe is no place where a secret lies.
func OthersMay(info fs.FileInfo) (read, write bool) {
	mode := info.Mode()
	return mode.IsRegular() && mode&0o004 != 0, mode.IsRegular() && mode&0o002 != 0
}
