package probe

import (
	"cmp"

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
	} else if label := actionLabel(step); label != "" {
		return label
	}
	line, err := text.Expand(s.lookup)
	if err != nil {
		line = text.String()
	}
	return s.trial.mask.printable([]byte(line), maxName)
}

// maxName bounds the name of a step.
const maxName = 200

// actionLabel names the actions that are not a line.
func actionLabel(step *scenarios.Step) string {
	switch step.Action {
	case scenarios.Bytes:
		return "bytes"
	case scenarios.Message:
		return "message"
	case scenarios.Body:
		return "body"
	case scenarios.BDAT:
		return "bdat"
	case scenarios.StartTLS:
		return "starttls"
	case scenarios.Auth:
		return "auth"
	case scenarios.Read:
		return "expect"
	case scenarios.Sleep:
		return "sleep"
	case scenarios.Arrives, scenarios.Report:
		return step.Action.String()
	case scenarios.Close:
		return "close"
	}
	return ""
}

// close ends the record of the step begun last with its judgement. The first
// step that is not met ends the dialogue.
func (s *session) close(st *result.Step, j judgement) {
	s.closeRecord(len(s.steps)-1, j)
}

// closeRecord ends the record of a step by its index.
func (s *session) closeRecord(at int, j judgement) {
	st, mask := &s.steps[at], s.trial.mask
	st.Status, st.Reason, st.Message = j.status, j.reason, mask.text(j.message)
	if j.value {
		st.Message = mask.quotes(j.message)
	}
	for i := range st.Notes {
		st.Notes[i] = mask.text(st.Notes[i])
	}
	if j.note != "" {
		st.Notes = append(st.Notes, mask.text(j.note))
	}
	s.spans[at].to = s.record.Len()
	if j.status > result.Pass {
		s.decide(st, j)
	}
	if s.trial.stepped != nil {
		s.trial.stepped(st)
	}
}

// decide takes a step's judgement over as the dialogue's. The first that is
// worse than a warning stays: what follows it (in a pipeline) follows from it.
func (s *session) decide(st *result.Step, j judgement) {
	if st.Number > 0 || j.pos != (scenarios.Pos{}) {
		// A greeting of which the file says nothing has no place in it.
		st.Excerpt = s.maskedExcerpt(scenarios.Pos{Line: st.Line, Col: st.Col}, j.pos)
	}
	if j.pos != (scenarios.Pos{}) {
		st.Line, st.Col = j.pos.Line, j.pos.Col
	}
	if s.unmet || j.status <= s.status && !j.unmet() {
		return
	}
	if j.unmet() {
		s.unmet, s.over = true, true
	}
	number := st.Number
	s.status, s.reason, s.message, s.hint = j.status, j.reason, st.Message, j.hint
	s.failedStep, s.failedCode = &number, cmp.Or(st.Code, j.code)
}

func (s *session) maskedExcerpt(step, at scenarios.Pos) *result.Excerpt {
	e := excerpt(s.scenario, step, at)
	if e != nil {
		for i := range e.Lines {
			e.Lines[i] = s.trial.mask.text(e.Lines[i])
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
		out[name] = s.trial.mask.printable([]byte(value), maxShown)
	}
	return out
}

// fillReply puts what came back into the record of a step.
func fillReply(st *result.Step, seen *observation, m *mask) {
	st.Millis += result.Millis(seen.took)
	if seen.reply == nil {
		return
	}
	st.Code = seen.reply.Code
	st.Text = st.Text[:0]
	for line := range seen.reply.TextLines() {
		st.Text = append(st.Text, m.printable([]byte(line), maxLine))
	}
	if !seen.plain {
		code, _, mismatch := seen.reply.Enhanced()
		st.Enhanced = code
		if mismatch {
			st.Notes = append(st.Notes, "the enhanced status code is of another class than the reply code and does not count (RFC 2034 section 4)")
		}
	}
	if seen.reply.Notes != 0 {
		st.Notes = append(st.Notes, seen.reply.Notes.String())
	}
}

// maxLine bounds a line of a reply in the result; replies of more lines than
// smtpwire's limit do not come this far.
const maxLine = 2048
