package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a scenario file, or in a file that it names.
type Problem struct {
	File string
	Pos  Pos
	// Width is how many characters the mistake has, at least 1.
	Width int
	// Message says what was found, Hint what to do; Hint may be empty.
	Message, Hint string
	// Source is the line of the file, ready to be shown; empty where it is
	// not known or too long.
	Source string
}

// Error returns the problem in the form that editors read,
// "file:line:col: error: message", then the line of the file and below it a
// caret and the hint.
func (p Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: error: %s", p.File, p.Pos.Line, p.Pos.Col, p.Message)
	if p.Source == "" {
		if p.Hint != "" {
			b.WriteString("\n    ")
			b.WriteString(p.Hint)
		}
		return b.String()
	}
	number := fmt.Sprintf("  %d | ", p.Pos.Line)
	fmt.Fprintf(&b, "\n%s%s\n", number, p.Source)
	fmt.Fprintf(&b, "%*s| ", len(number)-2, "")
	col := 1
	for _, r := range p.Source {
		if col++; col > p.Pos.Col {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat("^", max(1, p.Width)))
	if p.Hint != "" {
		b.WriteByte(' ')
		b.WriteString(p.Hint)
	}
	return b.String()
}

// Problems are all the mistakes found, sorted by file and place.
type Problems []Problem

// Error returns all problems, each as its Error has it.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i := range p {
		texts[i] = p[i].Error()
	}
	return strings.Join(texts, "\n")
}

// sorted returns the problems by file (that of the first problem named main
// leads) and place, each once.
func (p Problems) sorted(main string) Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(
			-cmp.Compare(b2i(a.File == main), b2i(b.File == main)),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
		)
	})
	return slices.CompactFunc(p, func(a, b Problem) bool {
		return a.File == b.File && a.Pos == b.Pos && a.Message == b.Message
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// problem makes a Problem at a place of the source.
func (s *source) problem(pos Pos, width int, message, hint string) Problem {
	p := Problem{File: s.file, Pos: pos, Width: max(1, width), Message: message, Hint: hint}
	// An excerpt that does not reach the place would mislead.
	if pos.Col <= maxShown {
		p.Source = shown(s.line(pos.Line), 0)
		p.Width = min(p.Width, max(1, len([]rune(p.Source))-pos.Col+1))
	}
	return p
}

// Problem returns a mistake at a place of the scenario, for what only shows
// when the scenario is to be played.
func (s *Scenario) Problem(pos Pos, message, hint string) Problem {
	if s.source == nil {
		return Problem{File: s.File, Pos: pos, Width: 1, Message: message, Hint: hint}
	}
	return s.source.problem(pos, s.source.width(pos), message, hint)
}
