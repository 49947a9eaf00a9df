package compose

import (
	"bytes"
	"fmt"
	"mime"
	"strings"

	"mxprobe/internal/ascii"
)

// Field is a field of a header: its name and its value, on one line.
type Field struct{ Name, Value string }

// SetFields puts fields on top of a message, in their order, in place of
// those of the same names. A value outside ASCII is written as RFC 2047 has
// it, but for fields with addresses, where it would mean something else. The
// text need not have a header of its own. The error names a field that cannot
// be one.
func SetFields(text []byte, fields []Field) ([]byte, error) {
	var out []byte
	for _, f := range fields {
		if !ascii.FieldName(f.Name) || strings.ContainsAny(f.Value, "\r\n") {
			return nil, fmt.Errorf("%q is not a header field", f.Name)
		}
		value := f.Value
		if !hasAddresses(f.Name) {
			value = mime.QEncoding.Encode("utf-8", value)
		}
		out = append(append(append(append(out, f.Name...), ": "...), value...), '\n')
	}
	header, rest := cutHeader(text)
	drop := false
	for line := range bytes.Lines(header) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			drop = named(fields, string(name))
		}
		if !drop {
			out = append(out, line...)
		}
	}
	if header == nil {
		out = append(out, '\n')
	}
	return append(out, rest...), nil
}

func named(fields []Field, name string) bool {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

func hasAddresses(name string) bool {
	switch strings.ToLower(name) {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "return-path":
		return true
	}
	return false
}

// cutHeader cuts a text before the empty line that ends its header, or behind
// its last line. A text whose first line is no field has no header: it is nil.
func cutHeader(text []byte) (header, rest []byte) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	name, _, colon := bytes.Cut(first, []byte(":"))
	if !colon || !ascii.FieldName(string(name)) {
		return nil, text
	}
	at := 0
	for line := range bytes.Lines(text) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		at += len(line)
	}
	return text[:at], text[at:]
}
