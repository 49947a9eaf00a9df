package dialogue

import (
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// quit says QUIT where the line is still open. That no answer comes is a note
// (RFC 5321 section 4.1.1.10); another one than 221 may be that to a line
// before, and decides.
func (s *session) quit() {
	if s.line.Conn == nil || s.line.Gone || s.line.FarewellCode != 0 {
		return
	}
	if s.line.QuitSaid {
		s.afterQuit()
		return
	}
	if s.scenario.NoQuit {
		if j := s.settled(); j != nil && j.Status > result.Pass {
			s.closeBy(s.beginAside(s.trial.dialogue.steps+1, "the end", scenarios.Pos{}), j)
		}
		return
	}
	if s.line.DataOpen {
		// Nothing is asked of the server any more before it is left.
		if j := s.settled(); j != nil {
			s.closeBy(s.beginAside(s.trial.dialogue.steps+1, "the end", scenarios.Pos{}), j)
		}
		if !s.endData() {
			return
		}
	}
	if s.line.AuthOpen && !s.endAuth() {
		return
	}
	st := s.beginQuit()
	limit := quitTimeout
	if s.ctx.Err() != nil {
		_ = s.line.Conn.SetDeadline(time.Now().Add(farewell))
		_ = s.line.Conn.WriteLine([]byte("QUIT"))
		s.close(st, judge.Judgement{Status: result.NotRun})
		return
	}
	if j := s.settled(); j != nil {
		st.Unsent()
		s.closeBy(st, j)
		s.line.HangUp()
		return
	}
	s.line.Within(limit)
	if err := s.line.Conn.WriteLine([]byte("QUIT")); err != nil {
		if j := s.settled(); j != nil {
			s.closeBy(st, j)
			return
		}
		s.close(st, judge.Judgement{Status: result.Pass, Note: "QUIT could not be sent: " + fault.PlainError(err)})
		return
	}
	s.readQuit(st)
}

// beginQuit begins the record of the QUIT said at the end.
func (s *session) beginQuit() ledger.Step {
	st := s.beginAside(s.trial.dialogue.steps+1, "QUIT", scenarios.Pos{})
	st.Sent("QUIT", []byte("QUIT"))
	s.line.QuitSaid = true
	return st
}

// readQuit reads the answer to the QUIT said at the end.
func (s *session) readQuit(st ledger.Step) {
	if s.line.Gone {
		s.close(st, judge.Judgement{Status: result.NotRun})
		return
	}
	seen := s.line.Read(quitTimeout)
	s.fill(st, &seen)
	j := judge.Met()
	s.judgeQuit(&seen, &j)
	status, _ := s.ledger.Status()
	s.line.Lost = s.line.Lost || s.line.Grouped && status < result.Inconclusive && j.Status == result.Fail
	s.closeBy(st, &j)
	s.line.HangUp()
}

// afterQuit looks for a reply too many where the scenario said QUIT itself.
func (s *session) afterQuit() {
	if s.line.QuitSeen == nil || s.ledger.Unmet() || s.ctx.Err() != nil {
		return
	}
	j := judge.Met()
	if s.judgeQuit(s.line.QuitSeen, &j); j.Status > result.Pass {
		s.close(s.beginAside(s.trial.dialogue.steps+1, "after QUIT", scenarios.Pos{}), j)
	}
}

// judgeQuit judges the answer to QUIT; j is what it is where that is as it should be.
//
//go:noinline
func (s *session) judgeQuit(seen *judge.Observation, j *judge.Judgement) {
	switch {
	case seen.Reply == nil && seen.Fault.Reason == result.TLS, seen.Reply == nil && s.line.TLS.Unproven:
		// Nothing under TLS came back yet, so nothing shows that it works.
		*j = judge.Judgement{Status: seen.Fault.Status, Reason: seen.Fault.Reason, Message: seen.Fault.Message}
		s.line.SoonAfterHandshake(j)
		return
	case seen.Reply == nil && seen.Fault.Reason == result.Protocol && !s.line.Loose:
		*j = s.line.OutOfStep("QUIT got no answer that is one: " + seen.Fault.Message)
		return
	case seen.Reply == nil:
		j.Note = "no answer to QUIT: " + seen.Fault.Message
		return
	case seen.Reply.Code == 221:
		return
	}
	further := s.line.Read(quitTimeout)
	switch {
	case further.Reply != nil && (s.line.Misread || !s.line.Loose):
		*j = s.line.OutOfStep("a reply too many: QUIT got " + seen.Shown() + " and then " + further.Shown())
	case further.Reply != nil:
		j.Note = "QUIT was answered with " + further.Shown() + ", after a reply that no step had read"
	case !s.line.Loose && seen.Reply.Code == 421:
		j.Note = "QUIT was answered with " + seen.Shown() + " instead of 221"
	case !s.line.Loose:
		*j = s.line.OutOfStep("QUIT got " + seen.Shown() + " instead of 221")
		if j.Status == result.Fail {
			j.Message += ", or the server does not say 221 to QUIT, as it must (RFC 5321 section 4.1.1.10)"
		}
	}
}

// endData leaves the state in which the server takes every line for message
// text. Where no recipient was accepted a lone dot is right (RFC 2920
// section 3.1); where one was, a dot could deliver an empty message, so the
// connection is dropped, which delivers nothing.
func (s *session) endData() bool {
	s.line.DataOpen = false
	if s.peer.Envelope.Accepted > 0 || s.ctx.Err() != nil {
		_ = s.line.Conn.Close()
		return false
	}
	s.line.Within(quitTimeout)
	if s.line.Conn.WriteRaw([]byte(".\r\n")) != nil {
		return false
	}
	return s.line.Read(quitTimeout).Reply != nil
}

// settled returns nil if no reply is left where nothing more is asked.
func (s *session) settled() *judge.Judgement {
	if s.ledger.Unmet() {
		return nil
	}
	return s.line.Settled()
}
