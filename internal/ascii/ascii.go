// Package ascii says what is in ASCII, and what it can be there.
package ascii

// Only reports whether a text has no byte beyond ASCII. The empty text has
// none.
func Only[T ~string | ~[]byte](text T) bool {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		if (text[i]|text[i+1]|text[i+2]|text[i+3]|text[i+4]|text[i+5]|text[i+6]|text[i+7])&0x80 != 0 {
			return false
		}
	}
	for ; i < len(text); i++ {
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
	i := 0
	for ; i+8 <= len(text); i += 8 {
		w := uint64(text[i]) | uint64(text[i+1])<<8 | uint64(text[i+2])<<16 | uint64(text[i+3])<<24 |
			uint64(text[i+4])<<32 | uint64(text[i+5])<<40 | uint64(text[i+6])<<48 | uint64(text[i+7])<<56
		if special(w) {
			break
		}
	}
	for i < len(text) && text[i]-0x20 < 0x5f && text[i] != '"' && text[i] != '\\' && text[i] != '[' {
		i++
	}
	return i
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

// Digits reports whether a text is digits and nothing else, one at least.
func Digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
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
