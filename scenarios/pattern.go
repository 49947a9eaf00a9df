package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// TextPattern is what a reply's text must hold: plain text, with case, or a
// regular expression written /re/ or /re/i. The values of variables in a
// regular expression stand for themselves, not for patterns.
type TextPattern struct {
	Pos    Pos
	source string
	plain  string
	re     *regexp.Regexp
	tmpl   *Text
}

// Match reports whether the text (all lines, joined by newlines) fits.
func (p *TextPattern) Match(text string) bool {
	if p.re != nil {
		return p.re.MatchString(text)
	}
	return strings.Contains(text, p.plain)
}

// String returns the pattern as written.
func (p *TextPattern) String() string { return p.source }

// parseTextPattern reads plain text or /re/.
func parseTextPattern(text string) (TextPattern, error) {
	if text == "" {
		return TextPattern{}, errors.New("empty text is in every reply")
	}
	if text[0] != '/' {
		return TextPattern{source: text, plain: text}, nil
	}
	re, err := parseRegexp(text)
	return TextPattern{source: text, re: re}, err
}

// parseRegexp reads /re/ or /re/i.
func parseRegexp(text string) (*regexp.Regexp, error) {
	last := strings.LastIndexByte(text, '/')
	if last < 1 || text[0] != '/' {
		return nil, fmt.Errorf("%q is not a pattern: write /re/ or /re/i", text)
	}
	body, flags := text[1:last], text[last+1:]
	switch {
	case flags != "" && flags != "i":
		return nil, fmt.Errorf("%q is not a pattern: write /re/ or /re/i; the only flag is i", text)
	case body == "":
		return nil, errors.New("an empty pattern is in every reply")
	case flags == "i":
		body = "(?i)" + body
	}
	re, err := regexp.Compile(body)
	if err != nil {
		if se, ok := errors.AsType[*syntax.Error](err); ok {
			return nil, fmt.Errorf("%q is not a regular expression: %s: %q", text, se.Code, se.Expr)
		}
		return nil, fmt.Errorf("%q is not a regular expression", text)
	}
	return re, nil
}

func (p *TextPattern) resolve(lookup Lookup) (TextPattern, error) {
	if p.tmpl == nil {
		return *p, nil
	}
	if strings.HasPrefix(p.tmpl.source, "/") {
		plain := lookup
		lookup = func(name string) (string, bool) {
			value, ok := plain(name)
			return regexp.QuoteMeta(value), ok
		}
	}
	return resolveText(p.tmpl, lookup, func(value string) (TextPattern, error) {
		out, err := parseTextPattern(value)
		out.Pos = p.Pos
		return out, err
	})
}
