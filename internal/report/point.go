package report

import (
	"fmt"
	"iter"
	"strings"

	"mxprobe/probe/result"
)

// Point is a step of an entry as a reader sees it who knows less than six
// verdicts.
type Point struct {
	Step *result.Step
	// Name is the step's own, "connect" for step 0, with the attempt where it
	// was not the last.
	Name string
	Kind Kind
	// Why says why the step did not pass, or is not counted; printable.
	Why string
}

// Points yields the steps of every attempt of an entry. What failed in an
// attempt that was not the last, or in an entry that does not count as
// failed, is excused.
func (e *Entry) Points() iter.Seq[Point] {
	return func(yield func(Point) bool) {
		if e.Check == nil {
			return
		}
		last, kind := LastAttempt(e.Check), e.Kind()
		for i := range e.Check.Steps {
			if !yield(e.point(&e.Check.Steps[i], last, kind)) {
				return
			}
		}
	}
}

func (e *Entry) point(s *result.Step, last int, kind Kind) Point {
	p := Point{Step: s, Name: stepName(s), Why: Because(s.Message, s.Reason)}
	if s.Attempt != last {
		p.Name += fmt.Sprintf(" (attempt %d of %d)", s.Attempt, e.Check.Attempts)
	}
	switch {
	case s.Status == result.NotRun || s.Status == result.Skip:
		p.Kind = Skipped
		if p.Why == "" {
			p.Why = strings.ReplaceAll(s.Status.String(), "_", " ")
		}
	case s.Status <= result.Warn:
		p.Kind = Passed
	case s.Attempt != last:
		p.Kind, p.Why = Excused, fmt.Sprintf("attempt %d of %d, tried again: %s", s.Attempt, e.Check.Attempts, p.Why)
	case kind != Failed && kind != Unknown:
		p.Kind = Excused
		if why := e.Why(); why != "" {
			p.Why = why
		}
	case s.Status == result.Fail:
		p.Kind = Failed
	default:
		p.Kind = Unknown
	}
	return p
}

func stepName(s *result.Step) string {
	switch {
	case s.Number == 0:
		return "connect"
	case s.Name == "":
		return fmt.Sprintf("step %d", s.Number)
	}
	return clean(s.Name)
}
