package scenarios

import (
	"fmt"
	"strings"
)

// EnhancedPattern is an enhanced status code (RFC 3463) in which the last
// one or two parts may be x: 5.1.7, 5.7.x, 5.x.x.
type EnhancedPattern struct {
	Pos  Pos
	text string // in lower case
	tmpl *Text
}

// Match reports whether an enhanced status code is one the pattern stands for.
func (p *EnhancedPattern) Match(code string) bool {
	want, rest := p.text, code
	for range 3 {
		w, wantRest, _ := strings.Cut(want, ".")
		c, codeRest, _ := strings.Cut(rest, ".")
		if c == "" || w != "x" && w != c {
			return false
		}
		want, rest = wantRest, codeRest
	}
	return rest == ""
}

// String returns the pattern as written.
func (p *EnhancedPattern) String() string {
	if p.tmpl != nil {
		return p.tmpl.String()
	}
	return p.text
}

// parseEnhanced reads a pattern: class 2, 4 or 5, subject and detail of up
// to three digits (RFC 3463 section 2).
func parseEnhanced(text string) (EnhancedPattern, error) {
	parts := strings.Split(strings.ToLower(text), ".")
	ok := len(parts) == 3 && (parts[0] == "2" || parts[0] == "4" || parts[0] == "5")
	open := false
	for i := 1; ok && i < 3; i++ {
		if parts[i] == "x" {
			open = true
			continue
		}
		ok = !open && isStatusNumber(parts[i])
	}
	if !ok {
		return EnhancedPattern{}, fmt.Errorf("%q is not an enhanced status code (5.1.7, 5.7.x, 5.x.x)", text)
	}
	return EnhancedPattern{text: strings.Join(parts, ".")}, nil
}

// isStatusNumber reports whether text is a number of one to three digits
// without leading zeros.
func isStatusNumber(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return len(text) >= 1 && len(text) <= 3 && (text[0] != '0' || text == "0")
}

func (p *EnhancedPattern) resolve(lookup Lookup) (EnhancedPattern, error) {
	if p.tmpl == nil {
		return *p, nil
	}
	return resolveText(p.tmpl, lookup, func(value string) (EnhancedPattern, error) {
		out, err := parseEnhanced(value)
		out.Pos = p.Pos
		return out, err
	})
}

// resolveText expands a text and reads what comes out.
func resolveText[T any](t *Text, lookup Lookup, parse func(string) (T, error)) (T, error) {
	var zero T
	value, err := t.Expand(lookup)
	if err != nil {
		return zero, err
	}
	out, err := parse(value)
	if err != nil {
		return zero, &TextError{Pos: t.pos, Text: t.source, Message: "stands for something wrong: " + err.Error()}
	}
	return out, nil
}
