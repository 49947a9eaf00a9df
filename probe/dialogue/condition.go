package dialogue

import (
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

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

// fits reports whether a message can go to this server. One that is written
// out to the last byte goes as it is, with a note; another is stopped before
// DATA, because what would arrive could be something else.
func (s *session) fits(st ledger.Step, step *scenarios.Step, parts ...[]byte) (judge.Judgement, bool) {
	asIs := step.AsIs || step.Action == scenarios.Body
	if step.Action != scenarios.BDAT && s.peer.Envelope.Binary {
		st.Note("the MAIL line says BODY=BINARYMIME, which goes with bdat and not with DATA (RFC 3030 section 3)")
	}
	if why := s.peer.Misfit(parts...); why != "" {
		if asIs {
			st.Note("%s", why)
			return judge.Judgement{}, true
		}
		return judge.Judgement{
			Status: result.Fail, Reason: result.Reply, Message: why + ": it was not sent",
			Hint: "encode the text in ASCII (RFC 2045 section 6.7), or set as_is: true to send it as it is",
		}, false
	}
	s.peer.RemarkOnText(st.Note, parts...)
	return judge.Judgement{}, true
}
