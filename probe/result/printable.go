package result

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Printable returns text from a server in a form that is safe on a terminal,
// in a log and in every report: control characters, marks that change the
// direction of writing, and bytes that are not UTF-8 are written as \x1b or
// \u202e. Everything else, a backslash included, stays as it is. No more
// than limit bytes of b are looked at; where some are left off, the result
// ends in "..." and says how many. A limit of 0 means no limit.
func Printable(b []byte, limit int) string {
	left := 0
	if limit > 0 && len(b) > limit {
		left = len(b) - limit
		b = b[:limit]
	}
	if left == 0 && plain(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)+16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			out = appendHex(out, b[0])
		case r < 0x20 || r == 0x7f || (r >= 0x80 && r <= 0x9f):
			out = appendHex(out, byte(r))
		case !unicode.IsPrint(r):
			quoted := strconv.QuoteRuneToASCII(r)
			out = append(out, quoted[1:len(quoted)-1]...)
		default:
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	if left > 0 {
		out = append(out, "... ("...)
		out = strconv.AppendInt(out, int64(left), 10)
		out = append(out, " more bytes)"...)
	}
	return string(out)
}

// PrintableString is Printable for a string, without a limit.
func PrintableString(s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return Printable([]byte(s), 0)
		}
	}
	return s
}

func plain(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}

func appendHex(out []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(out, '\\', 'x', digits[c>>4], digits[c&15])
}
