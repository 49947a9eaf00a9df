//go:build unix

package mailbox

import "syscall"

// nonblock keeps the open of a file that became a pipe from waiting for ever.
const nonblock = syscall.O_NONBLOCK
