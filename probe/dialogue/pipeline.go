package dialogue

import (
	"slices"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// queued is a line of a pipeline that was put into the flight.
type queuedLine struct {
	command
	st ledger.Step
}

// playPipeline sends all lines in one write and reads the replies in order
// (RFC 2920). Every reply is judged; the first that is not met decides, and
// the others are still read so that the session can end well.
func (s *session) playPipeline(step *scenarios.Step) {
	if s.trial.serial {
		for i := range step.Steps {
			s.step(&step.Steps[i])
		}
		return
	}
	s.buf = s.buf[:0]
	lines, ok := s.queue(step.Steps)
	if !ok || len(lines) == 0 {
		return
	}
	if j := s.line.Quiet(""); j != nil {
		s.unsend(recordsOf(lines), j)
		return
	}
	for _, l := range lines {
		if len(lines) > 1 {
			l.st.Group()
		}
	}
	s.line.Within(s.timeout(step.Timeout, DefaultReplyTimeout))
	// A server may stop taking commands until its replies are taken (RFC
	// 2920 section 3.1), so both go on at once.
	writeErr, _ := s.line.Conn.WriteAndRead(s.buf, func() error {
		for i := range lines {
			s.closeAt(&lines[i])
		}
		return s.ctx.Err()
	})
	if writeErr != nil {
		s.ledger.Note("%s", "not all lines could be sent: "+fault.PlainError(writeErr))
	}
	if len(lines) > 1 && s.peer.Offers("PIPELINING") {
		s.line.Grouped = true
		s.line.Lost = s.line.Lost || losesPlace(s)
	}
}

// queue puts the lines that apply into s.buf. It reports false if one cannot
// be made: then none is sent.
func (s *session) queue(steps []scenarios.Step) ([]queuedLine, bool) {
	lines := make([]queuedLine, 0, len(steps))
	for i := range steps {
		step := &steps[i]
		if message := s.peer.LeftOutBy(step.If, step.Unless); message != "" {
			s.skip(step, message)
			continue
		}
		st := s.begin(step)
		from := len(s.buf)
		want, err := s.want(step)
		if err == nil {
			s.buf, err = s.appendLine(s.buf, step)
		}
		if err != nil {
			s.closeBad(st, err)
			s.takeOut(lines, steps[i+1:])
			return nil, false
		}
		l := command{step, want, verbOf(step, s.buf[from:])}
		st.Sent(l.verb, sentOf(step, s.buf[from:]))
		s.sentLine(l, s.buf[from:])
		s.peer.RemarkOn(l.verb, s.buf[from:], st.Note)
		lines = append(lines, queuedLine{l, st})
	}
	return lines, true
}

// takeOut is what becomes of the lines before one that cannot be made, and of the
// steps behind it.
//
//go:noinline
func (s *session) takeOut(lines []queuedLine, rest []scenarios.Step) {
	s.unsend(recordsOf(lines), &judge.Judgement{Status: result.NotRun})
	for i := range rest {
		s.leaveOut(&rest[i])
	}
}

// recordsOf returns the steps of lines.
func recordsOf(lines []queuedLine) []ledger.Step {
	records := make([]ledger.Step, 0, len(lines)+2) // a group may add two
	for _, l := range lines {
		records = append(records, l.st)
	}
	return records
}

// unsend closes the steps of a flight that was not sent after all: the first
// has the judgement, the others were not run.
//
//go:noinline
func (s *session) unsend(records []ledger.Step, first *judge.Judgement) {
	for i, st := range records {
		st.Unsent()
		if i == 0 {
			s.close(st, *first)
			continue
		}
		s.close(st, judge.Judgement{Status: result.NotRun})
	}
}

// closeAt reads and judges the reply to one line of a pipeline.
func (s *session) closeAt(l *queuedLine) {
	if s.line.Gone || s.ended {
		s.closeBehind(l)
		return
	}
	var j judge.Judgement
	s.answer(l.st, l.step, l.want, l.verb, &j)
	s.closeBy(l.st, &j)
}

// closeBehind is closeAt behind the end, of the connection or of the scenario.
//
//go:noinline
func (s *session) closeBehind(l *queuedLine) {
	if s.line.Gone { // the connection ended with an earlier reply
		j := judge.Judgement{Status: result.NotRun}
		if !s.over && !s.ended && !l.want.Codes.EOF && !l.want.Codes.None { // as that line had expected
			j = s.line.NothingToSayTo()
		}
		s.close(l.st, j)
		return
	}
	if !l.want.Codes.None { // the reply is read, but nothing hangs on it any more
		seen := s.line.Read(s.timeout(l.step.Timeout, DefaultReplyTimeout))
		seen.Verb = l.verb
		s.learn(&seen)
		s.fill(l.st, &seen)
	}
	s.close(l.st, judge.Judgement{})
}

// isHello reports whether a command word begins a session.
func isHello(verb string) bool { return slices.Contains([]string{"EHLO", "HELO", "LHLO"}, verb) }
