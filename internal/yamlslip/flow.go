package yamlslip

import (
	"strings"
	"unicode/utf8"
)

// flow passes a map or list in braces or brackets, and looks for variables in
// it that are not in quotes.
func (s *scanner) flow(open int) int {
	depth, at, found := 0, open, false
	for ; at < len(s.text) && len(s.slips) < maxSlips; at++ {
		switch c := s.text[at]; c {
		case '"', '\'':
			if before := s.text[at-1]; strings.IndexByte(" \t\n[{,:", before) >= 0 {
				at = s.quotedInFlow(at)
			}
		case '$':
			if !strings.HasPrefix(s.text[at:], "${") {
				continue
			}
			length := strings.IndexByte(s.text[at:], '}')
			if length < 0 || strings.Contains(s.text[at:at+length], "\n") {
				continue
			}
			s.variable(at, at+length+1, found)
			found = true
			at += length
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return s.afterFlow(open, at+1)
			}
		case '\n':
			// A bracket that is never closed must not hide the rest.
			if next := s.blanks(at + 1); depth > 0 && strings.HasPrefix(s.text[next:], "- ") {
				return at + 1
			}
		}
	}
	return at
}

// variable takes note of a variable in braces or brackets. Letters of the same
// number stand in for it.
func (s *scanner) variable(from, to int, again bool) {
	s.add(from, utf8.RuneCountInString(s.text[from:to]), "a variable stands in braces or brackets of YAML",
		"quote it, or put one key per line", from, to, strings.Repeat("x", to-from))
	if again && s.end(s.slips[len(s.slips)-2].At) == s.end(from) {
		s.slips[len(s.slips)-1].Message = ""
	}
}

// quotedInFlow returns the offset of the quote that closes the one at.
func (s *scanner) quotedInFlow(at int) int {
	quote := s.text[at]
	for i := at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '\\' && quote == '"', c == quote && quote == '\'' && strings.HasPrefix(s.text[i+1:], "'"):
			i++
		case c == quote:
			return i
		}
	}
	return max(at, len(s.text)-1)
}

// afterFlow looks for text behind the closing brace.
func (s *scanner) afterFlow(open, at int) int {
	end := s.end(at)
	next := s.blanks(at)
	if next >= end || strings.IndexByte("#\r:,", s.text[next]) >= 0 {
		return end + 1
	}
	if strings.HasPrefix(s.text[open:], "{{") {
		s.add(open, 2, "{{ starts a map in YAML", "variables are written ${x}", open, end, "x")
	} else {
		s.add(next, 1, "there is text after the closing bracket", "quote "+s.all(), open, end, "x")
	}
	return end + 1
}
