package distinct

// sums is a set of sums, without the pointers of a map: eight bytes a slot, of
// which at most three quarters are taken.
type sums struct {
	slots []uint64 // a power of two of them; 0 is an empty one
	n     int
}

// met marks a sum that came in the second reading.
const met = 1 << 63

// slot returns the place of a sum, or the empty one where it would be.
func (s *sums) slot(sum uint64) *uint64 {
	last := uint64(len(s.slots)) - 1
	for i := sum; ; i++ {
		if at := &s.slots[i&last]; *at == 0 || *at&^met == sum {
			return at
		}
	}
}

// has reports whether a sum is in the set.
func (s *sums) has(sum uint64) bool { return s.n > 0 && *s.slot(sum) != 0 }

// add puts a sum into the set.
func (s *sums) add(sum uint64) {
	if s.n >= len(s.slots)/4*3 {
		s.grow()
	}
	if at := s.slot(sum); *at == 0 {
		*at = sum
		s.n++
	}
}

func (s *sums) grow() {
	old := s.slots
	s.slots = make([]uint64, max(2*len(old), 1<<6))
	for _, sum := range old {
		if sum != 0 {
			*s.slot(sum &^ met) = sum
		}
	}
}
