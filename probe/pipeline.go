package probe

import (
	"time"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// playPipeline sends all lines in one write and reads the replies in order
// (RFC 2920). Every reply is judged; the first that is not met decides, and
// the others are still read so that the session can end well.
func (s *session) playPipeline(step *scenarios.Step) {
	lines := step.Steps
	records := make([]int, len(lines))
	wants := make([]*scenarios.Expect, len(lines))
	s.buf = s.buf[:0]
	for i := range lines {
		if !s.queueLine(&lines[i], &wants[i]) {
			for i++; i < len(lines); i++ {
				s.leaveOut(&lines[i])
			}
			return
		}
		records[i] = len(s.steps) - 1
	}
	limit := s.timeout(step.Timeout, s.set.replyTimeout())
	if j, ok := s.quiet(""); !ok {
		for _, at := range records {
			s.steps[at].Sent = ""
			s.closeRecord(at, j)
			j = judgement{status: result.NotRun}
		}
		return
	}
	s.setDeadline(time.Now().Add(limit))
	// A server may stop taking commands until its replies are taken (RFC
	// 2920 section 3.1), so both go on at once.
	writeErr, _ := s.conn.WriteAndRead(s.buf, func() error {
		for i := range lines {
			s.closeAt(records[i], &lines[i], wants[i])
		}
		return s.ctx.Err()
	})
	if writeErr != nil {
		s.note("not all lines could be sent: " + plainError(writeErr))
	}
}

// queueLine begins the record of a line and appends the line to the flight.
func (s *session) queueLine(line *scenarios.Step, want **scenarios.Expect) bool {
	st := s.begin(line)
	from := len(s.buf)
	var err error
	if *want, err = s.want(line); err == nil {
		s.buf, err = s.appendLine(s.buf, line)
	}
	if err != nil {
		s.close(st, badValue(err))
		return false
	}
	st.Sent = s.sent(line, s.buf[from:])
	s.quitSaid = s.quitSaid || line.Verb == "QUIT"
	s.envelope.sent(line.Verb, s.buf[from:])
	return true
}

// closeAt reads and judges the reply to one line of a pipeline.
func (s *session) closeAt(record int, line *scenarios.Step, want *scenarios.Expect) {
	st := &s.steps[record]
	if s.gone { // the connection ended with an earlier reply
		s.closeRecord(record, judgement{status: result.NotRun})
		return
	}
	var j judgement
	if s.passed { // the reply is read, but nothing hangs on it any more
		seen := s.read(s.timeout(line.Timeout, s.set.replyTimeout()))
		seen.verb = line.Verb
		s.learn(line, &seen)
		fillReply(st, &seen, s.trial.dialogue.mask)
	} else {
		j = s.answer(st, line, want)
	}
	s.closeRecord(record, j)
}
