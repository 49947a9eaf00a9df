package transcribe

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// scalar writes a text as one value of YAML: as it is where nothing in it can
// be taken for something else, in double quotes otherwise.
func scalar(text string) string {
	if bare(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\n':
			b.WriteString(`\n`)
		case printable(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// bare reports whether a text needs no quotes: it begins with a letter, and
// holds no mark of YAML.
func bare(text string) bool {
	if text == "" || !(text[0] >= 'a' && text[0] <= 'z' || text[0] >= 'A' && text[0] <= 'Z') {
		return false
	}
	for i := range len(text) {
		if text[i] < 0x20 || text[i] >= 0x7f {
			return false
		}
	}
	return !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") && !strings.Contains(text, " #") &&
		!strings.HasSuffix(text, " ")
}

// printable reports whether a character may stand in a scenario file as it is.
func printable(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa1, r == utf8.RuneError, r == 0xad, r == 0xfeff, r == 0x61c, r >= 0x2000 && r <= 0x206f, r >= 0xfff0 && r <= 0xffff,
		r >= 0xe000 && r <= 0xf8ff, r >= 0xd800 && r <= 0xdfff:
		return false
	}
	return r < 0x10000 || r >= 0x1f000 && r < 0x1fb00 || r >= 0x20000 && r < 0x30000
}

// literal writes a text so that no dollar sign in it begins a variable.
func literal(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		b.WriteByte(text[i])
		if text[i] == '$' && i+1 < len(text) && (text[i+1] == '$' || text[i+1] == '{') {
			b.WriteByte('$')
		}
	}
	return b.String()
}

// block writes the lines of a message below a key, each indented; ok is false
// where that cannot be done and the text has to stand in quotes.
func block(lines []string, indent string) (text string, ok bool) {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) == "" || lines[0][0] == ' ' || lines[0][0] == '\t' {
		return "", false
	}
	var b strings.Builder
	b.WriteString("|")
	if lines[len(lines)-1] == "" {
		b.WriteString("+")
	}
	b.WriteByte('\n')
	for _, l := range lines {
		for _, r := range l {
			if !printable(r) && r != '\t' {
				return "", false
			}
		}
		if l != "" {
			b.WriteString(indent + literal(l))
		}
		b.WriteByte('\n')
	}
	return b.String(), true
}
