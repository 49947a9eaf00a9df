package scenarios

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// Text is text with variables in it, as a scenario has them:
//
//	${name}            the value of a variable
//	${name:-default}   default where it has no value, or an empty one; the
//	                   default may hold variables
//	${env.NAME}        a variable of the environment
//	${name|xtext}      the value in the encoding of RFC 3461 section 4
//	${name|base64}     the value in base64
//	$$                 a dollar sign
//
// Any other dollar sign stands for itself. Names consist of letters, digits,
// underscores, dots and hyphens. Variables are put in after the YAML is read,
// so a value can never change the structure of a scenario; and a value with
// CR, LF or NUL in it is refused everywhere but in raw, so it can never make two
// commands of one. The zero Text is empty.
type Text struct {
	pos    Pos
	source string // as written
	value  string // what it stands for if there are no parts
	parts  []part
	breaks bool // values may hold line ends
	given  bool
}

// part is a piece of a Text: literal text, or a variable if it has a name.
type part struct {
	pos     Pos
	literal string
	name    string
	filter  filter
	def     *Text
}

type filter uint8

const (
	filterNone filter = iota
	filterXtext
	filterBase64
)

// TextError says why a text with variables has no value.
type TextError struct {
	Pos  Pos    // place in the scenario
	Text string // the variable as written, or the text it stands in
	// Name is the variable's name, empty where none alone is to blame.
	Name    string
	Message string
}

// Error returns the text and what is wrong with it, without the place.
func (e *TextError) Error() string { return fmt.Sprintf("%s %s", e.Text, e.Message) }

// Lookup finds the value of a variable.
type Lookup func(name string) (value string, ok bool)

// IsZero reports whether the text was not given at all. A text that is given
// and empty is not zero.
func (t *Text) IsZero() bool { return !t.given }

// Pos returns the place of the text in its file.
func (t *Text) Pos() Pos { return t.pos }

// String returns the text as written in the file, variables and all.
func (t *Text) String() string { return t.source }

// Literal returns the text if no variable is in it.
func (t *Text) Literal() (string, bool) {
	if t.parts != nil {
		return "", false
	}
	return t.value, true
}

// Append appends the text to dst with its variables put in. The error is a
// *TextError: a variable has no value, or one with a line end or a NUL in it.
func (t *Text) Append(dst []byte, lookup Lookup) ([]byte, error) {
	if t.parts == nil {
		return append(dst, t.value...), nil
	}
	for i := range t.parts {
		var err error
		if dst, err = t.parts[i].append(dst, lookup, t.breaks); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// Expand returns the text with its variables put in; errors are as in Append.
func (t *Text) Expand(lookup Lookup) (string, error) {
	if t.parts == nil {
		return t.value, nil
	}
	b, err := t.Append(make([]byte, 0, len(t.source)+32), lookup)
	return string(b), err
}

func (p *part) append(dst []byte, lookup Lookup, breaks bool) ([]byte, error) {
	if p.name == "" {
		return append(dst, p.literal...), nil
	}
	value, ok := lookup(p.name)
	if p.def != nil && (!ok || value == "") {
		// The default is the file's own text, but what its variables
		// stand for is not: it is expanded under the same rule.
		return p.def.Append(dst, lookup)
	}
	if !ok {
		return dst, p.error("is not defined")
	}
	start := len(dst)
	switch p.filter {
	case filterXtext:
		dst = appendXtext(dst, value)
	case filterBase64:
		dst = base64.StdEncoding.AppendEncode(dst, []byte(value))
	default:
		dst = append(dst, value...)
	}
	if breaks {
		return dst, nil
	}
	switch value := dst[start:]; {
	case hasLineEnd(value):
		return dst[:start], p.error("stands for a value with a line end in it, which only raw may send")
	case bytes.IndexByte(value, 0) >= 0:
		return dst[:start], p.error("stands for a value with a NUL in it, which only raw may send")
	}
	return dst, nil
}

func hasLineEnd(b []byte) bool {
	return bytes.IndexByte(b, '\n') >= 0 || bytes.IndexByte(b, '\r') >= 0
}

func (p *part) error(message string) *TextError {
	return &TextError{Pos: p.pos, Text: p.String(), Name: p.name, Message: message}
}

// String returns the part as written, defaults left out.
func (p *part) String() string {
	switch {
	case p.name == "":
		return p.literal
	case p.filter == filterXtext:
		return "${" + p.name + "|xtext}"
	case p.filter == filterBase64:
		return "${" + p.name + "|base64}"
	default:
		return "${" + p.name + "}"
	}
}

// appendXtext appends value in the encoding of RFC 3461 section 4: printable
// ASCII but "+" and "=" as it is, all else as + and two hex digits.
func appendXtext(dst []byte, value string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(value) {
		if c := value[i]; c > ' ' && c < 0x7f && c != '+' && c != '=' {
			dst = append(dst, c)
		} else {
			dst = append(dst, '+', hex[c>>4], hex[c&15])
		}
	}
	return dst
}

// verb returns the command word of the text in upper case, or nothing if a
// variable has a part in it.
func (t *Text) verb() string {
	head, whole := t.value, true
	if t.parts != nil {
		head, whole = t.parts[0].literal, false
	}
	if i := strings.IndexAny(head, " \t\r\n"); i >= 0 {
		head, whole = head[:i], true
	}
	if !whole {
		return ""
	}
	return strings.ToUpper(head)
}
