// Package stack lets stacks grow once, while there is next to nothing on them. A
// stack that grows later, and twice or four times, is gone through each time with
// all that stands on it, which took 200,000 of the 2.4 million instructions of a
// process that plays one dialogue.
//
// The stack of the first goroutine grows to what a run needs before anything else
// is done; for that the program imports this package, the one package that does
// something before it is asked. Packages are initialized in the order of their
// paths, as far as what they import allows it (Go, Package initialization): this
// one, which imports nothing, comes before those whose initialization goes deep.
package stack

var _ = first(0)

// Grow lets the stack of a new goroutine grow to 8 KiB, enough to look up a name or
// to open a connection.
func Grow() { few(0) }

// GrowLittle lets it grow to 4 KiB, as much as a session may have that waits.
func GrowLittle() { least(0) }

// first, few and least need so large a stack, and touch none of it where n is 0.
//
//go:noinline
func first(n int) byte {
	if n == 0 {
		return 0
	}
	var room [24 << 10]byte
	return room[n]
}

//go:noinline
func few(n int) byte {
	if n == 0 {
		return 0
	}
	var room [4 << 10]byte
	return room[n]
}

//go:noinline
func least(n int) byte {
	if n == 0 {
		return 0
	}
	var room [2 << 10]byte
	return room[n]
}
