package transcribe

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar writes a text as one value of YAML: as it is where nothing in it can
// be taken for something else, in double quotes otherwise.
func scalar(text string) string {
	first := strings.Trim(text[:min(1, len(text))], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if text == "" || first != "" || strings.HasSuffix(text, ":") || strings.HasSuffix(text, " ") ||
		strings.Contains(text, ": ") || strings.Contains(text, " #") ||
		strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r >= 0x7f }) {
		return quoted(text)
	}
	return text
}

// quoted writes a text in double quotes.
func quoted(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch short := strings.Trim(strconv.QuoteRune(r), "'"); {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\t' || r == '\r' || r == '\n':
			b.WriteString(short)
		case printable(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteString(short)
		}
	}
	return `"` + b.String() + `"`
}

// printable reports whether a character may stand in a scenario file as it is.
func printable(r rune) bool { return strconv.IsPrint(r) && r != utf8.RuneError }

// literal writes a text so that no dollar sign in it begins a variable.
func literal(text string) string {
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
	for _, l := range lines {
		if strings.ContainsFunc(l, func(r rune) bool { return !printable(r) && r != '\t' }) {
			return "", false
		}
		if b.WriteByte('\n'); l != "" {
			b.WriteString(indent + literal(l))
		}
	}
	return b.String(), true
}
