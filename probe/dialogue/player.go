package dialogue

import (
	"bytes"
	"strings"
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// playStep does what a step says. This table is the only place that knows
// which action is played how.
func playStep(s *session, step *scenarios.Step) {
	switch step.Action {
	case scenarios.Send, scenarios.Raw, scenarios.Bytes:
		s.playLine(step)
	case scenarios.Pipeline:
		s.playPipeline(step)
	case scenarios.Message, scenarios.Body:
		s.playMessage(step)
	case scenarios.BDAT:
		s.playChunks(step)
	case scenarios.Read:
		s.playRead(step)
	case scenarios.Sleep:
		s.playSleep(step)
	case scenarios.Close:
		s.playClose(step)
	case scenarios.StartTLS:
		s.playStartTLS(step)
	case scenarios.Auth:
		s.playAuth(step)
	case scenarios.Arrives, scenarios.Report:
		s.playMailbox(step)
	}
}

// playLine sends one line, or bytes, and judges the reply.
func (s *session) playLine(step *scenarios.Step) {
	st := s.begin(step)
	want, err := s.want(step)
	if err == nil {
		s.buf, err = s.appendLine(s.buf[:0], step)
	}
	if err != nil {
		s.closeBad(st, err)
		return
	}
	l := command{step, want, verbOf(step, s.buf)}
	if j := s.line.Write(l.verb, s.buf, s.timeout(step.Timeout, DefaultReplyTimeout)); j != nil {
		s.unsent(st, l, j)
		return
	}
	st.Sent(l.verb, sentOf(step, s.buf))
	s.sentLine(l, s.buf)
	s.peer.RemarkOn(l.verb, s.buf, st.Note)
	if !s.triedTLS && s.trial.dialogue.upgrade.follows(step, l.verb) {
		s.playHello(st, l)
		return
	}
	var j judge.Judgement
	if s.answer(st, step, want, l.verb, &j); fallsBack(l, st.Code()) {
		s.fallBack(st, step, want, st.Shown(), &j)
	}
	s.closeBy(st, &j)
}

// unsent says what a line amounts to that was not sent.
func (s *session) unsent(st ledger.Step, l command, j *judge.Judgement) {
	switch {
	case l.step.PassIf.EOF && (j.Closed || j.Reason == result.Reset):
		*j, s.over, s.ended = judge.Met(), true, true
	case j.Closed && l.want.Codes.EOF:
		*j = judge.Met()
		j.Note = "the server had closed the connection before the line was sent"
	}
	s.closeBy(st, j)
}

// command is a line as it is played: what must follow it, and its command
// word, if it has one.
type command struct {
	step *scenarios.Step
	want *scenarios.Expect
	verb string
}

// verbOf returns the command word of a line in upper case. Where the file
// has a variable in its place, or gives the line as bytes, it is read from
// what is sent, if that is a whole line.
func verbOf(step *scenarios.Step, sent []byte) string {
	if step.Verb != "" || !bytes.HasSuffix(sent, []byte("\r\n")) {
		return step.Verb
	}
	word := bytes.TrimRight(sent, "\r\n")
	if at := bytes.IndexByte(word, ' '); at >= 0 {
		word = word[:at]
	}
	for _, c := range word {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return ""
		}
	}
	return strings.ToUpper(string(word))
}

// want returns what the reply to a step must be, variables put in.
func (s *session) want(step *scenarios.Step) (*scenarios.Expect, error) {
	return s.trial.dialogue.wants[step.Number].Resolve(s.lookup)
}

// appendLine appends the bytes of a line to buf.
func (s *session) appendLine(buf []byte, step *scenarios.Step) ([]byte, error) {
	if step.Action == scenarios.Bytes {
		return append(buf, step.Bytes...), nil
	}
	buf, err := step.Text.Append(buf, s.lookup)
	if err == nil && step.Action == scenarios.Send {
		buf = append(buf, "\r\n"...)
	}
	return buf, err
}

// sentOf is what a step sent, for the report: without its CRLF.
func sentOf(step *scenarios.Step, b []byte) []byte {
	if step.Action == scenarios.Send {
		b = b[:len(b)-2]
	}
	return b
}

// sentLine keeps the envelope, and whether replies are still owed.
func (s *session) sentLine(l command, sent []byte) {
	if l.step.Action != scenarios.Send || bytes.Count(sent, []byte("\n")) > 1 {
		s.line.Loose = true
	}
	s.line.QuitSaid = s.line.QuitSaid || l.verb == "QUIT"
	s.peer.Envelope.Sent(l.verb, sent)
}

// playRead reads a reply that no line asked for.
func (s *session) playRead(step *scenarios.Step) {
	st := s.begin(step)
	want, err := s.want(step)
	if err != nil {
		s.close(st, judge.BadValue(err))
		return
	}
	if !step.Optional {
		var j judge.Judgement
		s.answer(st, step, want, s.line.NextOwed(), &j)
		s.closeBy(st, &j)
		return
	}
	seen := s.line.Read(s.timeout(step.Timeout, DefaultReplyTimeout))
	switch {
	case seen.Reply == nil && seen.Fault.Reason == result.Timeout:
		s.wants(st, want)
		s.close(st, judge.Judgement{Status: result.Pass, Note: "no such reply came, which is fine"})
	case seen.Reply != nil && !want.Codes.Any && !want.Codes.Match(seen.Reply.Code) && !step.PassIf.Match(seen.Reply.Code):
		s.wants(st, want)
		s.line.Conn.UnreadReply(*seen.Reply)
		s.line.Loose = true
		s.close(st, judge.Judgement{Status: result.Pass, Note: "another reply came and is left for the next step"})
	default:
		if seen.Verb = s.line.NextOwed(); seen.Verb == "" && s.line.Greeted {
			seen.Verb = judge.NoVerb
		}
		s.line.Greeted = true
		s.learn(&seen)
		var j judge.Judgement
		s.settle(st, step, want, &seen, &j)
		s.closeBy(st, &j)
	}
}

func (s *session) playSleep(step *scenarios.Step) {
	st := s.begin(step)
	begun := time.Now()
	timer := time.NewTimer(step.Sleep)
	defer timer.Stop()
	j := judge.Met()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
		j = judge.Judgement{Status: result.Inconclusive, Reason: fault.StopReason(s.ctx), Message: fault.StopMessage(s.ctx)}
	}
	st.Took(time.Since(begun))
	s.close(st, j)
}

func (s *session) playClose(step *scenarios.Step) {
	st := s.begin(step)
	if step.Close == scenarios.CloseTLS {
		s.close(st, s.endTLS())
		return
	}
	j := s.settled()
	if j == nil {
		j = &judge.Judgement{Status: result.Pass}
	}
	if step.Close == scenarios.CloseRST {
		if err := s.line.Conn.Reset(); err != nil {
			j.Note = "the connection could not be reset: " + fault.PlainError(err)
		}
	}
	s.line.HangUp()
	s.over = true
	s.closeBy(st, j)
}

// leaveOut records a step that is not played because of an earlier one.
func (s *session) leaveOut(step *scenarios.Step) {
	if step.Action == scenarios.Pipeline {
		for i := range step.Steps {
			s.leaveOut(&step.Steps[i])
		}
		return
	}
	s.close(s.begin(step), judge.Judgement{Status: result.NotRun})
}

// step plays one step of the scenario.
func (s *session) step(step *scenarios.Step) {
	if s.over && !s.goesOn(step) {
		s.leaveOut(step)
		return
	}
	if message := s.peer.LeftOutBy(step.If, step.Unless); message != "" {
		s.skip(step, message)
		return
	}
	over := s.over
	playStep(s, step)
	if s.over && !over {
		s.stopped = step
	}
}

// goesOn reports whether a step is played although an earlier one was not met:
// it is the same for another recipient, and the server has refused that one
// only. What became of each recipient is worth knowing.
func (s *session) goesOn(step *scenarios.Step) bool {
	return s.stopped != nil && s.stopped.Recipient > 0 && step.Recipient > 0 && s.stopped.Pos == step.Pos &&
		s.ledger.FailedCode() != 0 && s.line.FarewellCode == 0 && !s.ended && !s.line.Gone
}

func (s *session) skip(step *scenarios.Step, message string) {
	if step.Action == scenarios.Pipeline {
		for i := range step.Steps {
			s.skip(&step.Steps[i], message)
		}
		return
	}
	s.close(s.begin(step), judge.Judgement{Status: result.Skip, Reason: result.Condition, Message: message})
}
