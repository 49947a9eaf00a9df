package scenarios

import (
	"strings"
	"unicode/utf8"
)

// source is the text of a file, kept for excerpts.
type source struct {
	file  string
	text  string
	lines []int // byte offset of each line
}

func newSource(file, text string) *source {
	s := &source{file: file, text: text, lines: make([]int, 1, 1+strings.Count(text, "\n"))}
	for i := 0; ; {
		j := strings.IndexByte(text[i:], '\n')
		if j < 0 {
			return s
		}
		i += j + 1
		s.lines = append(s.lines, i)
	}
}

// line returns line n, counted from 1, without its line end; it is empty
// where there is no such line.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	end := len(s.text)
	if n < len(s.lines) {
		end = s.lines[n] - 1
	}
	return strings.TrimSuffix(s.text[s.lines[n-1]:end], "\r")
}

// count returns the number of lines; a line end at the end of the file does
// not start another.
func (s *source) count() int {
	if n := len(s.lines); n > 1 && s.lines[n-1] == len(s.text) {
		return n - 1
	}
	return len(s.lines)
}

// offset returns the byte offset of a place, the end of its line where the
// line is shorter.
func (s *source) offset(p Pos) int {
	if p.Line < 1 || p.Line > len(s.lines) {
		return len(s.text)
	}
	at, line := s.lines[p.Line-1], s.line(p.Line)
	for col := 1; col < p.Col && line != ""; col++ {
		_, n := utf8.DecodeRuneInString(line)
		line, at = line[n:], at+n
	}
	return at
}

// pos returns the place of a byte offset.
func (s *source) pos(offset int) Pos {
	lo, hi := 0, len(s.lines)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; s.lines[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return Pos{lo + 1, 1 + utf8.RuneCountInString(s.text[s.lines[lo]:min(offset, len(s.text))])}
}

// cursor finds places and offsets faster than a source does if they are asked
// for in about their order: a line may be as long as the file.
type cursor struct {
	pos    Pos
	offset int
}

// offsetOf is source.offset.
func (c *cursor) offsetOf(s *source, p Pos) int {
	if c.pos.Line != p.Line || c.pos.Col > p.Col || p.Line < 1 || p.Line > len(s.lines) {
		*c = cursor{p, s.offset(p)}
		return c.offset
	}
	end := s.lines[p.Line-1] + len(s.line(p.Line))
	for c.pos.Col < p.Col && c.offset < end {
		_, n := utf8.DecodeRuneInString(s.text[c.offset:end])
		c.offset += n
		c.pos.Col++
	}
	return c.offset
}

// posOf is source.pos.
func (c *cursor) posOf(s *source, offset int) Pos {
	if c.pos.Line < 1 || offset < c.offset || c.pos.Line < len(s.lines) && offset >= s.lines[c.pos.Line] {
		*c = cursor{s.pos(offset), offset}
		return c.pos
	}
	c.pos.Col += utf8.RuneCountInString(s.text[c.offset:min(offset, len(s.text))])
	c.offset = offset
	return c.pos
}

// width returns how many characters the scalar at a place has in its first
// line, at least 1.
func (s *source) width(p Pos) int {
	line := s.line(p.Line)
	rest := line[min(s.offset(p)-s.offset(Pos{p.Line, 1}), len(line)):]
	if rest == "" {
		return 1
	}
	end := 0
	switch rest[0] {
	case '"', '\'':
		end = quotedEnd(rest)
	case '{', '[', '|', '>', '*', '&':
		return 1
	default:
		flow := strings.ContainsAny(line[:len(line)-len(rest)], "{[")
		end = plainEnd(rest, flow)
	}
	return max(1, utf8.RuneCountInString(strings.TrimRight(rest[:end], " \t")))
}

// quotedEnd returns where the quoted scalar at the start of text ends in
// this line, the closing quote included.
func quotedEnd(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && strings.HasPrefix(text[i+1:], "'"):
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// plainEnd returns where the plain scalar at the start of text ends.
func plainEnd(text string, flow bool) int {
	for i := range len(text) {
		next := byte(' ')
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch c := text[i]; {
		case c == ':' && (next == ' ' || next == '\t'),
			c == '#' && i > 0 && (text[i-1] == ' ' || text[i-1] == '\t'),
			flow && strings.IndexByte(",]}", c) >= 0 && !closesVariable(text[:i], c):
			return i
		}
	}
	return len(text)
}

// closesVariable reports whether c ends a ${name} that was opened before it.
func closesVariable(before string, c byte) bool {
	open := strings.LastIndex(before, "${")
	return c == '}' && open >= 0 && strings.IndexByte(before[open:], '}') < 0
}

// maxExcerpt is how many lines an excerpt has at most.
const maxExcerpt = 6

// maxShown is how many characters of a line are shown at least before a long
// one is cut.
const maxShown = 200

// Excerpt returns the lines of the file from one place to another for a
// report, and the number of the first of them. There are at most 6, the last
// ones; tabs are kept, and other characters that would disturb a terminal
// are replaced one by one, so that columns stay true. A very long line is
// cut, but not before the width characters at pos.
func (s *Scenario) Excerpt(pos, from Pos, width int) (first int, lines []string) {
	if s.source == nil || pos.Line < 1 || pos.Line > s.source.count() {
		return 0, nil
	}
	first = max(from.Line, pos.Line-maxExcerpt+1, 1)
	if first > pos.Line {
		first = pos.Line
	}
	for n := first; n <= pos.Line; n++ {
		lines = append(lines, shown(s.source.line(n), pos.Col+width))
	}
	return first, lines
}

// Width returns how many characters to underline for what stands at a place
// of the file, at least 1.
func (s *Scenario) Width(pos Pos) int {
	if s.source == nil {
		return 1
	}
	return s.source.width(pos)
}

// shown returns a line as it may be shown: control characters and marks that
// change the direction of text are replaced, and what goes beyond both keep
// and maxShown characters is cut off.
func shown(line string, keep int) string {
	keep = max(keep, maxShown)
	var b strings.Builder
	n := 0
	for _, r := range line {
		if n++; n > keep {
			b.WriteRune('…')
			break
		}
		switch {
		case r == '\t':
		case r < 0x20, r >= 0x7f && r < 0xa0, isDirection(r), r == 0x2028, r == 0x2029:
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isDirection reports whether r changes the direction of the text after it.
func isDirection(r rune) bool {
	return r == 0x200e || r == 0x200f || r == 0x61c || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
