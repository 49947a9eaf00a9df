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
		if s.disturbed(g) {
			return
		}
		s.hideText(len(s.buf))
	} else if j := s.line.Quiet(""); j != nil {
		s.unsend(g.records(), j)
		return
	}
	g.mark()
	s.line.Within(limit)
	before := s.over
	writeErr, _ := s.line.Conn.WriteAndRead(s.buf, func() error {
		s.readGroup(g, limit)
		return s.ctx.Err()
	})
	s.played(g, writeErr, !before && s.over)
}

// played notes how a flight went; failed is true if a step in it was not met.
//
//go:noinline
func (s *session) played(g *group, writeErr error, failed bool) {
	if writeErr != nil {
		s.ledger.Note("%s", "not all lines could be sent: "+fault.PlainError(writeErr))
	}
	if g.commands() > 1 {
		s.line.Grouped = s.line.Grouped || g.text == nil
		s.line.Lost = s.line.Lost || g.text == nil && failed && losesPlace(s)
	}
}

// disturbed reports whether the server said something before the text that a
// flight starts with, and judges it; nothing is sent then. A refusal is the answer
// to the text, and its judgement.
//
//go:noinline
func (s *session) disturbed(g *group) bool {
	m := g.text
	refused, j := s.line.SpokenInText()
	if refused {
		s.readEnd(m.st, m.step, m.want, s.timeout(m.step.Timeout, DefaultDataTimeout), &j)
		s.line.HangUp()
	}
	if j.Status == result.NotRun {
		return false
	}
	s.close(m.st, j)
	s.unsend(g.records(), &judge.Judgement{Status: result.NotRun})
	return true
}

// readGroup reads the replies to a flight, each judged on its own. The first
// that is not met decides; those behind it are still read.
func (s *session) readGroup(g *group, limit time.Duration) {
	if g.text != nil {
		s.readTextEnd(g.text, limit)
	}
	for i := range g.lines {
		s.closeAt(&g.lines[i])
	}
	if g.data != nil {
		s.readData(g.data)
	}
	if !g.quit.IsZero() {
		s.readQuit(g.quit)
	}
}

// readTextEnd reads the reply to the text that a flight began with.
//
//go:noinline
func (s *session) readTextEnd(m *openMessage, limit time.Duration) {
	s.line.DataOpen = false
	var j judge.Judgement
	s.readEnd(m.st, m.step, m.want, limit, &j)
	s.closeBy(m.st, &j)
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
		s.closeBy(m.st, j)
	}
}

// mark notes of the steps of a flight that they went together, if there are several.
//
//go:noinline
func (g *group) mark() {
	if g.commands() < 2 {
		return
	}
	for _, st := range g.records() {
		st.Group()
	}
}

// records returns the steps of a flight whose command is in it.
//
//go:noinline
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
