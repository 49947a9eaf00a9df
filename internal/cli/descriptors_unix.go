//go:build unix

package cli

import "syscall"

// openFiles is how many files this process may have open at once; 0 where that is
// not known or no bound.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || uint64(limit.Cur) > 1<<30 {
		return 0
	}
	return int(limit.Cur)
}
