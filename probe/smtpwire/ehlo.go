package smtpwire

import (
	"iter"
	"strings"
)

// Keywords are the service extensions that a server offers in its reply to
// EHLO (RFC 5321 section 4.1.1.1). The zero value is that of a server that
// offers none. Nothing is copied: they live in the reply's Raw.
type Keywords struct {
	raw   string // the reply behind its first line
	notes Note
	// names has one bit for each name that is offered: nearly always enough to
	// know one that is not.
	names uint64
}

// ParseEHLO reads the keywords of a reply to EHLO. The first line is the
// server's name, whatever else it looks like. A reply that is not 2xx offers
// nothing.
func ParseEHLO(r *Reply) Keywords {
	if r.Class() != 2 {
		return Keywords{}
	}
	_, raw := cutLine(r.Raw)
	k := Keywords{raw: raw}
	for l := range k.lines() {
		k.notes |= l.notes
		if l.name == "" {
			continue
		}
		bit := bitOf(l.name)
		if k.names&bit != 0 && !l.notes.Has(NoteOldAuth) && !k.counts(l) {
			k.notes |= NoteDuplicateKeyword
		}
		k.names |= bit
	}
	return k
}

// bitOf is the bit of a name in Keywords.names.
func bitOf(name string) uint64 { return 1 << (hash(name) % 64) }

// Notes says what is unusual about the keywords.
func (k Keywords) Notes() Note { return k.notes }

// Lookup returns the parameters of a keyword as they were sent, and whether
// it was offered. Names are compared without case.
func (k Keywords) Lookup(name string) (params string, ok bool) {
	if name == "" || k.names&bitOf(name) == 0 {
		return "", false
	}
	for l := range k.lines() {
		switch {
		case !l.is(name):
		case !l.notes.Has(NoteOldAuth):
			return l.params, true
		case !ok: // counts only where no true AUTH follows
			params, ok = l.params, true
		}
	}
	return params, ok
}

// Len returns the number of keywords.
func (k Keywords) Len() int {
	n := 0
	for range k.All() {
		n++
	}
	return n
}

// All yields each keyword once, in upper case, with its parameters as they
// were sent, in the order of the reply.
func (k Keywords) All() iter.Seq2[string, string] {
	return func(yield func(name, params string) bool) {
		for l := range k.lines() {
			if l.name != "" && k.counts(l) && !yield(upper(l.name), l.params) {
				return
			}
		}
	}
}

// counts reports whether l is the line that speaks for its keyword: the
// first one, but AUTH= only where no true AUTH follows, since servers send
// both for the sake of old clients.
func (k Keywords) counts(l keywordLine) bool {
	for other := range k.lines() {
		switch {
		case !other.is(l.name):
		case other.at == l.at:
			if !l.notes.Has(NoteOldAuth) {
				return true
			}
		case !other.notes.Has(NoteOldAuth):
			return false
		case l.notes.Has(NoteOldAuth) && other.at < l.at:
			return false
		}
	}
	return true
}

// keywordLine is one line of an EHLO reply.
type keywordLine struct {
	name, params string
	at           int // number of the line
	notes        Note
}

func (l keywordLine) is(name string) bool { return equalFold(l.name, name) }

func (k Keywords) lines() iter.Seq[keywordLine] {
	return func(yield func(keywordLine) bool) {
		at := 0
		for rest := k.raw; rest != ""; at++ {
			var line string
			line, rest = cutLine(rest)
			l := parseKeyword(lineText(line))
			l.at = at
			if !yield(l) {
				return
			}
		}
	}
}

// parseKeyword reads one line. RFC 5321 section 4.1.1.1:
//
//	ehlo-line = ehlo-keyword *( SP ehlo-param )
//
// Beside the space it takes a tab, "=" and ":" for the separator, and blanks
// at either end, with a note.
func parseKeyword(text string) keywordLine {
	var l keywordLine
	const blanks = " \t"
	trimmed := text
	if n := len(text); n > 0 && (isBlank(text[0]) || isBlank(text[n-1])) {
		trimmed = strings.Trim(text, blanks)
	}
	odd := len(trimmed) != len(text)
	end := 0
	for end < len(trimmed) && trimmed[end] != ' ' && trimmed[end] != '\t' && trimmed[end] != '=' && trimmed[end] != ':' {
		end++
	}
	l.name = trimmed[:end]
	if end < len(trimmed) {
		l.params = strings.TrimLeft(trimmed[end+1:], blanks)
		odd = odd || trimmed[end] != ' ' || len(l.params) != len(trimmed)-end-1
	}
	if end < len(trimmed) && trimmed[end] == '=' && l.is("AUTH") {
		l.notes |= NoteOldAuth
		odd = false
	}
	if odd || !isKeyword(l.name) {
		l.notes |= NoteOddKeyword
	}
	return l
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// isKeyword checks a name against ehlo-keyword of RFC 5321 section 4.1.1.1.
func isKeyword(s string) bool {
	for i := range len(s) {
		b := s[i] | 0x20
		letter := b >= 'a' && b <= 'z'
		digit := s[i] >= '0' && s[i] <= '9'
		if !letter && !digit && (i == 0 || s[i] != '-') {
			return false
		}
	}
	return s != ""
}
