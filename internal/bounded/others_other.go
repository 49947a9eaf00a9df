//go:build !unix

package bounded

import "io/fs"

// OthersMay reports nothing: permissions say nothing here.
func OthersMay(fs.FileInfo) (read, write bool) { return false, false }
