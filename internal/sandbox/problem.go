package sandbox

import (
	"fmt"
	"slices"
	"strings"
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

// didYouMean returns a hint at the allowed word nearest to the one found, or
// the list of all where none is near.
func didYouMean(found string, allowed []string) string {
	if at := nearest(found, allowed); at != "" {
		return fmt.Sprintf("did you mean %q?", at)
	}
	return "allowed: " + strings.Join(allowed, ", ")
}

// nearest returns the allowed word that is at most two slips away, and fewer
// than half its letters; empty if there is none.
func nearest(found string, allowed []string) string {
	best, at := 3, ""
	for _, word := range allowed {
		if d := distance(strings.ToLower(found), word); d < best && 2*d < len(word) {
			best, at = d, word
		}
	}
	return at
}

// distance is how many bytes have to be put in, taken out, replaced, or
// swapped with their neighbour to make b of a.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return max(len(a), len(b))
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
