package smtpwire

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Note is a set of things that are unusual about a reply but do not make it
// useless. The zero value is the good case.
type Note uint16

// The notes of a reply, then those of an EHLO reply's keywords.
const (
	NoteBareLF           Note = 1 << iota // a line ended in LF alone (RFC 5321 section 2.3.8)
	NoteBareCR                            // a CR inside a line
	NoteNUL                               // a NUL inside a line
	Note8Bit                              // bytes of 128 and more (RFC 6531 section 3.7.4)
	NoteSecondDigit                       // second digit 6 to 9 (RFC 5321 section 4.2)
	NoteLongLine                          // over 512 octets (RFC 5321 section 4.5.3.1.5)
	NoteDuplicateKeyword                  // a keyword twice; the first one counts
	NoteOldAuth                           // AUTH=LOGIN instead of AUTH LOGIN
	NoteOddKeyword                        // a keyword line not as in RFC 5321 section 4.1.1.1
)

func (n Note) text() string {
	switch n {
	case NoteBareLF:
		return "line ended in a bare LF"
	case NoteBareCR:
		return "bare CR inside a line"
	case NoteNUL:
		return "NUL byte in the reply"
	case Note8Bit:
		return "8-bit bytes in the reply"
	case NoteSecondDigit:
		return "second digit of the reply code is not 0 to 5"
	case NoteLongLine:
		return "line longer than 512 octets"
	case NoteDuplicateKeyword:
		return "EHLO keyword given twice, the first one counts"
	case NoteOldAuth:
		return "AUTH offered in the old form with an equals sign"
	case NoteOddKeyword:
		return "EHLO keyword line with odd characters or separators"
	}
	return "note " + strconv.Itoa(int(n))
}

// Has reports whether all notes of m are in n.
func (n Note) Has(m Note) bool { return n&m == m }

// Texts yields a text for each note in n.
func (n Note) Texts() iter.Seq[string] {
	return func(yield func(string) bool) {
		for n != 0 {
			lowest := n & -n
			if !yield(lowest.text()) {
				return
			}
			n &^= lowest
		}
	}
}

// String returns the texts of all notes, with "; " between them, and nothing
// if there are none.
func (n Note) String() string {
	return strings.Join(slices.Collect(n.Texts()), "; ")
}
