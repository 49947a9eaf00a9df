package cli

import "runtime"

// headroomSize is how much more a run over a list allocates between two
// collections than it would by itself.
const headroomSize = 8 << 20

// headroom lets the collector begin later, until release is called. What a
// list run holds is a megabyte or two, so that it would be collected every three
// megabytes, which took a sixth of all its instructions. The memory is never
// touched: the system does not spend a page on it, but it counts as held. A
// higher GOGC would do the same for a small run, and let a large one, with ten
// thousand sessions at once, take several times what it holds.
func headroom() (release func()) {
	room := make([]byte, headroomSize)
	return func() { runtime.KeepAlive(room) }
}
