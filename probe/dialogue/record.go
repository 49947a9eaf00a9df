package dialogue

import (
	"strings"

	"mxprobe/probe/causes"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// begin begins the record of a scenario's step under the name it shows.
func (s *session) begin(step *scenarios.Step) ledger.Step {
	s.run.take(s.turn, &s.trial.target, step.Recipient)
	st := s.ledger.Begin(step.Number, s.stepName(step), step.Pos.Line, step.Pos.Col)
	st.Facts().Action = step.Action.String()
	return st
}

// beginAside begins the record of what no step of the scenario does.
func (s *session) beginAside(number int, name string, pos scenarios.Pos) ledger.Step {
	return s.ledger.Begin(number, name, pos.Line, pos.Col)
}

// stepName is the step's name, or what it does.
func (s *session) stepName(step *scenarios.Step) string {
	text := &step.Text
	if !step.Name.IsZero() {
		text = &step.Name
	} else if label := step.Label(); label != "" {
		return label
	}
	line, err := text.Expand(s.lookup)
	if err != nil {
		line = text.String()
	}
	return line
}

// wants says what is expected of a step.
func (s *session) wants(st ledger.Step, want *scenarios.Expect) {
	st.Want(s.trial.dialogue.wantText(st.Number(), want), wantsRefusal(&want.Codes))
}

// wantsRefusal reports whether a permanent refusal is wanted, in whatever
// order the codes stand, and no other final answer.
func wantsRefusal(c *scenarios.Codes) bool {
	return c.HasClass(5) && !c.Any && !c.HasClass(2) && !c.HasClass(3)
}

// fill says what came back, and how long it took.
func (s *session) fill(st ledger.Step, seen *judge.Observation) {
	st.Spent(seen.Took)
	if seen.Reply != nil {
		st.Reply(seen.Reply, seen.Plain)
	}
}

// blame is what a cause is called in a result, and whose it is; nothing where
// there is nothing to explain.
func blame(c causes.Cause) result.Blame {
	if c == causes.Unknown {
		return result.Blame{}
	}
	return result.Blame{Cause: c.String(), Whose: c.Whose().String()}
}

// close ends the record of a step with its judgement. The first step that is
// not met ends the dialogue.
//
//go:noinline
func (s *session) close(st ledger.Step, j judge.Judgement) { s.closeBy(st, &j) }

// closeBy is close without a copy of the judgement.
func (s *session) closeBy(st ledger.Step, j *judge.Judgement) {
	o := ledger.Outcome{
		Ruling: result.Ruling{Status: j.Status, Reason: j.Reason, Message: j.Message, Hint: j.Hint},
		Note:   j.Note, Value: j.Value, Unmet: j.Unmet(), Code: j.Code, Line: j.Pos.Line, Col: j.Pos.Col,
	}
	if j.Status > result.Pass && (st.Number() > 0 || j.Pos != (scenarios.Pos{})) {
		// A greeting of which the file says nothing has no place in it.
		line, col := st.Place()
		o.Excerpt = excerpt(s.scenario, scenarios.Pos{Line: line, Col: col}, j.Pos)
	}
	if j.Status > result.Pass {
		o.Blame = blame(j.Cause)
	}
	s.over = s.over || j.Status > result.Pass && o.Unmet
	st.Close(&o)
}

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
