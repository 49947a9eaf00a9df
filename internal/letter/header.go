package letter

import (
	"bytes"
	"iter"
	"strings"
)

// Field is one field of a header.
type Field struct {
	Name string
	// Value is what follows the colon, its lines joined, without blanks around
	// it; at most [MaxValue] bytes.
	Value string
	// Raw is the field as it came, its line ends included.
	Raw []byte
}

// Header is the fields of a message or part in the order in which they stand.
type Header []Field

// Get returns the value of the first field of a name, whatever its case;
// empty if there is none.
func (h Header) Get(name string) string {
	for value := range h.All(name) {
		return value
	}
	return ""
}

// Has reports whether there is a field of that name.
func (h Header) Has(name string) bool {
	for range h.All(name) {
		return true
	}
	return false
}

// All yields the values of the fields of a name from the top down.
func (h Header) All(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h {
			if strings.EqualFold(h[i].Name, name) && !yield(h[i].Value) {
				return
			}
		}
	}
}

// ReadHeader reads fields up to an empty line, and returns what follows it.
// Lines that are no field are passed over.
func ReadHeader(raw []byte) (h Header, body []byte) {
	from := -1 // where the field begins that is being read
	for at := 0; at < len(raw); {
		end := lineEnd(raw, at)
		line := bytes.TrimRight(raw[at:end], "\r\n")
		switch {
		case len(line) == 0:
			return h.with(raw, from, at), raw[end:]
		case line[0] == ' ' || line[0] == '\t':
		default:
			h = h.with(raw, from, at)
			if from = -1; nameLength(line) > 0 {
				from = at
			}
		}
		at = end
	}
	return h.with(raw, from, len(raw)), nil
}

// with appends the field that stands between two places.
func (h Header) with(raw []byte, from, to int) Header {
	if from < 0 || len(h) >= maxFields {
		return h
	}
	field := raw[from:to]
	n := nameLength(field)
	value := field[bytes.IndexByte(field[n:], ':')+n+1:]
	return append(h, Field{Name: string(field[:n]), Value: unfold(value), Raw: field})
}

// lineEnd returns the place behind the line feed of the line at a place.
func lineEnd(raw []byte, at int) int {
	if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(raw)
}

// maxName is the longest name of a field that is taken for one.
const maxName = 100

// nameLength returns the length of the name at the beginning of a field (RFC
// 5322 section 2.2), 0 if it has none. Blanks before the colon are borne, as
// RFC 822 allowed them.
func nameLength(line []byte) int {
	n := 0
	for n < len(line) && n < maxName && line[n] > ' ' && line[n] < 0x7f && line[n] != ':' {
		n++
	}
	rest := bytes.TrimLeft(line[n:min(len(line), n+10)], " \t")
	if len(rest) == 0 || rest[0] != ':' {
		return 0
	}
	return n
}

// unfold joins the lines of a value (RFC 5322 section 2.2.3).
func unfold(value []byte) string {
	value = bytes.TrimSpace(value)
	if bytes.IndexByte(value, '\n') < 0 {
		return string(value[:min(len(value), MaxValue)])
	}
	var b strings.Builder
	for line := range bytes.Lines(value) {
		line = bytes.TrimSpace(line)
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.Write(line[:min(len(line), max(0, MaxValue-b.Len()))])
		if b.Len() >= MaxValue {
			break
		}
	}
	return b.String()
}
