package dialogue

import (
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// learn takes up what a line and its reply tell of the session.
func (s *session) learn(seen *judge.Observation) {
	s.tellPeer(seen)
	if seen.Reply != nil && isHello(seen.Verb) && seen.Reply.Class() == 2 {
		s.scenarioCondition()
	}
}

// tellPeer takes up what a line and its reply tell of the line and the server.
func (s *session) tellPeer(seen *judge.Observation) {
	if seen.Reply == nil {
		return
	}
	seen.Plain = seen.Plain || isHello(seen.Verb)
	s.line.Learn(seen)
	for _, text := range s.peer.Learn(seen.Verb, seen.Reply) {
		s.ledger.Note("%s", text)
	}
}

// fallsBack reports whether EHLO was not understood and HELO is to be tried
// (RFC 5321 section 3.2): on 500, 501, 502 and 504, where the scenario says
// nothing of the reply. A 550 refuses the client and not the command, and a
// 4xx asks to come back.
func fallsBack(l command, code int) bool {
	if l.verb != "EHLO" || l.step.Action != scenarios.Send || !l.step.Expect.IsZero() || !l.step.PassIf.IsZero() {
		return false
	}
	return result.HelloUnknown(code)
}

// fallBack says HELO with the name EHLO was said with. j becomes the judgement on
// the answer to that.
func (s *session) fallBack(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, refused string, j *judge.Judgement) {
	reason := "EHLO got " + refused + ", so HELO was said"
	line := append([]byte("HELO"), s.buf[len("EHLO"):]...)
	if unsent := s.line.Write("HELO", line, s.timeout(step.Timeout, DefaultReplyTimeout)); unsent != nil {
		*j = *unsent
		return
	}
	st.Sent("HELO", line[:len(line)-2])
	seen := s.line.Read(s.timeout(step.Timeout, DefaultReplyTimeout))
	seen.Verb = "HELO"
	st.Facts().FellBack = true
	s.learn(&seen)
	*j = s.judge(st, want, &seen)
	switch again := st.Shown(); {
	case j.Status <= result.Pass:
	case again == refused:
		j.Message += ", to EHLO and to HELO"
	default:
		j.Message += " (" + reason + ")"
	}
	j.Note = reason + ": the server knows no extension"
}

// scenarioCondition judges the scenario's own if and unless, once: right
// after the first answer to EHLO or HELO, or after the greeting where the
// scenario says neither.
func (s *session) scenarioCondition() {
	if s.over || s.judgedIf {
		return
	}
	s.judgedIf = true
	message := s.peer.LeftOutBy(s.scenario.If, s.scenario.Unless)
	if message == "" {
		return
	}
	s.over, s.ended = true, true
	s.ledger.Skip(message)
}

// knownAtOnce reports whether the scenario's own if and unless speak of the
// address alone, so that no answer to EHLO is needed. There may be none that
// counts: a scenario may expect EHLO to be refused.
func (s *session) knownAtOnce() bool {
	for _, conditions := range [...][]scenarios.Condition{s.scenario.If, s.scenario.Unless} {
		for i := range conditions {
			if word := conditions[i].Word; word != "ipv4" && word != "ipv6" {
				return false
			}
		}
	}
	return true
}
