// Package yamlslip finds the slips that make a text no YAML at all, when its
// author writes lines of SMTP into it: a colon with a blank behind it, a value
// that starts with @, a quote that is never closed. It says where they are and
// what to write instead, and puts something in their place, so that a parser
// can look at the rest of the text.
package yamlslip

import "strings"

// Slip is a mistake that makes a text no YAML at all, and what can stand in
// its place.
type Slip struct {
	At            int    // offset in the text
	Width         int    // in characters
	Message, Hint string // an empty message: said of another one in this line
	// From and To bound what is replaced; the replacement has no line end.
	From, To    int
	replacement string
	Hopeless    bool // nothing can stand in its place
}

// scanner looks for slips in a text that is no YAML. It knows just so much of
// YAML that it does not find slips where there are none.
type scanner struct {
	text    string
	isKey   func(word string) bool
	slips   []Slip
	anchors map[string]bool // what an alias may name, as far as asked for
	// key is the key, with its colon, whose value is looked at; empty where
	// the value is the whole line.
	key string
}

// maxSlips is how many slips are looked for; they are looked for again when
// these are gone.
const maxSlips = 100

// Find returns the slips in a text, in order. isKey says whether a word that
// begins the entry of a list and has a colon behind it is a key; if not, the
// entry is a line to send.
func Find(text string, isKey func(word string) bool) []Slip {
	s := scanner{text: text, isKey: isKey}
	for at := 0; at < len(text) && len(s.slips) < maxSlips; {
		at = s.line(at)
	}
	return s.slips
}

func (s *scanner) add(at, width int, message, hint string, from, to int, replacement string) {
	s.slips = append(s.slips, Slip{
		At: at, Width: width, Message: message, Hint: hint, From: from, To: to, replacement: replacement,
	})
}

// Replace puts what can stand in the place of the slips there. Lines keep
// their numbers.
func Replace(text string, slips []Slip) string {
	var b strings.Builder
	at := 0
	for i := range slips {
		s := &slips[i]
		if s.From < at {
			continue
		}
		b.WriteString(text[at:s.From])
		b.WriteString(s.replacement)
		b.WriteString(strings.Repeat("\n", strings.Count(text[s.From:s.To], "\n")))
		at = s.To
	}
	b.WriteString(text[at:])
	return b.String()
}

// end returns the offset of the end of the line that holds at.
func (s *scanner) end(at int) int {
	if i := strings.IndexByte(s.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(s.text)
}

// blanks returns the first offset that holds no blank.
func (s *scanner) blanks(at int) int {
	for at < len(s.text) && (s.text[at] == ' ' || s.text[at] == '\t') {
		at++
	}
	return at
}

// line looks at the line that starts at an offset, and returns where the next
// one to look at starts.
func (s *scanner) line(start int) int {
	end := s.end(start)
	at := s.blanks(start)
	// A percent sign in the first column starts a directive, %YAML.
	if at >= end || s.text[at] == '#' || s.text[at] == '\r' || at == start && s.text[at] == '%' {
		return end + 1
	}
	if tab := strings.IndexByte(s.text[start:at], '\t'); tab >= 0 {
		s.add(start+tab, 1, "tab used for indentation", "use blanks", 0, 0, "")
		s.slips[len(s.slips)-1].Hopeless = true
		return end + 1
	}
	parent, listed := at-start, false
	if strings.HasPrefix(s.text[at:end], "---") {
		at = s.blanks(at + 3)
	}
	for at < end && s.text[at] == '-' && (at+1 == end || s.text[at+1] == ' ') {
		parent, listed = at-start, true
		at = s.blanks(at + 1)
	}
	return s.entry(start, at, parent, listed)
}

// entry looks at a key with its value, or at a value alone. What begins the
// entry of a list is perhaps no key, but a line to send.
func (s *scanner) entry(start, at, parent int, listed bool) int {
	end := s.end(at)
	s.key = ""
	if at < end && strings.IndexByte("\"'{[|>@`%*&!#", s.text[at]) < 0 {
		if colon := s.colon(at, end); colon >= 0 {
			if key := s.text[at:colon]; !listed || s.isKey(key) {
				s.key = key + ":"
			}
			parent = at - start
			at = s.blanks(colon + 1)
		}
	}
	return s.value(start, at, parent)
}

// colon returns the offset of the first colon from at on that makes a key, or
// -1.
func (s *scanner) colon(at, end int) int {
	for i := at; i < end; i++ {
		switch {
		case s.text[i] == '#' && i > at && (s.text[i-1] == ' ' || s.text[i-1] == '\t'):
			return -1
		case s.text[i] == ':' && (i+1 == end || strings.IndexByte(" \t\r", s.text[i+1]) >= 0):
			return i
		}
	}
	return -1
}

// value looks at a value and returns where the next line to look at starts.
func (s *scanner) value(start, at, parent int) int {
	end := s.end(at)
	if at >= end {
		return end + 1
	}
	switch s.text[at] {
	case '"', '\'':
		return s.quoted(start, at, parent)
	case '{', '[':
		return s.flow(at)
	case '|', '>':
		return s.block(at, parent)
	case '@', '`', '%':
		s.add(at, 1, "no value can start with "+s.text[at:at+1]+" in YAML", "quote "+s.all(), at, end, "x")
	case '*':
		name := s.text[at+1 : end]
		if i := strings.IndexAny(name, " \t\r,"); i >= 0 {
			name = name[:i]
		}
		if !s.anchor(name) {
			s.add(at, 1, "* starts an alias in YAML, and nothing is called "+`"`+name+`"`, "quote "+s.all(), at, end, "x")
		}
	case '&', '!', '#':
	default:
		s.plain(at, end)
	}
	return end + 1
}

// anchor reports whether something in the text is called by a name.
func (s *scanner) anchor(name string) bool {
	known, asked := s.anchors[name]
	if !asked {
		if s.anchors == nil {
			s.anchors = map[string]bool{}
		}
		known = name != "" && strings.Contains(s.text, "&"+name)
		s.anchors[name] = known
	}
	return known
}

// plain looks for a colon that makes a key inside a value.
func (s *scanner) plain(at, end int) {
	colon := s.colon(at, end)
	if colon < 0 {
		return
	}
	before := s.text[at : colon+1]
	if s.blanks(colon+1) >= end {
		s.add(colon, 1, "the colon at the end of "+quote(before)+" makes this a YAML key", "quote "+s.all(), at, end, "x")
		return
	}
	s.add(colon+1, 1, "the blank after "+quote(before)+" makes this a YAML key", BlankAfter(before, "quote "+s.all()), at, end, "x")
}

// all says what has to be quoted.
func (s *scanner) all() string {
	if s.key == "" {
		return "the whole line"
	}
	return "all that follows " + quote(s.key)
}

// BlankAfter is advice on a colon with a blank behind it, where before is what
// stands before the blank and advice what helps with any line. No blank belongs
// there in MAIL FROM:<> and RCPT TO:<> (RFC 5321 section 4.1.1), while
// elsewhere, as in a header, the text would become another.
func BlankAfter(before, advice string) string {
	switch upper := strings.ToUpper(before); {
	case strings.HasSuffix(upper, "MAIL FROM:"), strings.HasSuffix(upper, "RCPT TO:"):
		return "remove it, or " + advice
	}
	return advice
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

// quoted passes a value in quotes.
func (s *scanner) quoted(start, at, parent int) int {
	length := 0
	closed := false
	for quoteByte := s.text[at]; at+length+1 < len(s.text) && !closed; {
		length++
		switch c := s.text[at+length]; {
		case c == '\\' && quoteByte == '"':
			length++
		case c == quoteByte && quoteByte == '\'' && strings.HasPrefix(s.text[at+length+1:], "'"):
			length++
		case c == quoteByte:
			closed = true
		}
	}
	if !closed {
		s.add(at, 1, "this quote is not closed", "close it, or put "+s.all()+" in "+otherQuotes(s.text[at]), 0, 0, "")
		s.slips[len(s.slips)-1].Hopeless = true
		return len(s.text)
	}
	next := s.blanks(at + length + 1)
	end := s.end(next)
	switch {
	case next >= end || s.text[next] == '#' || s.text[next] == '\r':
	case s.text[next] == ':':
		s.key = s.text[at+1:at+length] + ":"
		return s.value(start, s.blanks(next+1), parent)
	default:
		s.add(next, 1, "there is text after the closing quote", "put "+s.all()+" in "+otherQuotes(s.text[at]), at, end, "x")
	}
	return end + 1
}

// otherQuotes names the quotes in which those found are text.
func otherQuotes(found byte) string {
	if found == '"' {
		return "single quotes"
	}
	return "double quotes"
}

// block passes a block of text whose header is at an offset; its lines are
// indented more than parent.
func (s *scanner) block(header, parent int) int {
	end := s.end(header)
	indent := -1
	for _, c := range []byte(s.text[header+1 : min(header+3, end)]) {
		if c >= '1' && c <= '9' {
			indent = parent + int(c-'0')
		}
	}
	at := end + 1
	for at < len(s.text) {
		end := s.end(at)
		first := at
		for first < end && s.text[first] == ' ' {
			first++
		}
		if first < end && s.text[first] != '\r' {
			if indent < 0 {
				indent = first - at
			}
			if first-at < indent || indent <= parent {
				return at
			}
		}
		at = end + 1
	}
	return at
}
