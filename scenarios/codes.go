package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Codes says which reply codes are wanted: any of a list of exact codes
// (250), groups (25x) and classes (2xx), and four words. The zero Codes
// wants nothing; see Step.Default.
type Codes struct {
	Pos Pos
	// Any is true if any reply will do.
	Any bool
	// EOF is true if the server may close the connection instead.
	EOF bool
	// None is true if no reply is to be read.
	None bool
	// Silence is true if it is fine that nothing comes within the timeout.
	Silence bool

	ranges []codeRange
	vars   []Text // alternatives that are known once variables are
}

// codeRange is the codes from low to high: one, ten or a hundred.
type codeRange struct{ low, high int }

func (r codeRange) String() string {
	switch r.high - r.low {
	case 0:
		return strconv.Itoa(r.low)
	case 9:
		return strconv.Itoa(r.low/10) + "x"
	default:
		return strconv.Itoa(r.low/100) + "xx"
	}
}

// codeForms is what error messages say that codes look like.
const codeForms = "(250, 25x, 2xx, [250, 251], eof, silence, none, any)"

// ParseCodes reads codes from text: one or several, with commas or blanks or
// "or" between them. Codes start with 2 to 5, as replies do (RFC 5321
// section 4.2.1); none stands alone.
func ParseCodes(text string) (Codes, error) {
	var c Codes
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for _, w := range words {
		if w == "or" && len(words) > 1 {
			continue
		}
		if err := c.add(w); err != nil {
			return Codes{}, err
		}
	}
	if c.IsZero() {
		return Codes{}, fmt.Errorf("%q is not a reply code %s", text, codeForms)
	}
	return c, c.check()
}

// check refuses combinations that mean nothing.
func (c *Codes) check() error {
	if c.None && (c.Any || c.EOF || c.Silence || len(c.ranges) > 0 || len(c.vars) > 0) {
		return fmt.Errorf("none stands alone: it says that no reply is read")
	}
	return nil
}

// add takes one alternative in.
func (c *Codes) add(word string) error {
	switch word {
	case "any":
		c.Any = true
		return nil
	case "eof":
		c.EOF = true
		return nil
	case "none":
		c.None = true
		return nil
	case "silence":
		c.Silence = true
		return nil
	}
	r, ok := parseCodeRange(word)
	if !ok {
		return fmt.Errorf("%q is not a reply code %s", word, codeForms)
	}
	if !slices.Contains(c.ranges, r) {
		c.ranges = append(c.ranges, r)
	}
	return nil
}

// parseCodeRange reads 250, 25x or 2xx.
func parseCodeRange(word string) (codeRange, bool) {
	if len(word) != 3 || word[0] < '2' || word[0] > '5' {
		return codeRange{}, false
	}
	low, span := int(word[0]-'0'), 1
	for _, d := range []byte(word[1:]) {
		switch {
		case d == 'x' || d == 'X':
			low, span = low*10, span*10
		case d >= '0' && d <= '9' && span == 1:
			low = low*10 + int(d-'0')
		default:
			return codeRange{}, false
		}
	}
	return codeRange{low, low + span - 1}, true
}

// Names reports whether code is wanted by its own number, and not only as one
// of its group or class.
func (c *Codes) Names(code int) bool { return slices.Contains(c.ranges, codeRange{code, code}) }

// IsZero reports whether nothing is said about codes.
func (c *Codes) IsZero() bool {
	return !c.Any && !c.EOF && !c.None && !c.Silence && len(c.ranges) == 0 && len(c.vars) == 0
}

// Match reports whether a reply with this code is one of those wanted.
func (c *Codes) Match(code int) bool {
	for _, r := range c.ranges {
		if r.low <= code && code <= r.high {
			return true
		}
	}
	return c.Any
}

// ByClass reports whether a code is wanted because its whole class is (2xx, 5xx),
// and is not named more closely than that. It does not look at Any.
func (c *Codes) ByClass(code int) bool {
	whole := false
	for _, r := range c.ranges {
		if r.low <= code && code <= r.high {
			if r.high-r.low != 99 {
				return false
			}
			whole = true
		}
	}
	return whole
}

// HasClass reports whether some alternative starts with this digit. It does
// not look at Any.
func (c *Codes) HasClass(first int) bool {
	for _, r := range c.ranges {
		if r.low/100 == first {
			return true
		}
	}
	return false
}

// String returns the codes for people, such as "250 or 251". ParseCodes
// reads it back.
func (c *Codes) String() string {
	var b []byte
	put := func(word string) {
		if b != nil {
			b = append(b, " or "...)
		}
		b = append(b, word...)
	}
	for _, r := range c.ranges {
		put(r.String())
	}
	for i := range c.vars {
		put(c.vars[i].String())
	}
	if c.Any {
		put("any")
	}
	if c.EOF {
		put("eof")
	}
	if c.None {
		put("none")
	}
	if c.Silence {
		put("silence")
	}
	return string(b)
}

// Resolve returns the codes with their variables put in. The error names the
// variable, or what it stands for where that is no code.
func (c *Codes) Resolve(lookup Lookup) (Codes, error) {
	if len(c.vars) == 0 {
		return *c, nil
	}
	out := Codes{Pos: c.Pos, Any: c.Any, EOF: c.EOF, None: c.None, Silence: c.Silence, ranges: slices.Clone(c.ranges)}
	for i := range c.vars {
		t := &c.vars[i]
		value, err := t.Expand(lookup)
		if err != nil {
			return Codes{}, err
		}
		more, err := ParseCodes(value)
		if err != nil {
			return Codes{}, &TextError{Pos: t.pos, Text: t.String(), Message: standsFor(value, err)}
		}
		out.Any, out.EOF, out.None = out.Any || more.Any, out.EOF || more.EOF, out.None || more.None
		out.Silence = out.Silence || more.Silence
		out.ranges = append(out.ranges, more.ranges...)
	}
	if err := out.check(); err != nil {
		return Codes{}, &TextError{Pos: c.Pos, Text: c.String(), Message: err.Error()}
	}
	return out, nil
}

// standsFor says what is wrong with the value of a variable.
func standsFor(value string, err error) string {
	value = strconv.Quote(value)
	if why, ok := strings.CutPrefix(err.Error(), value+" is "); ok {
		return "stands for " + value + ", which is " + why
	}
	return "stands for " + value + ": " + err.Error()
}

// codeSet makes Codes of alternatives that are known to be right.
func codeSet(words ...string) Codes {
	var c Codes
	for _, w := range words {
		_ = c.add(w)
	}
	return c
}
