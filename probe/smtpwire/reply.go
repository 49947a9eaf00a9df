package smtpwire

import (
	"iter"
	"strings"
)

// Reply is one whole reply of a server (RFC 5321 section 4.2).
type Reply struct {
	// Code is the reply code, 200 to 599, the same on every line.
	Code int
	// Raw is the reply as it came, codes and line ends included.
	Raw string
	// Notes says what is unusual about it.
	Notes Note
}

// Class returns the first digit of the code, which is all a client may
// judge an unknown code by (RFC 5321 section 4.3.2).
func (r *Reply) Class() int { return r.Code / 100 }

// Lines yields the lines as they came, code and separator included, without
// their ends.
func (r *Reply) Lines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := r.Raw; rest != ""; {
			var line string
			line, rest = cutLine(rest)
			if !yield(line) {
				return
			}
		}
	}
}

// TextLines yields the text of each line: what follows code and separator.
func (r *Reply) TextLines() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range r.Lines() {
			if !yield(lineText(line)) {
				return
			}
		}
	}
}

// Text returns the text of all lines, joined by newlines.
func (r *Reply) Text() string {
	first, rest := cutLine(r.Raw)
	if rest == "" {
		return lineText(first)
	}
	var b strings.Builder
	b.Grow(len(r.Raw))
	b.WriteString(lineText(first))
	for rest != "" {
		first, rest = cutLine(rest)
		b.WriteByte('\n')
		b.WriteString(lineText(first))
	}
	return b.String()
}

// FirstText returns the text of the first line.
func (r *Reply) FirstText() string {
	first, _ := cutLine(r.Raw)
	return lineText(first)
}

// cutLine cuts s behind its first line and takes the line end off.
func cutLine(s string) (line, rest string) {
	line, rest, found := strings.Cut(s, "\n")
	if found {
		line = strings.TrimSuffix(line, "\r")
	}
	return line, rest
}

func lineText(line string) string {
	if len(line) < 4 {
		return ""
	}
	return line[4:]
}
