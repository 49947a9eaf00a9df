package dialogue

import (
	"bytes"
	"strings"
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
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
		s.close(st, badValue(err))
		return
	}
	l := line{step, want, verbOf(step, s.buf)}
	if j, ok := s.write(l.verb, s.buf, s.timeout(step.Timeout, DefaultReplyTimeout)); !ok {
		switch {
		case step.PassIf.EOF && (j.Closed || j.Reason == result.Reset):
			j, s.over, s.ended = judge.Met(), true, true
		case j.Closed && want.Codes.EOF:
			j = judge.Met()
			j.Note = "the server had closed the connection before the line was sent"
		}
		s.close(st, j)
		return
	}
	st.Sent = s.sent(step, s.buf)
	s.sentLine(l, s.buf)
	s.remarkOn(st, l, s.buf)
	j := s.answer(st, step, want, l.verb)
	if fallsBack(l, st.Code) {
		j = s.fallBack(st, step, want, shownStep(st))
	}
	s.close(st, j)
}

// line is a command as it is played: what must follow it, and its command
// word, if it has one.
type line struct {
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

// sent is what a step sent, for the report.
func (s *session) sent(step *scenarios.Step, b []byte) string {
	if step.Action == scenarios.Send {
		b = b[:len(b)-2]
	}
	return s.trial.mask.Printable(b, maxLine)
}

// sentLine keeps the envelope, and whether replies are still owed.
func (s *session) sentLine(l line, sent []byte) {
	if l.step.Action != scenarios.Send || bytes.Count(sent, []byte("\n")) > 1 {
		s.loose = true
	}
	s.quitSaid = s.quitSaid || l.verb == "QUIT"
	s.envelope.sent(l.verb, sent)
}

// playRead reads a reply that no line asked for.
func (s *session) playRead(step *scenarios.Step) {
	st := s.begin(step)
	want, err := s.want(step)
	if err != nil {
		s.close(st, badValue(err))
		return
	}
	if !step.Optional {
		s.close(st, s.answer(st, step, want, s.nextOwed()))
		return
	}
	seen := s.read(s.timeout(step.Timeout, DefaultReplyTimeout))
	switch {
	case seen.Reply == nil && seen.Fault.Reason == result.Timeout:
		st.Want = s.trial.dialogue.wantText(st.Number, want)
		s.close(st, judge.Judgement{Status: result.Pass, Note: "no such reply came, which is fine"})
	case seen.Reply != nil && !want.Codes.Any && !want.Codes.Match(seen.Reply.Code) && !step.PassIf.Match(seen.Reply.Code):
		st.Want = s.trial.dialogue.wantText(st.Number, want)
		s.conn.UnreadReply(*seen.Reply)
		s.loose = true
		s.close(st, judge.Judgement{Status: result.Pass, Note: "another reply came and is left for the next step"})
	default:
		s.greeted = true
		s.close(st, s.settle(st, step, want, &seen))
	}
}

// nextOwed is the command word of the line whose reply is read next, if a
// step left that reply unread.
func (s *session) nextOwed() string {
	if len(s.owed) == 0 {
		return ""
	}
	verb := s.owed[0]
	s.owed = s.owed[1:]
	return verb
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
		j = judge.Judgement{Status: result.Inconclusive, Reason: diagnosis.StopReason(s.ctx), Message: diagnosis.StopMessage(s.ctx)}
	}
	st.Millis = result.Millis(time.Since(begun))
	s.close(st, j)
}

func (s *session) playClose(step *scenarios.Step) {
	st := s.begin(step)
	if step.Close == scenarios.CloseTLS {
		s.close(st, s.endTLS())
		return
	}
	j, ok := s.settled()
	if ok {
		j = judge.Met()
	}
	if step.Close == scenarios.CloseRST {
		if err := s.conn.Reset(); err != nil {
			j.Note = "the connection could not be reset: " + diagnosis.PlainError(err)
		}
	}
	s.hangUp()
	s.over = true
	s.close(st, j)
}
