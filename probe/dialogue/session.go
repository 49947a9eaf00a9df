package dialogue

import (
	"context"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/draft"
	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/line"
	"mxprobe/probe/peer"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// session is one attempt: one connection, from the handshake to QUIT.
type session struct {
	ctx      context.Context
	trial    *trial
	run      *Run
	scenario *scenarios.Scenario
	variables
	record      *smtpwire.Recorder
	ledger      ledger.Ledger
	connectTime time.Duration
	delivery    time.Duration // of the message, as seen in a mailbox; 0 where it was not
	// controlAnswered is true where the server did not answer, and the control
	// server did.
	controlAnswered bool
	buf             []byte
	draftRoom       *draft.Room // nil while no text is made; see room

	line line.Line
	peer peer.Peer
	sure *assurance // what handshakes are held against
	mail mail
	// rest are the steps that wait for something in mailboxes, once all others
	// are played and the connection is closed.
	rest []scenarios.Step
	course
}

// course is how far the attempt has come.
type course struct {
	over     bool            // no further step is to be played
	stopped  *scenarios.Step // the step after which over was set
	ended    bool            // as it should be: by a pass_if or a condition
	judgedIf bool            // the scenario's own if and unless were judged
	// triedTLS is true once a session with opportunistic TLS has said STARTTLS, or
	// gone on without: it is done once.
	triedTLS bool
	// passing is how the pass_if fares of the step at pos, which is played for
	// each recipient: missed is true once it was not met.
	passing struct {
		pos    scenarios.Pos
		missed bool
	}
}

// newSession returns a session in the memory of one that is over, if there is
// one of the same dialogue.
func newSession(ctx context.Context, t *trial) *session {
	s, again := t.dialogue.sessions.Get().(*session)
	if !again {
		s = &session{run: t.dialogue.run, scenario: t.dialogue.scenario}
	}
	s.ctx, s.trial, s.record, s.peer.Ip = ctx, t, s.run.records.Get(), t.target.IP
	s.sure = &t.dialogue.unsure
	s.line.Ctx, s.line.Ends = ctx, &s.run.ends
	s.line.Temporary, s.line.SpeaksFirst = s.run.temporary(), s.scenario.SpeakFirst
	t.account.Attempt(&s.ledger, s.scenario.File, s.record)
	s.variables.begin(t.dialogue, &t.target, t.number, t.rule)
	return s
}

// maxRoom is the largest buffer that a session leaves to the next.
const maxRoom = 16 << 10

// release leaves the memory of a session that is over to another one. Nothing
// else of it is left, no matter what was said or who it was said to.
func (s *session) release() {
	if !s.line.Unused() {
		return // somebody goes on with the connection, and with what is known of it
	}
	s.line.Forget()
	s.ledger.Forget()
	s.forget()
	s.leaveRoom()
	if clear(s.buf[:cap(s.buf)]); cap(s.buf) > maxRoom {
		s.buf = nil
	}
	*s = session{
		run: s.run, scenario: s.scenario, variables: s.variables, line: s.line, ledger: s.ledger, buf: s.buf[:0],
	}
	s.dialogue.sessions.Put(s)
}

// play runs the whole attempt. Afterwards the connection is closed and the
// verdict stands, unless rest is left to be waited for.
func (s *session) play() {
	begun := time.Now()
	s.foresee()
	if !s.openMailboxes() || !s.connect() {
		s.finish()
		return
	}
	defer func() { s.line.Close() }() // another one may be open by then
	if plan := s.trial.dialogue.implicit; plan != nil && !s.implicitTLS(plan) {
		s.finish()
		return
	}
	if s.scenario.SpeakFirst {
		s.line.Owed = append(s.line.Owed, "") // the greeting
	} else {
		s.greet()
	}
	if !s.trial.dialogue.hello || s.knownAtOnce() {
		s.scenarioCondition()
	}
	for steps := s.scenario.Steps; len(steps) > 0; {
		if s.waits(steps) {
			s.rest = steps
			break
		}
		steps = steps[s.playNext(steps):]
	}
	if s.offer(begun) {
		return
	}
	s.quit()
	if s.rest == nil {
		s.finish()
	}
}

// await plays the rest of the dialogue, which needs no connection.
func (s *session) await() {
	for i := range s.rest {
		s.step(&s.rest[i])
	}
	s.finish()
}

// connect opens the connection, and reports whether there is one.
func (s *session) connect() bool {
	begun := time.Now()
	err := s.dial()
	took := max(time.Since(begun), 1)
	if err != nil {
		s.unconnected(err, took)
		return false
	}
	s.connectTime = took
	return true
}

// dial makes a connection.
func (s *session) dial() error {
	nc, err := s.run.open(s.ctx, &s.trial.target)
	if err == nil {
		s.line.Open(nc, s.record)
	}
	return err
}

// unconnected says why there is no connection. What fails before the server has
// spoken is the failure of step 0. It is no part of connect, since a session
// keeps the stack that it once needed.
//
//go:noinline
func (s *session) unconnected(err error, took time.Duration) {
	j := s.unreached(err)
	st := s.beginAside(0, "connect", scenarios.Pos{})
	st.Took(took)
	s.close(st, j)
	for i := range s.scenario.Steps {
		s.leaveOut(&s.scenario.Steps[i])
	}
}

// unreached is the judgement on a connection that could not be made.
func (s *session) unreached(err error) judge.Judgement {
	limit, to := s.run.connectTimeout(), s.trial.target.AddrPort()
	f := fault.DialFault(s.ctx, err, to, limit, func() bool { return probe.HasRoute(s.run.Dialer, to) })
	reason, d := f.Reason, fault.OfFault(&f, "connect")
	hint := d.Advice
	if f.Reason == result.Timeout || f.Reason == result.Unreachable {
		f, hint = s.control(f, hint)
	}
	j := judge.Judgement{Status: f.Status, Reason: f.Reason, Message: f.Message, Hint: hint}
	if f.Reason == reason {
		j.Cause = d.Cause // else it is known that the network here is to blame
	}
	return j
}

// greet waits for the greeting and judges it. Nothing is sent before its
// last line (RFC 5321 section 4.3.1).
func (s *session) greet() {
	st := s.beginAside(0, "greeting", s.scenario.Pos)
	want, err := s.trial.dialogue.greeting.Resolve(s.lookup)
	if err != nil {
		s.close(st, judge.BadValue(err))
		return
	}
	seen := s.line.Read(s.timeout(0, DefaultReplyTimeout))
	seen.Plain = true
	s.line.Greeted = true
	j := s.judge(st, want, &seen)
	if seen.Reply != nil && smtpwire.LooksRewritten(seen.Reply) {
		s.ledger.Note("the greeting was rewritten: a firewall or filter (a middlebox) sits before the server")
	}
	s.close(st, j)
}

// timeout returns the wait for a reply: the step's own, else that of the
// settings, else the scenario's, else the general one.
func (s *session) timeout(step, general time.Duration) time.Duration {
	switch {
	case step > 0:
		return step
	case s.run.ReplyTimeout > 0:
		return s.run.ReplyTimeout
	case s.scenario.Timeout > 0:
		return s.scenario.Timeout
	}
	return general
}

// judge judges a reply, takes up what it tells of the server, and fills in
// the step.
func (s *session) judge(st ledger.Step, want *scenarios.Expect, seen *judge.Observation) (j judge.Judgement) {
	s.fill(st, seen)
	s.wants(st, want)
	s.weigh(st, want, seen, &j)
	return j
}

// weigh judges what was filled in. Most replies are as expected, and need no
// more than a small frame for that.
func (s *session) weigh(st ledger.Step, want *scenarios.Expect, seen *judge.Observation, j *judge.Judgement) {
	if !judge.PlainlyMet(want, seen) {
		s.weighClosely(st, want, seen, j)
		return
	}
	*j = judge.Met()
	s.line.TLS.Trailed = false
	if seen.Verb == "" {
		s.peer.Greeting = seen.Reply
	}
}

// weighClosely judges what may be anything but plainly as expected.
//
//go:noinline
func (s *session) weighClosely(st ledger.Step, want *scenarios.Expect, seen *judge.Observation, j *judge.Judgement) {
	seen.OwnSender, seen.AskedHELO, seen.AskedSender = s.peer.OwnSender, s.peer.AskedHELO, s.peer.AskedSender
	*j = judge.Judge(want, seen, s.run.temporary())
	if hint := s.danger(st, want, seen); hint != "" && j.Status > result.Pass {
		j.Hint = hint
	}
	if j.Cause == causes.TLSRequired && s.triedTLS && !s.peer.Secure {
		// It wants what it could not do a moment ago.
		j.Cause, j.Hint = causes.TLSBroken, diagnosis.Of(causes.TLSBroken, false).Advice
	}
	if seen.Silent && j.Status == result.Pass {
		return // as expected, and the session goes on
	}
	if seen.Reply == nil {
		if s.line.Announced && j.Reason == result.EOF {
			*j = s.line.SaidGoodbye()
		}
		s.line.SoonAfterHandshake(j)
		s.line.HangUp()
		return
	}
	if seen.Reply.Code == 421 {
		// The end of the session, whatever was asked (RFC 5321 section 3.8),
		// but where it was expected the next step shows what the server does.
		s.line.Announced = true
		if j.Status > result.Pass {
			s.line.FarewellCode = 421
		}
	}
	s.nameForeign(seen, j)
}

// nameForeign says what a server is that speaks in reply codes and knows no
// EHLO, such as one of FTP.
func (s *session) nameForeign(seen *judge.Observation, j *judge.Judgement) {
	switch seen.Verb {
	case "":
		s.peer.Greeting = seen.Reply
	case "EHLO", "HELO":
		if j.Status <= result.Pass || s.peer.Greeting == nil {
			return
		}
		greeting := judge.Observation{Reply: s.peer.Greeting}
		if foreign := diagnosis.OfFirstBytes([]byte(greeting.Shown())); foreign != causes.Unknown {
			j.Cause, j.Hint = foreign, diagnosis.Of(foreign, false).Advice
		}
	}
}

// finish gives the attempt its verdict and its transcript.
func (s *session) finish() {
	s.ledger.Finish(&ledger.Seen{
		TLS: s.line.TLS.State, Connect: s.connectTime, Delivery: s.delivery, ControlAnswered: s.controlAnswered, Captures: s.bindings.Captures,
	}, s.run.Transcript == TranscriptAlways)
	s.run.records.Put(s.record)
	s.record = nil
}

// control asks the control server, if there is one, whether a connection that
// could not be made is the fault of this side.
func (s *session) control(f fault.Fault, hint string) (_ fault.Fault, toDo string) {
	switch {
	case s.run.control.isDown(s.ctx, s.run.connectTimeout()):
		return fault.Control(f, false)
	case s.run.Control != "" && f.Reason == result.Timeout:
		s.controlAnswered = true
		return fault.Control(f, true)
	}
	return f, hint
}
