package dialogue

import (
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// quit says QUIT where the line is still open. That no answer comes is a note
// (RFC 5321 section 4.1.1.10); another one than 221 may be that to a line
// before, and decides.
func (s *session) quit() {
	if s.conn == nil || s.gone || s.farewellCode != 0 {
		return
	}
	if s.quitSaid {
		s.afterQuit()
		return
	}
	if s.scenario.NoQuit {
		if j, ok := s.settled(); !ok && j.Status > result.Pass {
			s.close(s.newStep(s.trial.dialogue.steps+1, "the end", scenarios.Pos{}), j)
		}
		return
	}
	if s.dataOpen && !s.endData() || s.authOpen && !s.endAuth() {
		return
	}
	st := &s.steps[s.beginQuit()]
	limit := quitTimeout
	if s.ctx.Err() != nil {
		_ = s.conn.SetDeadline(time.Now().Add(farewell))
		_ = s.conn.WriteLine([]byte("QUIT"))
		s.close(st, judge.Judgement{Status: result.NotRun})
		return
	}
	if j, ok := s.settled(); !ok {
		st.Sent = ""
		s.close(st, j)
		s.hangUp()
		return
	}
	s.setDeadline(time.Now().Add(limit))
	if err := s.conn.WriteLine([]byte("QUIT")); err != nil {
		if j, ok := s.settled(); !ok {
			s.close(st, j)
			return
		}
		s.close(st, judge.Judgement{Status: result.Pass, Note: "QUIT could not be sent: " + diagnosis.PlainError(err)})
		return
	}
	s.readQuit(len(s.steps) - 1)
}

// beginQuit begins the record of the QUIT said at the end.
func (s *session) beginQuit() int {
	s.newStep(s.trial.dialogue.steps+1, "QUIT", scenarios.Pos{}).Sent = "QUIT"
	s.quitSaid = true
	return len(s.steps) - 1
}

// readQuit reads the answer to the QUIT said at the end.
func (s *session) readQuit(record int) {
	if s.gone {
		s.closeRecord(record, judge.Judgement{Status: result.NotRun})
		return
	}
	seen := s.read(quitTimeout)
	fillReply(&s.steps[record], &seen, s.trial.mask)
	j := s.judgeQuit(&seen)
	s.lost = s.lost || s.grouped && s.status < result.Inconclusive && j.Status == result.Fail
	s.closeRecord(record, j)
	s.hangUp()
}

// afterQuit looks for a reply too many where the scenario said QUIT itself.
func (s *session) afterQuit() {
	if s.quitSeen == nil || s.unmet || s.ctx.Err() != nil {
		return
	}
	if j := s.judgeQuit(s.quitSeen); j.Status > result.Pass {
		s.close(s.newStep(s.trial.dialogue.steps+1, "after QUIT", scenarios.Pos{}), j)
	}
}

func (s *session) judgeQuit(seen *judge.Observation) judge.Judgement {
	j := judge.Met()
	switch {
	case seen.Reply == nil && seen.Fault.Reason == result.TLS, seen.Reply == nil && s.tls.unproven:
		// Nothing under TLS came back yet, so nothing shows that it works.
		j = judge.Judgement{Status: seen.Fault.Status, Reason: seen.Fault.Reason, Message: seen.Fault.Message}
		s.soonAfterHandshake(&j)
		return j
	case seen.Reply == nil && seen.Fault.Reason == result.Protocol && !s.loose:
		return s.outOfStep("QUIT got no answer that is one: " + seen.Fault.Message)
	case seen.Reply == nil:
		j.Note = "no answer to QUIT: " + seen.Fault.Message
		return j
	case seen.Reply.Code == 221:
		return j
	}
	further := s.read(quitTimeout)
	switch {
	case further.Reply != nil && (s.misread || !s.loose):
		return s.outOfStep("a reply too many: QUIT got " + seen.Shown() + " and then " + further.Shown())
	case further.Reply != nil:
		j.Note = "QUIT was answered with " + further.Shown() + ", after a reply that no step had read"
	case !s.loose && seen.Reply.Code == 421:
		j.Note = "QUIT was answered with " + seen.Shown() + " instead of 221"
	case !s.loose:
		return s.outOfStep("QUIT got " + seen.Shown() + " instead of 221")
	}
	return j
}

// outOfStep is the judgement on replies that were not those asked for: the
// server's fault, unless the scenario left one unread.
func (s *session) outOfStep(what string) judge.Judgement {
	if s.misread {
		return judge.Judgement{
			Status: result.Inconclusive, Reason: result.Local,
			Message: what + ", for the reply to an earlier line was left unread: later steps did not get the replies to theirs",
			Hint:    "let an expect step read the reply to each line that has expect: none, as raw and bytes have, and the greeting after greeting: none",
		}
	}
	return judge.Judgement{Status: result.Fail, Reason: result.Protocol, Message: what + ", so an earlier reply may not have been the one asked for"}
}

// endData leaves the state in which the server takes every line for message
// text. Where no recipient was accepted a lone dot is right (RFC 2920
// section 3.1); where one was, a dot could deliver an empty message, so the
// connection is dropped, which delivers nothing.
func (s *session) endData() bool {
	s.dataOpen = false
	if s.envelope.accepted > 0 || s.ctx.Err() != nil {
		_ = s.conn.Close()
		return false
	}
	s.setDeadline(time.Now().Add(quitTimeout))
	if s.conn.WriteRaw([]byte(".\r\n")) != nil {
		return false
	}
	return s.read(quitTimeout).Reply != nil
}
