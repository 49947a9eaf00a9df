package dialogue

import (
	"strconv"
	"strings"

	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// learn takes up what a line and its reply tell of the session.
func (s *session) learn(seen *judge.Observation) {
	if seen.Reply == nil {
		return
	}
	positive := seen.Reply.Class() == 2
	// 235 is the yes to a login and to nothing else (RFC 4954 section 6).
	s.authenticated = s.authenticated || seen.Reply.Code == 235
	s.authOpen = seen.Reply.Code == 334
	switch seen.Verb {
	case "EHLO", "LHLO":
		seen.Plain = true
		if positive {
			s.learnKeywords(seen)
		}
	case "HELO":
		seen.Plain = true
		if positive {
			s.keywords = nil // afterwards no extension may be used
		}
	case "XCLIENT":
		if positive { // a new greeting: the session begins again
			s.keywords = nil
			s.envelope = envelope{mails: s.envelope.mails, size: -1}
		}
	case "DATA":
		s.dataOpen = seen.Reply.Class() == 3
	}
	s.envelope.learn(seen.Verb, positive)
	if isHello(seen.Verb) && positive {
		s.scenarioCondition()
	}
}

func (s *session) learnKeywords(seen *judge.Observation) {
	k := smtpwire.ParseEHLO(seen.Reply)
	s.keywords = &k
	s.compareKeywords()
	if n := k.Notes(); n != 0 {
		s.note(n.String())
	}
	if smtpwire.LooksRewritten(seen.Reply) {
		s.note("keywords of the EHLO reply were crossed out: a firewall or filter (a middlebox) sits before the server")
	}
}

// fallsBack reports whether EHLO was not understood and HELO is to be tried
// (RFC 5321 section 3.2): on 500, 501, 502 and 504, where the scenario says
// nothing of the reply. A 550 refuses the client and not the command, and a
// 4xx asks to come back.
func fallsBack(l line, code int) bool {
	if l.verb != "EHLO" || l.step.Action != scenarios.Send || !l.step.Expect.IsZero() || !l.step.PassIf.IsZero() {
		return false
	}
	return result.HelloUnknown(code)
}

// fallBack says HELO with the name EHLO was said with.
func (s *session) fallBack(st *result.Step, step *scenarios.Step, want *scenarios.Expect, refused string) judge.Judgement {
	reason := "EHLO got " + refused + ", so HELO was said"
	line := append([]byte("HELO"), s.buf[len("EHLO"):]...)
	if j, ok := s.write("HELO", line, s.timeout(step.Timeout, DefaultReplyTimeout)); !ok {
		return j
	}
	st.Sent = s.trial.mask.Printable(line[:len(line)-2], maxLine)
	seen := s.read(s.timeout(step.Timeout, DefaultReplyTimeout))
	seen.Verb = "HELO"
	s.learn(&seen)
	j := s.judge(st, want, &seen)
	if j.Status > result.Pass {
		j.Message += " (" + reason + ")"
	}
	j.Note = reason + ": the server knows no extension"
	return j
}

// shownStep is the reply in a step's record, on one line.
func shownStep(st *result.Step) string {
	text := strconv.Itoa(st.Code)
	if len(st.Text) > 0 {
		text += " " + st.Text[0]
	}
	return strings.TrimSpace(text)
}
