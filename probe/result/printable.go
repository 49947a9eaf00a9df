package result

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mxprobe/internal/ascii"
)

// Printable returns text from a server in a form that is safe on a terminal,
// in a log and in every report: control characters, marks that change the
// direction of writing, characters that cannot be seen, and bytes that are
// not UTF-8 are written as \x1b or \u202e, and so is the bracket of ##[, which
// begins a command to the log of a CI system wherever it stands. Everything
// else, a backslash included, stays as it is. No more than limit bytes of b are looked at, and
// a character is not cut in two; where bytes are left off, the result ends in
// "..." and says how many. A limit of 0 means no limit. The result is at most
// four times as long as what was looked at, and that remark.
func Printable(b []byte, limit int) string {
	left := 0
	if limit > 0 && len(b) > limit {
		keep := runeEnd(b, limit)
		left = len(b) - keep
		b = b[:keep]
	}
	if left == 0 {
		return PrintableString(string(b))
	}
	var out strings.Builder
	out.Grow(len(b) + len("... ( more bytes)") + len("9223372036854775807"))
	if isASCII(b) {
		out.Write(b) // what most text is, without a copy on the way
	} else {
		escape(&out, string(b))
	}
	out.WriteString("... (")
	var digits [20]byte
	out.Write(strconv.AppendInt(digits[:0], int64(left), 10))
	out.WriteString(" more bytes)")
	return out.String()
}

// PrintableString is Printable for a string, without a limit. It returns s
// itself where nothing needs to be written differently.
func PrintableString(s string) string {
	if plain(s) == len(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s) + 16)
	escape(&out, s)
	return out.String()
}

// MaxShown bounds what a message repeats of text from elsewhere, in bytes.
const MaxShown = 200

// Shown is text from elsewhere for a message, no longer than MaxShown.
func Shown(text string) string { return Printable([]byte(text), MaxShown) }

// maxQuoted bounds what a message shows of bytes that are not text.
const maxQuoted = 120

// Quoted is bytes that are not a reply, in quotes, for a message.
func Quoted(b []byte) string { return `"` + Printable(b, maxQuoted) + `"` }

// IsPrintable reports whether Printable leaves r as it is.
func IsPrintable(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 0x20 && r < 0x7f
	}
	// Unicode counts some characters without any shape as letters or marks.
	return unicode.IsPrint(r) &&
		!unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// runeEnd returns the greatest length up to limit at which b can be cut
// without cutting a character.
func runeEnd(b []byte, limit int) int {
	start := limit
	for start > 0 && start > limit-utf8.UTFMax && !utf8.RuneStart(b[start]) {
		start--
	}
	if _, n := utf8.DecodeRune(b[start:]); n > 1 && start+n > limit {
		return start
	}
	return limit
}

// isASCII reports whether b is ASCII that Printable leaves as it is.
func isASCII(b []byte) bool {
	for i := ascii.Plain(b); i < len(b); i += 1 + ascii.Plain(b[i+1:]) {
		if c := b[i]; c < 0x20 || c >= 0x7f || c == '[' && i >= 2 && b[i-1] == '#' && b[i-2] == '#' {
			return false
		}
	}
	return true
}

// EndsCommand reports whether the character at i of s ends the mark of a command
// in the log of a CI system, ##[, which Printable takes apart.
func EndsCommand(s string, i int) bool {
	return s[i] == '[' && i >= 2 && s[i-1] == '#' && s[i-2] == '#'
}

// plain returns the length of the part of s, from its start, that Printable
// leaves as it is.
func plain(s string) int {
	for i := ascii.Plain(s); i < len(s); {
		if s[i] < utf8.RuneSelf {
			if !IsPrintable(rune(s[i])) || EndsCommand(s, i) {
				return i
			}
			i++
			i += ascii.Plain(s[i:])
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if n == 1 || !IsPrintable(r) {
			return i
		}
		i += n
	}
	return len(s)
}

func escape(out *strings.Builder, s string) {
	for len(s) > 0 {
		n := plain(s)
		out.WriteString(s[:n])
		if s = s[n:]; s == "" {
			return
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case size == 1:
			writeHex(out, s[0])
		case r <= 0x9f:
			writeHex(out, byte(r))
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
}

func writeHex(out *strings.Builder, c byte) {
	const digits = "0123456789abcdef"
	out.WriteString(`\x`)
	out.WriteByte(digits[c>>4])
	out.WriteByte(digits[c&15])
}
