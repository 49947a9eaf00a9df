package smtpwire

import (
	"errors"
	"fmt"
	"strings"
)

// The longest values of the DSN parameters, in characters of xtext as sent
// (RFC 3461 sections 4.4 and 4.2); that of ORCPT includes the address type.
const (
	MaxENVID = 100
	MaxORCPT = 500
)

// ErrXtext is the error for text that is not xtext.
var ErrXtext = errors.New("not xtext (RFC 3461 section 4)")

// EncodeXtext returns s as xtext: "+", "=" and everything outside the
// printable ASCII characters becomes "+" and two hexadecimal digits (RFC
// 3461 section 4). Text that needs no change is returned as it is.
func EncodeXtext(s string) string {
	extra := 0
	for i := range len(s) {
		if !isXchar(s[i]) {
			extra += 2
		}
	}
	if extra == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + extra)
	for i := range len(s) {
		if isXchar(s[i]) {
			b.WriteByte(s[i])
			continue
		}
		const digits = "0123456789ABCDEF"
		b.WriteByte('+')
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

// DecodeXtext returns the text that xtext stands for. The error wraps
// ErrXtext: a character that must not occur, or a "+" without two upper-case
// hexadecimal digits.
func DecodeXtext(s string) (string, error) {
	if !strings.Contains(s, "+") && allXchars(s) {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case isXchar(s[i]):
			b.WriteByte(s[i])
		case s[i] == '+' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0:
			b.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
		default:
			return "", fmt.Errorf("%w: %q at %d", ErrXtext, s[i:min(i+3, len(s))], i)
		}
	}
	return b.String(), nil
}

// FormatENVID returns the parameter ENVID for an envelope identifier: the
// keyword, "=", and id as xtext. The error says that id is longer than
// MaxENVID as xtext, empty, or not printable ASCII (RFC 3461 section 4.4).
func FormatENVID(id string) (string, error) {
	if err := printableASCII(id); err != nil {
		return "", fmt.Errorf("envelope identifier: %w", err)
	}
	x := EncodeXtext(id)
	if len(x) > MaxENVID {
		return "", fmt.Errorf("envelope identifier has %d characters as xtext, %d are allowed", len(x), MaxENVID)
	}
	return "ENVID=" + x, nil
}

// FormatORCPT returns the parameter ORCPT for an original recipient: the
// keyword, "=", the address type such as "rfc822", ";", and addr as xtext.
// The error says that the value is longer than MaxORCPT, or that addr is
// empty or not printable ASCII (RFC 3461 section 4.2).
func FormatORCPT(addrType, addr string) (string, error) {
	if err := printableASCII(addr); err != nil {
		return "", fmt.Errorf("original recipient: %w", err)
	}
	value := addrType + ";" + EncodeXtext(addr)
	if len(value) > MaxORCPT {
		return "", fmt.Errorf("original recipient has %d characters as xtext, %d are allowed", len(value), MaxORCPT)
	}
	return "ORCPT=" + value, nil
}

func printableASCII(s string) error {
	if s == "" {
		return errors.New("is empty")
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return fmt.Errorf("%q is not printable ASCII", s)
		}
	}
	return nil
}

func isXchar(b byte) bool { return b >= '!' && b <= '~' && b != '+' && b != '=' }

func allXchars(s string) bool {
	for i := range len(s) {
		if !isXchar(s[i]) {
			return false
		}
	}
	return true
}

func hex(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}
