package dialogue

import (
	"fmt"
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// playMessage sends a message, with the DATA before it unless the step is a
// body, and judges the reply to its end.
func (s *session) playMessage(step *scenarios.Step) {
	st := s.begin(step)
	want, parts, err := s.wantAndParts(step)
	if err != nil {
		s.closeBad(st, err)
		return
	}
	s.handOver(st, step, want, parts)
}

// closeBad closes a step with a variable whose value does not fit.
//
//go:noinline
func (s *session) closeBad(st ledger.Step, err error) { s.close(st, judge.BadValue(err)) }

// handOver sends a message whose text is made.
//
//go:noinline
func (s *session) handOver(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, parts [][]byte) {
	if j := s.misfit(st, step, parts...); j != nil {
		s.closeBy(st, j)
		return
	}
	s.line.Misread = s.line.Misread || len(s.line.Owed) > 0
	if step.Action == scenarios.Message {
		if j := s.sayData(st, step, want); j != nil {
			s.closeBy(st, j)
			return
		}
	}
	var j judge.Judgement
	s.sendText(st, step, want, parts, &j)
	s.closeBy(st, &j)
}

// sayData says DATA. A refusal of DATA is the refusal of the message, where
// one is expected. It returns nil where the text may follow.
func (s *session) sayData(st ledger.Step, step *scenarios.Step, want *scenarios.Expect) *judge.Judgement {
	limit := s.timeout(step.Timeout, DefaultReplyTimeout)
	s.buf = append(s.buf[:0], "DATA\r\n"...)
	if j := s.line.Write("DATA", s.buf, limit); j != nil {
		return j
	}
	st.Sent("DATA", s.buf[:len("DATA")])
	return s.answerToData(st, step, want)
}

// answerToData reads the reply to DATA. It returns nil where the text may follow,
// and else the judgement on the reply.
func (s *session) answerToData(st ledger.Step, step *scenarios.Step, want *scenarios.Expect) *judge.Judgement {
	seen := s.line.Read(s.timeout(step.Timeout, DefaultReplyTimeout))
	seen.Verb = "DATA"
	if seen.Reply != nil && seen.Reply.Code == 354 {
		s.fill(st, &seen)
		s.line.DataOpen = true
		return nil
	}
	return s.noLeave(st, step, want, seen)
}

// noLeave judges a reply to DATA after which no text may follow.
//
//go:noinline
func (s *session) noLeave(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, seen judge.Observation) *judge.Judgement {
	if j, ok := s.passes(st, step, &seen); ok {
		return &j
	}
	if seen.Reply != nil && (seen.Reply.Class() <= 3 || !want.Codes.Any && !want.Codes.Match(seen.Reply.Code)) {
		// 2xx to DATA is no leave to send the text, and what was missing in
		// any case is the 354.
		want = s.trial.dialogue.data
	}
	j := mayFail(step, &seen, s.judge(st, want, &seen))
	return &j
}

// sendText sends the text of a message and its end, and judges the reply. What
// fails on the way is judged in frames that the wait for the reply is not in.
func (s *session) sendText(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, parts [][]byte, j *judge.Judgement) {
	limit := s.timeout(step.Timeout, DefaultDataTimeout)
	size := 0
	for i, part := range parts {
		size += smtpwire.DataSize(part, !step.NoStuff, !step.NoEnd && i == len(parts)-1)
	}
	s.describeText(st, step, want, size)
	s.line.Within(limit)
	if size > maxRecorded {
		s.ledger.Remark(fmt.Sprintf("the text of the message, %d bytes", size))
	}
	s.sendsText()
	goOn := s.writeText(step, parts, size > maxRecorded, limit, j)
	s.leaveRoom()
	switch {
	case !goOn:
	case want.Codes.None:
		s.line.Loose = s.line.Loose || !step.NoEnd
		*j = judge.Met()
	default:
		s.readEnd(st, step, want, limit, j)
	}
}

// readEnd reads and judges the reply to the end of a message.
func (s *session) readEnd(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, limit time.Duration, j *judge.Judgement) {
	seen := s.line.Read(limit)
	seen.Verb = diagnosis.DataEnd
	if each, final := s.repliesToEnd(&seen); each {
		s.readEachEnd(st, step, want, &seen, limit, final, j)
		return
	}
	s.learnEnd(&seen)
	s.settle(st, step, want, &seen, j)
}

// readEachEnd is readEnd where each recipient has a reply, the first of which was
// seen, or where these are to come and a final one behind them.
//
//go:noinline
func (s *session) readEachEnd(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, seen *judge.Observation, limit time.Duration, final bool, j *judge.Judgement) {
	if !final {
		*j = s.readEach(st, want, seen, limit)
		s.learnEnd(seen)
		return
	}
	if *j = s.readEach(st, want, nil, limit); s.line.Gone {
		return
	}
	last := s.line.Read(limit)
	last.Verb = diagnosis.DataEnd
	s.learnEnd(&last)
	if j.Status > result.Warn {
		return
	}
	var settled judge.Judgement
	if s.settle(st, step, want, &last, &settled); settled.Status >= j.Status {
		*j = settled
	}
}

// learnEnd takes up what the reply to the end of a message tells.
func (s *session) learnEnd(seen *judge.Observation) {
	if seen.Reply == nil {
		if seen.Fault.Reason != result.Protocol {
			seen.Fault.Message += ", after the end of the message: it is not known whether it was accepted"
		}
		return
	}
	if seen.Reply.Class() == 2 {
		s.handedOver()
	}
	s.peer.Envelope.Learn(diagnosis.DataEnd, seen.Reply.Class() == 2)
}

// refusedEarly reports whether a server that closed the connection in the
// middle of the text had refused the message before. That is its reply.
func (s *session) refusedEarly() bool {
	reply, err := s.line.Conn.ReadReply()
	if err != nil {
		return false
	}
	s.line.Conn.UnreadReply(reply)
	return reply.Class() >= 4
}

// maxRecorded is the longest message that is repeated in a transcript.
const maxRecorded = 2048

// hideText keeps a long text, which the next flight starts with, out of the
// transcript.
//
//go:noinline
func (s *session) hideText(size int) {
	if size > maxRecorded {
		s.ledger.Remark(fmt.Sprintf("the text of the message, %d bytes", size))
		s.line.Conn.Hide(size)
	}
}

// repliesToEnd says how many replies follow the end of a message beside the
// first: LMTP has one for each accepted recipient (RFC 2033 section 4.2),
// PRDR these and a last one behind the 353.
func (s *session) repliesToEnd(seen *judge.Observation) (each, final bool) {
	switch {
	case seen.Reply == nil:
		return false, false
	case s.peer.Envelope.Prdr && seen.Reply.Code == 353:
		return true, true
	}
	return s.scenario.LMTP && len(s.peer.Envelope.Rcpts) > 0, false
}

// readEach reads and judges a reply for each recipient. The first that is
// not met decides; all are noted, for the sender has to know who got the
// message. first is the reply for the first recipient, nil if it is still to
// come.
func (s *session) readEach(st ledger.Step, want *scenarios.Expect, first *judge.Observation, limit time.Duration) judge.Judgement {
	j, spent := judge.Met(), time.Duration(0)
	for i, to := range s.peer.Envelope.Rcpts {
		seen := first
		if i > 0 || first == nil {
			next := s.line.Read(limit)
			next.Verb = diagnosis.DataEnd
			seen = &next
		}
		spent += seen.Took
		if seen.Reply == nil && s.line.FarewellCode != 0 {
			s.line.HangUp() // as the 421 for a recipient before has announced
			break
		}
		if seen.Reply == nil {
			seen.Fault.Message = fmt.Sprintf("no reply for recipient %d of %d, <%s>: %s", i+1, len(s.peer.Envelope.Rcpts), to, seen.Fault.Message)
			return s.judge(st, want, seen)
		}
		st.Note("<%s>: %s", to, seen.Shown())
		if j.Status > result.Warn {
			continue
		}
		if got := s.judge(st, want, seen); got.Status > result.Pass {
			got.Message = fmt.Sprintf("for <%s>: %s", to, got.Message)
			j = got
		}
	}
	st.Took(spent)
	return j
}

// maxWhole is the longest text of a message that is sent in one write.
const maxWhole = 64 << 10

// writeText sends the text of a message, a long one piece by piece. Before
// each piece the line must be quiet: a server that accepts the message before
// its end has accepted something else, or is a reply ahead. A refusal before
// the end is its answer, and what is left is not sent. It reports whether a reply
// is to be read; if none is, j says why. Where the end was not sent, the server
// still takes lines for text.
//
//go:noinline
func (s *session) writeText(step *scenarios.Step, parts [][]byte, hidden bool, limit time.Duration, j *judge.Judgement) bool {
	text, room := parts[0], s.room()
	for first := true; first || len(text) > 0; first = false {
		var refused bool
		if refused, *j = s.line.SpokenInText(); refused || j.Status != result.NotRun {
			s.line.DataOpen = s.line.DataOpen || refused
			return refused
		}
		var piece []byte
		piece, text = smtpwire.CutData(text, maxWhole)
		if len(text) == 0 && len(parts) > 1 {
			parts = parts[1:]
			text = parts[0]
		}
		room.Wire = smtpwire.AppendData(room.Wire[:0], piece, !step.NoStuff, !step.NoEnd && len(text) == 0)
		if hidden {
			s.line.Conn.Hide(len(room.Wire))
		}
		if err := s.line.Conn.WriteRaw(room.Wire); err != nil {
			if !s.refusedEarly() {
				*j = s.line.WriteFailed(err, diagnosis.DataEnd, limit)
				return false
			}
			break
		}
	}
	s.line.DataOpen = step.NoEnd
	return true
}
