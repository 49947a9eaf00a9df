package report

import (
	"net/netip"
	"slices"
	"strconv"
	"unicode/utf8"

	"mxprobe/internal/ascii"
	"mxprobe/probe/result"
)

// encoder appends JSON to a buffer. It is written by hand because an event
// for each step of a million dialogues is the bulk of a list's output, and
// because its strings hold nothing a terminal acts on, which encoding/json
// does not promise (DEL, C1 and bidi marks pass through it).
//
// A comma is needed unless the last byte opens an object or an array. That
// byte cannot be the end of a string, which ends in a quotation mark.
type encoder struct{ b []byte }

func (e *encoder) comma() { e.b = withComma(e.b) }

func withComma(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '{' && b[n-1] != '[' {
		b = append(b, ',')
	}
	return b
}

func (e *encoder) open()  { e.comma(); e.b = append(e.b, '{') }
func (e *encoder) close() { e.b = append(e.b, '}') }

// key begins a member; name is a constant of ours and needs no escapes.
func (e *encoder) key(name string) {
	e.b = append(append(append(withComma(e.b), '"'), name...), '"', ':')
}

// word is str where the value is a constant of ours as well.
func (e *encoder) word(name, value string) {
	e.key(name)
	e.b = append(append(append(e.b, '"'), value...), '"')
}

func (e *encoder) object(name string) {
	e.key(name)
	e.b = append(e.b, '{')
}

func (e *encoder) list(name string) {
	e.key(name)
	e.b = append(e.b, '[')
}

func (e *encoder) endList() { e.b = append(e.b, ']') }

func (e *encoder) str(name, value string) {
	e.key(name)
	e.b = appendString(e.b, value)
}

// strSome leaves out the member where the value is empty; so do the other
// functions with Some in their names.
func (e *encoder) strSome(name, value string) {
	if value != "" {
		e.str(name, value)
	}
}

func (e *encoder) strs(name string, values []string) {
	e.list(name)
	for _, v := range values {
		e.comma()
		e.b = appendString(e.b, v)
	}
	e.endList()
}

func (e *encoder) strsSome(name string, values []string) {
	if len(values) > 0 {
		e.strs(name, values)
	}
}

// address writes an IP address as text, empty where it is none.
func (e *encoder) address(name string, ip netip.Addr) {
	if !ip.IsValid() || ip.Zone() != "" {
		text := ""
		if ip.IsValid() {
			text = ip.String()
		}
		e.str(name, text) // a zone is text from elsewhere
		return
	}
	e.key(name)
	e.b = append(ip.AppendTo(append(e.b, '"')), '"')
}

func (e *encoder) int(name string, value int) {
	e.key(name)
	e.b = strconv.AppendInt(e.b, int64(value), 10)
}

func (e *encoder) intSome(name string, value int) {
	if value != 0 {
		e.int(name, value)
	}
}

func (e *encoder) trueSome(name string, value bool) {
	if value {
		e.key(name)
		e.b = append(e.b, "true"...)
	}
}

// millis writes milliseconds with up to three decimals.
func (e *encoder) millis(name string, m result.Millis) {
	e.key(name)
	us := m.Duration().Microseconds()
	if us < 0 {
		e.b = append(e.b, '-')
		us = -us
	}
	e.b = strconv.AppendInt(e.b, us/1000, 10)
	if part := us % 1000; part != 0 {
		e.b = append(e.b, '.', byte('0'+part/100), byte('0'+part/10%10), byte('0'+part%10))
		for e.b[len(e.b)-1] == '0' {
			e.b = e.b[:len(e.b)-1]
		}
	}
}

func (e *encoder) millisSome(name string, m result.Millis) {
	if m != 0 {
		e.millis(name, m)
	}
}

// mapSome writes the members in the order of their names, so that equal
// results are equal text.
func (e *encoder) mapSome(name string, values map[string]string) {
	if len(values) == 0 {
		return
	}
	e.object(name)
	for _, k := range sortedKeys(values) {
		e.comma()
		e.b = appendString(e.b, k)
		e.b = append(e.b, ':')
		e.b = appendString(e.b, values[k])
	}
	e.close()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// appendString appends s as a JSON string (RFC 8259 section 7). What is not
// printable ASCII and is not shown as such by result.PrintableString is
// escaped, so that a line of JSON is as safe to look at as a line of text.
func appendString(b []byte, s string) []byte {
	i := ascii.Plain(s)
	if i == len(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	b = append(b, '"')
	start := 0
	for i < len(s) {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && !result.EndsCommand(s, i) {
			i++
			i += ascii.Plain(s[i:])
			continue
		}
		if c >= 0x80 {
			if n := printableRune(s[i:]); n > 0 {
				i += n
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		b = append(b, s[start:i]...)
		b = appendEscape(b, r)
		i += n
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// printableRune returns the length of the rune s begins with, or 0 if it has
// to be escaped.
func printableRune(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 || !result.IsPrintable(r) {
		return 0
	}
	return n
}

// appendEscape appends r as JSON escapes it; a byte that is not UTF-8 comes
// as U+FFFD.
func appendEscape(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\n':
		return append(b, '\\', 'n')
	case r == '\t':
		return append(b, '\\', 't')
	case r > 0xffff:
		r -= 0x10000
		return appendHex4(appendHex4(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return appendHex4(b, r)
}

func appendHex4(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
