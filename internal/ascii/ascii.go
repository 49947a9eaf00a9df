// Package ascii says what is in ASCII.
package ascii

// Only reports whether a text has no byte beyond ASCII. The empty text has
// none.
func Only[T ~string | ~[]byte](text T) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
