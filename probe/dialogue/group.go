package dialogue

import (
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// group is a flight of commands under pipeline: auto. Its replies are read
// in this order: of the text, the lines, DATA, QUIT.
type group struct {
	text    *openMessage // whose text begins the flight
	lines   []queuedLine
	data    *openMessage // whose DATA ends it
	quit    ledger.Step  // zero for none
	used    int          // steps of the scenario that are in it
	refusal bool         // a line expects to be refused, or may be
}

// commands counts what the server has to answer.
func (g *group) commands() int {
	n := len(g.lines)
	for _, there := range []bool{g.text != nil, g.data != nil, !g.quit.IsZero()} {
		if there {
			n++
		}
	}
	return n
}

// openMessage is a message between DATA and the reply to its end.
type openMessage struct {
	step *scenarios.Step
	want *scenarios.Expect
	text []byte
	st   ledger.Step
}

// playNext plays the next steps of the scenario and returns how many these
// were: one, or a group.
func (s *session) playNext(steps []scenarios.Step) int {
	if s.over || !s.mayGroup() {
		s.step(&steps[0])
		return 1
	}
	s.buf = s.buf[:0]
	g := group{}
	if first := &steps[0]; first.Action == scenarios.Body && s.line.DataOpen && s.peer.LeftOutBy(first.If, first.Unless) == "" && wholeText(first) {
		if g.text = s.openMessage(first); g.text == nil {
			return 1
		}
		g.used = 1
	}
	return s.playGroups(&g, steps)
}

// mayGroup reports whether commands may go out in groups: the latest reply
// to EHLO decides (RFC 2920 section 3.1).
func (s *session) mayGroup() bool {
	return s.scenario.Grouped && !s.trial.serial && !s.line.Loose && !s.line.Gone && s.line.FarewellCode == 0 && s.peer.Offers("PIPELINING")
}

// playGroups plays groups as long as a message ties one to the next.
func (s *session) playGroups(g *group, steps []scenarios.Step) int {
	for {
		if g.text != nil && len(g.text.text) > maxWhole {
			if s.sendLong(g); s.over {
				return g.used
			}
			s.buf = s.buf[:0]
		}
		if g.text != nil {
			s.appendText(g.text)
		}
		if !s.fillGroup(g, steps) {
			return g.used
		}
		if g.used == 0 {
			s.step(&steps[0])
			return 1
		}
		if g.commands() > 0 {
			s.playGroup(g)
		}
		if g.data == nil || s.over || !s.line.DataOpen {
			return g.used
		}
		s.buf = s.buf[:0]
		g = &group{text: g.data, used: g.used}
	}
}

// sendLong sends a long text by itself.
//
//go:noinline
func (s *session) sendLong(g *group) {
	m := g.text
	g.text = nil
	var j judge.Judgement
	s.sendText(m.st, m.step, m.want, [][]byte{m.text}, &j)
	s.close(m.st, j)
}

// fillGroup puts into the flight what can stand in it. It reports false if
// a line cannot be made: then nothing is sent.
func (s *session) fillGroup(g *group, steps []scenarios.Step) bool {
	captures := g.text != nil && len(g.text.step.Captures) > 0
	for g.used < len(steps) && !captures && !steps[g.used].Action.LooksAside() {
		step := &steps[g.used]
		place := step.Place()
		if place == scenarios.PlaceAlone {
			return true
		}
		if message := s.peer.LeftOutBy(step.If, step.Unless); message != "" {
			s.skip(step, message)
			g.used++
			continue
		}
		if place == scenarios.PlaceData && g.refusal {
			// DATA behind a refusal that is expected could get 354, and then
			// there is no way back (RFC 2920 section 3.1).
			return true
		}
		if step.Action == scenarios.Message {
			g.used++
			if g.data = s.openMessage(step); g.data == nil {
				return s.takeBack(g)
			}
			g.data.st.Sent("DATA", []byte("DATA"))
			s.buf = append(s.buf, "DATA\r\n"...)
			return true
		}
		lines, ok := s.queue(steps[g.used : g.used+1])
		g.used++
		if !ok {
			return s.takeBack(g)
		}
		g.lines = append(g.lines, lines...)
		g.refusal = g.refusal || !step.PassIf.IsZero() || mayBeRefused(lines[0].want)
		if place != scenarios.PlaceInside {
			return true
		}
		captures = len(step.Captures) > 0
	}
	if (g.used == len(steps) || steps[g.used].Action.LooksAside()) && !s.scenario.NoQuit && !s.line.QuitSaid && !s.mayLeave() {
		g.quit = s.beginQuit()
		s.buf = append(s.buf, "QUIT\r\n"...)
	}
	return true
}

// takeBack says of the lines of a group that they were not sent after all:
// one of them could not be made.
func (s *session) takeBack(g *group) bool {
	s.unsend(recordsOf(g.lines), &judge.Judgement{Status: result.NotRun})
	if g.text != nil { // the text waits for no line
		g.lines, g.data = nil, nil
		s.playGroup(g)
	}
	return false
}

// wholeText reports whether a text ends the message as it should, so that
// commands can follow at once.
func wholeText(step *scenarios.Step) bool {
	return !step.NoStuff && !step.NoEnd && !step.Expect.Codes.None
}

// mayBeRefused reports whether a refusal would be as expected.
func mayBeRefused(want *scenarios.Expect) bool {
	c := &want.Codes
	return c.Any || c.EOF || c.None || c.HasClass(4) || c.HasClass(5)
}

// openMessage begins the step of a message and makes its text, before DATA
// is said. It returns nil if the text cannot be made or must not be sent.
func (s *session) openMessage(step *scenarios.Step) *openMessage {
	st := s.begin(step)
	m := &openMessage{step: step, st: st}
	var err error
	if m.want, m.text, err = s.wantAndText(step); err != nil {
		s.closeBad(st, err)
		return nil
	}
	if j := s.misfit(st, step, m.text); j != nil {
		s.closeBy(st, j)
		return nil
	}
	return m
}

// appendText puts the text of a message into the flight.
func (s *session) appendText(m *openMessage) {
	s.sendsText()
	s.buf = smtpwire.AppendData(s.buf, m.text, true, true)
	s.describeText(m.st, m.step, m.want, len(s.buf))
}

// misfit returns nil where a message can go to this server. One that is written
// out to the last byte goes as it is, with a note; another is stopped before
// DATA, because what would arrive could be something else.
func (s *session) misfit(st ledger.Step, step *scenarios.Step, parts ...[]byte) *judge.Judgement {
	asIs := step.AsIs || step.Action == scenarios.Body
	if step.Action != scenarios.BDAT && s.peer.Envelope.Binary {
		st.Note("the MAIL line says BODY=BINARYMIME, which goes with bdat and not with DATA (RFC 3030 section 3)")
	}
	if why := s.peer.Misfit(parts...); why != "" {
		if asIs {
			st.Note("%s", why)
			return nil
		}
		return &judge.Judgement{
			Status: result.Fail, Reason: result.Reply, Message: why + ": it was not sent",
			Hint: "encode the text in ASCII (RFC 2045 section 6.7), or set as_is: true to send it as it is",
		}
	}
	s.peer.RemarkOnText(st.Note, parts...)
	return nil
}
