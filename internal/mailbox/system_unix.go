//go:build unix

package mailbox

import (
	"os"
	"syscall"
)

// nonblock keeps the open of a file that became a pipe from waiting for ever.
const nonblock = syscall.O_NONBLOCK

// readLock takes a lock for reading, which writers of mbox files ask for (RFC
// 4155 appendix A). It is held until the file is closed, and false where
// somebody else writes. A file system without locks has none to wait for.
func readLock(file *os.File) bool {
	err := syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_RDLCK})
	return err != syscall.EAGAIN && err != syscall.EACCES
}
