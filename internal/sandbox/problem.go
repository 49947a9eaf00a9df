package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/spelling"
)

// Problem is one mistake in a world file.
type Problem struct {
	File      string
	Line, Col int // from 1
	Message   string
}

// Error returns the problem in the form that editors read.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: error: %s", p.File, p.Line, p.Col, p.Message)
}

// Problems holds every mistake of a world file, sorted by position.
type Problems []Problem

// Error returns the problems, one on a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
}

// orAllowed is a hint at the allowed word nearest to the one found, or the
// list of all where none is near.
func orAllowed(found string, allowed []string) string {
	if near := spelling.Nearest(found, allowed); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "allowed: " + strings.Join(allowed, ", ")
}
