package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mxprobe/probe/result"
)

// clean is the last defence: whatever comes from outside goes through it on
// its way to a line of text.
func clean(s string) string { return result.PrintableString(s) }

// cells returns the number of terminal columns that printable text takes.
func cells(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			n++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		n += runeCells(r)
		i += size
	}
	return n
}

// runeCells knows what names and messages are made of; it is no complete
// table of widths, and an error costs an alignment, not a meaning.
func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, // Hangul
		r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf, // kana, Han
		r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

func pad(s string, width int) string {
	if n := cells(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

func padLeft(s string, width int) string {
	if n := cells(s); n < width {
		return strings.Repeat(" ", width-n) + s
	}
	return s
}

// dots stand for what was left out; three full stops, because a terminal
// need not know U+2026.
const dots = "..."

// shorten leaves out the middle of s where it takes more than width columns:
// names differ at their ends.
func shorten(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	if width <= len(dots) {
		return dots[:max(width, 0)]
	}
	room := width - len(dots)
	head := cut(s, (room+1)/2)
	tail := cutFront(s, room/2)
	return head + dots + tail
}

// cut returns the start of s that takes at most width columns.
func cut(s string, width int) string {
	for i, r := range s {
		if width -= runeCells(r); width < 0 {
			return s[:i]
		}
	}
	return s
}

// cutFront returns the end of s that takes at most width columns.
func cutFront(s string, width int) string {
	end := len(s)
	for end > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:end])
		if width -= runeCells(r); width < 0 {
			break
		}
		end -= n
	}
	return s[end:]
}

// Wrap breaks text between words into lines of at most width columns; the
// lines after the first have to be set in by the caller, so that no foreign
// word begins one. A width of 0 breaks nothing.
func Wrap(s string, width int) []string { return wrap(s, width) }

// wrap breaks s between words into lines of at most width columns; a longer
// word has a line of its own. A width of 0 breaks nothing.
func wrap(s string, width int) []string {
	if width <= 0 || cells(s) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case line == "":
			line = word
		case cells(line)+1+cells(word) <= width || strings.HasPrefix(word, "::"):
			// A CI system may take a line that begins with :: for a command.
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
