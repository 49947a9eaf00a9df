package dialogue

import (
	"strings"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// excerpt shows the place in the scenario that was not met, from the first
// line of its step on.
func excerpt(s *scenarios.Scenario, step, at scenarios.Pos) *result.Excerpt {
	if at == (scenarios.Pos{}) {
		at = step
	}
	width := s.Width(at)
	first, lines := s.Excerpt(at, step, width)
	if len(lines) == 0 {
		return nil
	}
	e := &result.Excerpt{First: first, Line: at.Line, Col: at.Col, Width: width}
	for _, line := range lines {
		// A tab becomes a blank, so that the column stays true.
		e.Lines = append(e.Lines, result.PrintableString(strings.ReplaceAll(line, "\t", " ")))
	}
	return e
}
