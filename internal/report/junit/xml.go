package junit

import (
	"strings"

	"mxprobe/probe/result"
)

// document collects XML. encoding/xml would do the same, but costs every
// program that links it time at its start.
type document struct{ b []byte }

// attr is an attribute of an element; one with an empty value is not written
// unless the schema asks for it.
type attr struct {
	name, value string
	required    bool
}

// open writes the start of an element, closed at once if it is empty.
func (x *document) open(indent int, name string, empty bool, attrs ...attr) {
	x.indent(indent)
	x.b = append(x.b, '<')
	x.b = append(x.b, name...)
	for _, a := range attrs {
		if a.value == "" && !a.required {
			continue
		}
		x.b = append(x.b, ' ')
		x.b = append(x.b, a.name...)
		x.b = append(x.b, '=', '"')
		x.text(a.value)
		x.b = append(x.b, '"')
	}
	if empty {
		x.b = append(x.b, '/')
	}
	x.b = append(x.b, '>', '\n')
}

func (x *document) close(indent int, name string) {
	x.indent(indent)
	x.b = append(x.b, "</"...)
	x.b = append(x.b, name...)
	x.b = append(x.b, '>', '\n')
}

// lines writes an element with lines of text inside, which keep their
// beginnings: a transcript is read in columns.
func (x *document) lines(indent int, name string, lines []string, attrs ...attr) {
	if len(lines) == 0 {
		x.open(indent, name, true, attrs...)
		return
	}
	x.open(indent, name, false, attrs...)
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(l, " "), ":"); ok {
			x.indent(len(l) - len(rest) - 1)
			x.b = append(x.b, "&#58;"...) // :: would be a command to a CI system's log
			l = rest
		}
		x.text(l)
		x.b = append(x.b, '\n')
	}
	x.close(indent, name)
}

func (x *document) indent(n int) {
	for range n {
		x.b = append(x.b, ' ')
	}
}

// text writes text so that it stays text. What XML 1.0 section 2.2 forbids,
// and every character that acts on its reader, has been made printable: the
// controls C0 and C1, U+FFFE and U+FFFF, half surrogates.
func (x *document) text(s string) {
	s = result.PrintableString(s)
	for {
		i := strings.IndexAny(s, `&<>"'`)
		if i < 0 {
			x.b = append(x.b, s...)
			return
		}
		x.b = append(x.b, s[:i]...)
		x.b = append(x.b, entity(s[i])...)
		s = s[i+1:]
	}
}

func entity(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	}
	return "&#39;"
}
