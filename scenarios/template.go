package scenarios

import (
	"fmt"
	"strings"

	"mxprobe/internal/spelling"
)

// maxDefaults is how deep defaults may stand inside defaults.
const maxDefaults = 8

// template reads a text with variables. place gives the place of the n-th
// "${" in it.
type template struct {
	rest   string
	seen   int // "${" passed
	place  func(n int) Pos
	breaks bool
	depth  int
}

// templateError is a mistake in a text with variables.
type templateError struct {
	n       int // which "${" is wrong
	width   int
	message string
	hint    string
}

// parseText reads text; an error says which "${" is wrong. With breaks, values
// may hold line ends.
func parseText(text string, pos Pos, breaks bool, place func(n int) Pos) (Text, *templateError) {
	t := Text{pos: pos, source: text, value: text, breaks: breaks, given: true}
	if strings.IndexByte(text, '$') < 0 {
		return t, nil
	}
	r := template{rest: text, place: place, breaks: breaks}
	parts, err := r.parts(false)
	if err != nil {
		return Text{}, err
	}
	t.set(parts)
	return t, nil
}

// set puts parts into a text; if no variable is among them, it is literal.
func (t *Text) set(parts []part) {
	for i := range parts {
		if parts[i].name != "" {
			t.parts = parts
			return
		}
	}
	t.value = ""
	if len(parts) > 0 {
		t.value = parts[0].literal
	}
}

// parts reads up to the end, or inside a default up to the closing brace,
// which it leaves.
func (r *template) parts(inside bool) ([]part, *templateError) {
	var parts []part
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	for r.rest != "" && !(inside && r.rest[0] == '}') {
		switch {
		case strings.HasPrefix(r.rest, "$$"):
			literal.WriteByte('$')
			r.rest = r.rest[2:]
		case strings.HasPrefix(r.rest, "${"):
			p, err := r.variable()
			if err != nil {
				return nil, err
			}
			flush()
			parts = append(parts, p)
		default:
			literal.WriteByte(r.rest[0])
			r.rest = r.rest[1:]
		}
	}
	flush()
	return parts, nil
}

// variable reads one ${...}.
func (r *template) variable() (part, *templateError) {
	n, start := r.seen, r.rest
	r.seen++
	r.rest = r.rest[2:]
	fail := func(hint, format string, args ...any) (part, *templateError) {
		return part{}, &templateError{n, 2, fmt.Sprintf(format, args...), hint}
	}
	p := part{pos: r.place(n), name: r.name()}
	tail := strings.IndexByte(start, '}')
	switch {
	case tail < 0:
		return fail("close it with }, or write $$ for a dollar sign", "${ is not closed")
	case p.name == "":
		return fail("a name has letters, digits, _ . and -; $$ is a dollar sign",
			"%q is not a variable", start[:tail+1])
	case strings.HasPrefix(r.rest, ":-"):
		r.rest = r.rest[2:]
		if r.depth++; r.depth > maxDefaults {
			return fail("", "defaults stand too deep inside defaults")
		}
		def := &Text{pos: p.pos, breaks: r.breaks, given: true}
		text := r.rest
		parts, err := r.parts(true)
		if err != nil {
			return part{}, err
		}
		def.source = text[:len(text)-len(r.rest)]
		def.set(parts)
		p.def = def
		r.depth--
	case strings.HasPrefix(r.rest, "|xtext}"):
		p.filter = filterXtext
		r.rest = r.rest[len("|xtext"):]
	case strings.HasPrefix(r.rest, "|base64}"):
		p.filter = filterBase64
		r.rest = r.rest[len("|base64"):]
	case strings.HasPrefix(r.rest, "|"):
		word := start[strings.IndexByte(start, '|')+1 : tail]
		return fail("allowed: base64, xtext", "unknown filter %q%s", word, spelling.DidYouMean(word, []string{"base64", "xtext"}))
	}
	if !strings.HasPrefix(r.rest, "}") {
		if r.rest == "" {
			return fail("close it with }, or write $$ for a dollar sign", "${ is not closed")
		}
		return fail("allowed: ${name}, ${name:-default}, ${name|xtext}, ${name|base64}",
			"%q is not a variable", start[:tail+1])
	}
	r.rest = r.rest[1:]
	return p, nil
}

// name reads a variable's name.
func (r *template) name() string {
	i := 0
	for i < len(r.rest) && isNameByte(r.rest[i]) {
		i++
	}
	// ${name:-default} has no hyphen before the colon to be taken for
	// the name's own.
	name := r.rest[:i]
	r.rest = r.rest[i:]
	return name
}

func isNameByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// isName reports whether a variable may have this name.
func isName(name string) bool {
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return false
		}
	}
	return name != ""
}
