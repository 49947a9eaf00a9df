package probe

import (
	"errors"
	"strings"
	"time"

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
	case scenarios.Read:
		s.playRead(step)
	case scenarios.Sleep:
		s.playSleep(step)
	case scenarios.Close:
		s.playClose(step)
	case scenarios.StartTLS, scenarios.Auth:
		// NewDialogue refuses these.
		s.close(s.begin(step), badValue(errors.New("not played by this version")))
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
	if j, ok := s.write(step.Verb, s.buf, s.timeout(step.Timeout, s.set.replyTimeout())); !ok {
		s.close(st, j)
		return
	}
	st.Sent = s.sent(step, s.buf)
	s.sentLine(step, s.buf)
	j := s.answer(st, step, want)
	if fallsBack(step, st.Code) {
		j = s.fallBack(st, step, want, shownStep(st))
	}
	s.close(st, j)
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
	return s.trial.dialogue.mask.printable(b, maxLine)
}

// sentLine keeps the envelope, and whether replies are still owed.
func (s *session) sentLine(step *scenarios.Step, line []byte) {
	if step.Action != scenarios.Send || strings.Count(string(line), "\n") > 1 {
		s.loose = true
	}
	s.quitSaid = s.quitSaid || step.Verb == "QUIT"
	s.envelope.sent(step.Verb, line)
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
		s.close(st, s.answer(st, step, want))
		return
	}
	seen := s.read(s.timeout(step.Timeout, s.set.replyTimeout()))
	switch {
	case seen.reply == nil && seen.fault.reason == result.Timeout:
		st.Want = s.trial.dialogue.wantText(st.Number, want)
		s.close(st, judgement{status: result.Pass, note: "no such reply came, which is fine"})
	case seen.reply != nil && !want.Codes.Any && !want.Codes.Match(seen.reply.Code):
		st.Want = s.trial.dialogue.wantText(st.Number, want)
		s.conn.UnreadReply(*seen.reply)
		s.loose = true
		s.close(st, judgement{status: result.Pass, note: "another reply came and is left for the next step"})
	default:
		s.greeted = true
		s.close(st, s.judge(st, want, &seen))
	}
}

func (s *session) playSleep(step *scenarios.Step) {
	st := s.begin(step)
	begun := time.Now()
	timer := time.NewTimer(step.Sleep)
	defer timer.Stop()
	j := met()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
		j = judgement{status: result.Inconclusive, reason: stopReason(s.ctx), message: stopMessage(s.ctx)}
	}
	st.Millis = result.Millis(time.Since(begun))
	s.close(st, j)
}

func (s *session) playClose(step *scenarios.Step) {
	st := s.begin(step)
	j := met()
	if step.Close == scenarios.CloseRST {
		if err := s.conn.Reset(); err != nil {
			j.note = "the connection could not be reset: " + plainError(err)
		}
	}
	s.hangUp()
	s.over = true
	s.close(st, j)
}
