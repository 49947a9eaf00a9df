package sasl

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// prepare prepares a name or password by SASLprep (RFC 4013), as SCRAM asks
// for (RFC 5802 section 2.2). Characters that Unicode had not assigned when
// the rule was written are let through: many are in use today, and the rule
// lets them through in a query.
func prepare(s string) (string, error) {
	if isPlain(s) {
		return s, nil
	}
	if !utf8.ValidString(s) {
		return "", errors.New("is not UTF-8, and SCRAM can carry nothing else")
	}
	s = norm.NFKC.String(strings.Map(mapped, s))
	for _, r := range s {
		if prohibited(r) {
			return "", fmt.Errorf("has the character U+%04X, which SASLprep does not allow (RFC 4013 section 2.3)", r)
		}
	}
	if !oneWay(s) {
		return "", errors.New("mixes directions of writing in a way that SASLprep does not allow (RFC 4013 section 2.4)")
	}
	return s, nil
}

// isPlain reports whether SASLprep has nothing to do: printable ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// mapped takes out what is mapped to nothing (RFC 3454 table B.1) and makes
// blanks of other spaces (table C.1.2).
func mapped(r rune) rune {
	switch {
	case r == 0xad, r == 0x34f, r == 0x1806, r >= 0x180b && r <= 0x180d, r >= 0x200b && r <= 0x200d,
		r == 0x2060, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff:
		return -1
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	}
	return r
}

// prohibited are the tables C.1.2 and C.2.1 to C.9 of RFC 3454.
func prohibited(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r <= 0x9f, r == 0x6dd, r == 0x70f, r == 0x180e, // controls
		r >= 0x2028 && r <= 0x2029, r >= 0x2060 && r <= 0x2063, r >= 0x1d173 && r <= 0x1d17a:
		return true
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000: // private use
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // no characters
		return true
	case r >= 0xfff9 && r <= 0xfffd, r >= 0x2ff0 && r <= 0x2ffb: // unfit for plain text
		return true
	case r == 0x340, r == 0x341, r >= 0x200e && r <= 0x200f, r >= 0x202a && r <= 0x202e,
		r >= 0x206a && r <= 0x206f, r == 0xe0001, r >= 0xe0020 && r <= 0xe007f: // changes of display
		return true
	}
	return mapped(r) != r // a space or joiner that normalising brought back
}

// oneWay is the rule of RFC 3454 section 6: with a character that is written
// from the right, none from the left, and one from the right at both ends.
func oneWay(s string) bool {
	right, left := false, false
	for _, r := range s {
		right, left = right || fromRight(r), left || classOf(r) == bidi.L
	}
	if !right {
		return true
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return !left && fromRight(first) && fromRight(last)
}

func fromRight(r rune) bool {
	class := classOf(r)
	return class == bidi.R || class == bidi.AL
}

func classOf(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}
