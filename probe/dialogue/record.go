package dialogue

import (
	"cmp"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// newStep begins the record of a step.
func (s *session) newStep(number int, name string, pos scenarios.Pos) *result.Step {
	s.steps = append(s.steps, result.Step{
		Attempt: s.trial.tries,
		Number:  number,
		Name:    name,
		File:    s.scenario.File,
		Line:    pos.Line,
		Col:     pos.Col,
	})
	at := s.record.Len()
	s.spans = append(s.spans, span{from: at, to: at})
	return &s.steps[len(s.steps)-1]
}

// begin begins the record of a scenario's step under the name it shows.
func (s *session) begin(step *scenarios.Step) *result.Step {
	s.set.take(s.turn, s.trial.target, step.Recipient)
	st := s.newStep(step.Number, "", step.Pos)
	st.Name = s.stepName(step)
	return st
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
	return s.trial.mask.Printable([]byte(line), maxName)
}

// maxName bounds the name of a step.
const maxName = 200

// close ends the record of the step begun last with its judgement. The first
// step that is not met ends the dialogue.
func (s *session) close(st *result.Step, j judge.Judgement) {
	s.closeRecord(len(s.steps)-1, j)
}

// closeRecord ends the record of a step by its index.
func (s *session) closeRecord(at int, j judge.Judgement) {
	st, mask := &s.steps[at], s.trial.mask
	st.Status, st.Reason, st.Message = j.Status, j.Reason, mask.Text(j.Message)
	if j.Value {
		st.Message = mask.Quotes(j.Message)
	}
	for i := range st.Notes {
		st.Notes[i] = mask.Text(st.Notes[i])
	}
	if j.Note != "" {
		st.Notes = append(st.Notes, mask.Text(j.Note))
	}
	s.spans[at].to = s.record.Len()
	if j.Status > result.Pass {
		st.Cause, st.Whose = named(j.Cause)
		s.decide(st, j)
	}
	if s.trial.stepped != nil {
		s.trial.stepped(st)
	}
}

// decide takes a step's judgement over as the dialogue's. The first that is
// worse than a warning stays: what follows it (in a pipeline) follows from it.
// Only of the same step for several recipients the worst does.
func (s *session) decide(st *result.Step, j judge.Judgement) {
	at := scenarios.Pos{Line: st.Line, Col: st.Col}
	if st.Number > 0 || j.Pos != (scenarios.Pos{}) {
		// A greeting of which the file says nothing has no place in it.
		st.Excerpt = s.maskedExcerpt(scenarios.Pos{Line: st.Line, Col: st.Col}, j.Pos)
	}
	if j.Pos != (scenarios.Pos{}) {
		st.Line, st.Col = j.Pos.Line, j.Pos.Col
	}
	if s.unmet && (at != s.unmetAt || j.Status <= s.status) || j.Status <= s.status && !j.Unmet() {
		return
	}
	if j.Unmet() {
		s.unmet, s.over, s.unmetAt = true, true, at
	}
	number := st.Number
	s.status, s.reason, s.message, s.hint, s.cause = j.Status, j.Reason, st.Message, j.Hint, j.Cause
	s.failedStep, s.failedCode = &number, cmp.Or(st.Code, j.Code)
}

// named returns what a cause and whose it is are called in a result; nothing
// where there is nothing to explain.
func named(c diagnosis.Cause) (cause, whose string) {
	if c == diagnosis.Unknown {
		return "", ""
	}
	return c.String(), c.Whose().String()
}

func (s *session) maskedExcerpt(step, at scenarios.Pos) *result.Excerpt {
	e := excerpt(s.scenario, step, at)
	if e != nil {
		for i := range e.Lines {
			e.Lines[i] = s.trial.mask.Text(e.Lines[i])
		}
	}
	return e
}

func (s *session) maskedCaptures() map[string]string {
	if len(s.captures) == 0 {
		return nil
	}
	out := make(map[string]string, len(s.captures))
	for name, value := range s.captures {
		out[name] = s.trial.mask.Printable([]byte(value), result.MaxShown)
	}
	return out
}

// fillReply puts what came back into the record of a step.
func fillReply(st *result.Step, seen *judge.Observation, m *ledger.Mask) {
	st.Millis += result.Millis(seen.Took)
	if seen.Reply == nil {
		return
	}
	st.Code = seen.Reply.Code
	st.Text = st.Text[:0]
	for line := range seen.Reply.TextLines() {
		st.Text = append(st.Text, m.Printable([]byte(line), maxLine))
	}
	if !seen.Plain {
		code, _, mismatch := seen.Reply.Enhanced()
		st.Enhanced = code
		if mismatch {
			st.Notes = append(st.Notes, "the enhanced status code is of another class than the reply code and does not count (RFC 2034 section 4)")
		}
	}
	if seen.Reply.Notes != 0 {
		st.Notes = append(st.Notes, seen.Reply.Notes.String())
	}
}

// maxLine bounds a line of a reply in the result; replies of more lines than
// smtpwire's limit do not come this far.
const maxLine = 2048
