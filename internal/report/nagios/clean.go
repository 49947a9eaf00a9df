package nagios

import (
	"strings"
	"unicode/utf8"

	"mxprobe/probe/result"
)

// clean makes foreign text harmless where plugins' output goes: to web pages
// that may show markup, and through macros into the shell commands that send
// notifications. Control characters are written as /x1b, and a character that
// means something there is replaced: a bar begins performance data; printf %b,
// which stock notification commands use, acts on backslashes; the others are
// what Nagios itself takes out of its macros (illegal_macro_output_chars),
// but for the apostrophe, which is harmless in the double quotes around them.
func clean(s string) string {
	s = result.PrintableString(s)
	if !strings.ContainsAny(s, "|\\<>`\"$&") {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '|', '\\':
			return '/'
		case '<':
			return '('
		case '>':
			return ')'
		case '`', '"':
			return '\''
		case '$':
			return '?'
		case '&':
			return '+'
		}
		return r
	}, s)
}

// maxName is the length of a name that is shown whole.
const maxName = 64

// name is clean for the name of a domain, a host or a scenario. Of one that
// is too long the middle is left out: names differ at their ends.
func name(s string) string {
	s = clean(s)
	if utf8.RuneCountInString(s) <= maxName {
		return s
	}
	r := []rune(s)
	const half = (maxName - len(dots)) / 2
	return string(r[:half]) + dots + string(r[len(r)-half:])
}

// dots stand for what was left out.
const dots = "..."

// cut returns s, or the start of it that fits into limit bytes with dots
// behind it. No character is cut in two.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := max(limit-len(dots), 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + dots
}
