// Package distinct finds the names of a list that came before, in a bounded
// space.
//
// Twice is for a list that can be read twice, and finds them at any distance. In
// the first reading a Bloom filter of ten bits a name says which names may have
// come before: those that did, and one in a hundred of the others. Only
// of these a sum of eight bytes is kept, and the second reading decides. A
// million names need 1.3 MB, and a tenth of that for the sums.
//
// Window is for a list that can be read once: it knows the last names, by their
// sums, at least WindowNames of them in 8 MB at most.
//
// Two names with the same sum would be taken for one. A sum has 63 bits and its
// seed is random, so that no list can be made for it: of a million names with as
// many sums, that happens in one run of 18 million.
package distinct

import "hash/maphash"

const (
	// MostSums is how many names may come again for Twice to find each: 8 MB.
	MostSums = 3 << 18
	// WindowNames is how many other names may stand between two of the same for
	// Window to find it.
	WindowNames = 3 << 17

	bitsOfName = 10
	leastBits  = 1 << 13
	mostBits   = 1 << 27 // 16 MiB
	probes     = 4
)

// Twice finds the names that came before in a list that is read twice. Note is
// for the first reading, Before for the second.
type Twice struct {
	seed   maphash.Seed
	filter []uint64
	again  sums
	most   int // sums
	full   bool
}

// NewTwice returns a Twice for about so many names. With more of them it needs
// more room for sums.
func NewTwice(names int) *Twice {
	bits := min(max(names, 0), mostBits/bitsOfName) * bitsOfName
	return &Twice{seed: maphash.MakeSeed(), filter: make([]uint64, max(bits, leastBits)/64), most: MostSums}
}

// Note takes in a name of the first reading.
func (t *Twice) Note(name string) {
	sum := sumOf(t.seed, name)
	switch {
	case t.set(sum), t.again.has(sum):
	case t.again.n >= t.most:
		t.full = true
	default:
		t.again.add(sum)
	}
}

// set sets the bits of a sum and reports whether one of them was not.
func (t *Twice) set(sum uint64) (fresh bool) {
	step := sum>>32 | 1
	bits := uint64(len(t.filter)) * 64
	for range probes {
		at := sum % bits
		if mask := uint64(1) << (at % 64); t.filter[at/64]&mask == 0 {
			t.filter[at/64] |= mask
			fresh = true
		}
		sum += step
	}
	return fresh
}

// Before reports whether a name came before in the second reading. A name that
// the first reading did not have is not known.
func (t *Twice) Before(name string) bool {
	sum := sumOf(t.seed, name)
	if !t.again.has(sum) {
		return false
	}
	at := t.again.slot(sum)
	before := *at&met != 0
	*at |= met
	return before
}

// Read is to be called between the readings: it lets go of what only the first
// one needs.
func (t *Twice) Read() { t.filter = nil }

// Full reports whether so many names came again that some are not known to.
func (t *Twice) Full() bool { return t.full }

// Window finds the names that came before among the last ones. The zero value
// is ready for use.
type Window struct {
	seed         maphash.Seed
	newer, older sums
	most         int // sums of each; 0 before the first
}

// Before reports whether a name came before, and takes it in.
func (w *Window) Before(name string) bool {
	if w.most == 0 {
		w.seed, w.most = maphash.MakeSeed(), WindowNames
	}
	sum := sumOf(w.seed, name)
	if w.newer.has(sum) || w.older.has(sum) {
		return true
	}
	if w.newer.n >= w.most {
		w.newer, w.older = sums{}, w.newer
	}
	w.newer.add(sum)
	return false
}

// sumOf is the sum of a name, never 0 and without the mark.
func sumOf(seed maphash.Seed, name string) uint64 {
	return max(maphash.String(seed, name)&^met, 1)
}
