package smtpwire

// Keywords are ASCII, and so is what "without case" means for them. The
// folding of package strings would let a server's long s or Kelvin sign pass
// for the letters s and k.

func upperByte(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b - ('a' - 'A')
	}
	return b
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if upperByte(a[i]) != upperByte(b[i]) {
			return false
		}
	}
	return true
}

func upper(s string) string {
	for i := range len(s) {
		if upperByte(s[i]) != s[i] {
			b := []byte(s)
			for j := range b {
				b[j] = upperByte(b[j])
			}
			return string(b)
		}
	}
	return s
}

// hash returns the same number for names that are equal without case.
func hash(s string) uint32 {
	const offset, prime = 2166136261, 16777619 // FNV-1a
	h := uint32(offset)
	for i := range len(s) {
		h = (h ^ uint32(upperByte(s[i]))) * prime
	}
	return h
}
