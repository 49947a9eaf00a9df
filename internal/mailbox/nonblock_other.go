//go:build !unix

package mailbox

const nonblock = 0
