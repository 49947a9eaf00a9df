package dialogue

import (
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// playGroup sends a flight and reads its replies at the same time: a server
// may stop taking commands until its replies are taken.
func (s *session) playGroup(g *group) {
	limit := s.timeout(0, DefaultReplyTimeout)
	if g.text != nil {
		limit = s.timeout(g.text.step.Timeout, DefaultDataTimeout)
		if j := s.disturbed(g); j.Status != result.NotRun {
			s.closeRecord(g.text.record, j)
			s.unsend(g.records(), judge.Judgement{Status: result.NotRun})
			return
		}
		s.hideText(len(s.buf))
	} else if j, ok := s.quiet(""); !ok {
		s.unsend(g.records(), j)
		return
	}
	for _, at := range g.records() {
		s.spans[at].grouped = g.commands() > 1
	}
	s.setDeadline(time.Now().Add(limit))
	before := s.over
	writeErr, _ := s.conn.WriteAndRead(s.buf, func() error {
		s.readGroup(g, limit)
		return s.ctx.Err()
	})
	if writeErr != nil {
		s.note("not all lines could be sent: " + diagnosis.PlainError(writeErr))
	}
	if g.commands() > 1 {
		s.grouped = s.grouped || g.text == nil
		s.lost = s.lost || g.text == nil && !before && s.over && losesPlace(s)
	}
}

// disturbed judges what the server said before the text that a flight starts
// with. A refusal is the answer to the text, and its judgement.
func (s *session) disturbed(g *group) judge.Judgement {
	m := g.text
	refused, j := s.spokenInText()
	if refused {
		st := &s.steps[m.record]
		j = s.readEnd(st, m.step, m.want, s.timeout(m.step.Timeout, DefaultDataTimeout))
		s.hangUp()
	}
	return j
}

// readGroup reads the replies to a flight, each judged on its own. The first
// that is not met decides; those behind it are still read.
func (s *session) readGroup(g *group, limit time.Duration) {
	if g.text != nil {
		s.dataOpen = false
		j := s.readEnd(&s.steps[g.text.record], g.text.step, g.text.want, limit)
		s.closeRecord(g.text.record, j)
	}
	for _, l := range g.lines {
		s.closeAt(l)
	}
	if g.data != nil {
		s.readData(g.data)
	}
	if g.quit >= 0 {
		s.readQuit(g.quit)
	}
}

// readData reads the reply to the DATA of a flight. Where a line before it
// was not met, its 354 opens a message that will not be sent: quit ends it.
func (s *session) readData(m *openMessage) {
	if s.gone {
		s.closeRecord(m.record, judge.Judgement{Status: result.NotRun})
		return
	}
	st := &s.steps[m.record]
	if s.over {
		seen := s.read(s.timeout(m.step.Timeout, DefaultReplyTimeout))
		seen.Verb = "DATA"
		s.learn(&seen)
		fillReply(st, &seen, s.trial.mask)
		if seen.Reply == nil {
			s.hangUp()
		}
		s.closeRecord(m.record, judge.Judgement{Status: result.NotRun})
		return
	}
	if j, goOn := s.answerToData(st, m.step, m.want); !goOn {
		s.closeRecord(m.record, j)
	}
}

// records returns the indices of the steps of a flight whose command is in it.
func (g *group) records() []int {
	records := recordsOf(g.lines)
	if g.data != nil {
		records = append(records, g.data.record)
	}
	if g.quit >= 0 {
		records = append(records, g.quit)
	}
	return records
}

// losesPlace reports whether the attempt ended in a way that a server shows
// which offers PIPELINING and cannot do it.
func losesPlace(s *session) bool {
	if s.status != result.Fail {
		return false
	}
	switch s.reason {
	case result.Timeout, result.Protocol, result.EOF, result.Reset:
		return true
	}
	return false
}
