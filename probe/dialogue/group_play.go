package dialogue

import (
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
)

// playGroup sends a flight and reads its replies at the same time: a server
// may stop taking commands until its replies are taken.
func (s *session) playGroup(g *group) {
	limit := s.timeout(0, DefaultReplyTimeout)
	if g.text != nil {
		limit = s.timeout(g.text.step.Timeout, DefaultDataTimeout)
		if j := s.disturbed(g); j.Status != result.NotRun {
			s.close(g.text.st, j)
			s.unsend(g.records(), judge.Judgement{Status: result.NotRun})
			return
		}
		s.hideText(len(s.buf))
	} else if j := s.line.Quiet(""); j != nil {
		s.unsend(g.records(), *j)
		return
	}
	for _, st := range g.records() {
		if g.commands() > 1 {
			st.Group()
		}
	}
	s.line.Within(limit)
	before := s.over
	writeErr, _ := s.line.Conn.WriteAndRead(s.buf, func() error {
		s.readGroup(g, limit)
		return s.ctx.Err()
	})
	if writeErr != nil {
		s.ledger.Note("%s", "not all lines could be sent: "+fault.PlainError(writeErr))
	}
	if g.commands() > 1 {
		s.line.Grouped = s.line.Grouped || g.text == nil
		s.line.Lost = s.line.Lost || g.text == nil && !before && s.over && losesPlace(s)
	}
}

// disturbed judges what the server said before the text that a flight starts
// with. A refusal is the answer to the text, and its judgement.
func (s *session) disturbed(g *group) judge.Judgement {
	m := g.text
	refused, j := s.line.SpokenInText()
	if refused {
		s.readEnd(m.st, m.step, m.want, s.timeout(m.step.Timeout, DefaultDataTimeout), &j)
		s.line.HangUp()
	}
	return j
}

// readGroup reads the replies to a flight, each judged on its own. The first
// that is not met decides; those behind it are still read.
func (s *session) readGroup(g *group, limit time.Duration) {
	if g.text != nil {
		s.line.DataOpen = false
		var j judge.Judgement
		s.readEnd(g.text.st, g.text.step, g.text.want, limit, &j)
		s.close(g.text.st, j)
	}
	for _, l := range g.lines {
		s.closeAt(l)
	}
	if g.data != nil {
		s.readData(g.data)
	}
	if !g.quit.IsZero() {
		s.readQuit(g.quit)
	}
}

// readData reads the reply to the DATA of a flight. Where a line before it
// was not met, its 354 opens a message that will not be sent: quit ends it.
func (s *session) readData(m *openMessage) {
	if s.line.Gone {
		s.close(m.st, judge.Judgement{Status: result.NotRun})
		return
	}
	st := m.st
	if s.over {
		seen := s.line.Read(s.timeout(m.step.Timeout, DefaultReplyTimeout))
		seen.Verb = "DATA"
		s.learn(&seen)
		s.fill(st, &seen)
		if seen.Reply == nil {
			s.line.HangUp()
		}
		s.close(m.st, judge.Judgement{Status: result.NotRun})
		return
	}
	if j := s.answerToData(st, m.step, m.want); j != nil {
		s.close(m.st, *j)
	}
}

// records returns the steps of a flight whose command is in it.
func (g *group) records() []ledger.Step {
	records := recordsOf(g.lines)
	if g.data != nil {
		records = append(records, g.data.st)
	}
	if !g.quit.IsZero() {
		records = append(records, g.quit)
	}
	return records
}

// losesPlace reports whether the attempt ended in a way that a server shows
// which offers PIPELINING and cannot do it.
func losesPlace(s *session) bool {
	status, reason := s.ledger.Status()
	if status != result.Fail {
		return false
	}
	switch reason {
	case result.Timeout, result.Protocol, result.EOF, result.Reset:
		return true
	}
	return false
}
