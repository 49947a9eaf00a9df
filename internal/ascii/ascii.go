// Package ascii says what is in ASCII, and what it can be there.
package ascii

// Only reports whether a text has no byte beyond ASCII. The empty text has
// none.
func Only[T ~string | ~[]byte](text T) bool {
	for ; len(text) >= 8; text = text[8:] {
		if eight(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Plain returns how many bytes at the start of a text are printable ASCII and
// none of " \ and [, which some writer or other has to look at. It looks at
// eight bytes at a time, since most text is plain to its end.
func Plain[T ~string | ~[]byte](text T) int {
	rest := text
	for len(rest) >= 8 && !special(eight(rest)) {
		rest = rest[8:]
	}
	i := 0
	for i < len(rest) && isPlain(rest[i]) {
		i++
	}
	return len(text) - len(rest) + i
}

func isPlain(c byte) bool {
	// A bit for each byte below 64 that is plain, and for each from there on.
	const low, high uint64 = 1<<64 - 1<<0x20 - 1<<'"', 1<<63 - 1 - 1<<('['-64) - 1<<('\\'-64)
	set := low
	if c >= 64 {
		set = high
	}
	return c < 0x80 && set>>(c&63)&1 != 0
}

// eight are the first eight bytes of a text that has as many, the first of them
// lowest.
func eight[T ~string | ~[]byte](text T) uint64 {
	_ = text[7]
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}

// special reports whether one of eight bytes is not plain. The highest bit of
// each byte is where a subtraction shows that the byte was less than what was
// taken from it; a byte is nothing but c where it is 0 once c is taken out of it.
func special(w uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	quote, slash, bracket, del := w^'"'*each, w^'\\'*each, w^'['*each, w^0x7f*each
	return (w|(w-0x20*each)|(quote-each)|(slash-each)|(bracket-each)|(del-each))&high != 0
}

// Lower returns a text with its ASCII letters in lower case and all else as it
// is. Unlike strings.ToLower it moves nothing: what stands at a place of the
// result stands there in the text, also where that is no UTF-8.
func Lower(text string) string {
	for i := range len(text) {
		if text[i]-'A' < 26 {
			out := []byte(text)
			for ; i < len(out); i++ {
				if out[i]-'A' < 26 {
					out[i] += 'a' - 'A'
				}
			}
			return string(out)
		}
	}
	return text
}

// Digit reports whether a byte is a decimal digit.
func Digit(c byte) bool { return '0' <= c && c <= '9' }

// Digits reports whether a text is digits and nothing else, one at least.
func Digits(text string) bool {
	for i := range len(text) {
		if !Digit(text[i]) {
			return false
		}
	}
	return text != ""
}

// Hex is the value of a hexadecimal digit in capitals or not, -1 for what is none.
func Hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// FieldName reports whether a text can be the name of a header field: it is
// printable, without blanks and colons (RFC 5322 section 3.6.8), and not empty.
func FieldName(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return text != ""
}
