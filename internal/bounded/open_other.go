//go:build !unix

package bounded

// nonblock is of no use here: there are no pipes among the files.
const nonblock = 0
