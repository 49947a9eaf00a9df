// Package dkim has what a DKIM signature is made and checked with (RFC 6376,
// RFC 8301, RFC 8463): the canonical forms of fields and bodies, and the
// verification of the signatures of a message.
//
// Messages come from anybody: how many signatures are checked and what is read
// of each is bounded.
package dkim

import (
	"bytes"
	"strings"
)

// RelaxedField is a field with its line end in the relaxed form of RFC 6376
// section 3.4.2.
func RelaxedField(field []byte) []byte {
	name, value, _ := bytes.Cut(field, []byte(":"))
	name = bytes.ToLower(bytes.TrimRight(name, " \t"))
	unfolded := bytes.ReplaceAll(value, []byte("\r\n"), nil)
	return []byte(string(name) + ":" + string(bytes.Trim(squeezed(unfolded), " ")) + "\r\n")
}

// RelaxedBody is a body in the relaxed form of section 3.4.4.
func RelaxedBody(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for line := range bytes.Lines(body) {
		line = squeezed(bytes.TrimSuffix(line, []byte("\r\n")))
		out = append(append(out, bytes.TrimRight(line, " ")...), "\r\n"...)
	}
	out = withoutEmptyLines(out)
	if string(out) == "\r\n" {
		return nil
	}
	return out
}

// simpleBody is a body in the simple form of section 3.4.3.
func simpleBody(body []byte) []byte {
	if len(body) > 0 && !bytes.HasSuffix(body, []byte("\r\n")) {
		body = append(body[:len(body):len(body)], "\r\n"...)
	}
	if body = withoutEmptyLines(body); len(body) == 0 {
		return []byte("\r\n")
	}
	return body
}

// withoutEmptyLines takes the empty lines at the end off.
func withoutEmptyLines(body []byte) []byte {
	for bytes.HasSuffix(body, []byte("\r\n\r\n")) {
		body = body[:len(body)-2]
	}
	return body
}

// squeezed makes one blank of each run of blanks and tabs.
func squeezed(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c == '\t' {
			c = ' '
		}
		if c != ' ' || len(out) == 0 || out[len(out)-1] != ' ' {
			out = append(out, c)
		}
	}
	return out
}

// withoutBlanks takes the blanks out of a value that has none.
func withoutBlanks(value string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, value)
}
