package dialogue

import (
	"context"
	"errors"
	"strings"
	"time"

	"mxprobe/internal/transport"
	"mxprobe/probe"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// session is one attempt: one connection, from the handshake to QUIT.
type session struct {
	ctx         context.Context
	trial       *trial
	set         *Settings
	scenario    *scenarios.Scenario
	lookup      scenarios.Lookup
	captures    map[string]string
	turn        map[string]string // see Settings.turns
	conn        *smtpwire.Conn    // nil while there is none
	record      *smtpwire.Recorder
	started     time.Time
	connectTime time.Duration
	// controlAnswered is true where the server did not answer, and the control
	// server did.
	controlAnswered bool
	buf             []byte

	// What is known of the server.
	greeted  bool
	keywords *smtpwire.Keywords // of the latest EHLO, nil before it
	envelope envelope
	tls      secured
	sure     assurance
	// authenticated is true after a login, until TLS begins or ends.
	authenticated bool
	authOpen      bool // the server waits for an answer in a login
	dataOpen      bool // the server waits for message text
	quitSaid      bool // by the scenario itself
	gone          bool // nothing more can be said on the connection
	// announced is true if the server has said 421, expected or not.
	announced bool
	// ownSender is true if the scenario gave a reverse-path of its own.
	ownSender bool
	// foreign is what a greeting says that is none of SMTP, though its reply
	// code could be.
	foreign diagnosis.Cause
	// farewellCode is the 421 with which the server ends the session, where
	// the scenario had expected something else.
	farewellCode int
	// loose is set once a reply was left unread on purpose: from then on a
	// byte in the buffer is no surprise.
	loose bool
	// grouped is set once commands were sent in a group, and lost once the
	// server lost its place in one: both only where it offers PIPELINING.
	grouped, lost bool
	textAt        time.Time // when text of some message went out first
	// owed are the command words whose replies were left to later steps.
	owed []string
	// misread is set once a line got its reply while an earlier one was
	// owed: if that one did come, every reply since is another line's.
	misread  bool
	quitSeen *judge.Observation // the answer to a QUIT of the scenario's own
	handed   *handed            // the message that was accepted last, nil before one was
	// rest are the steps that wait for something in mailboxes, once all others
	// are played and the connection is closed.
	rest []scenarios.Step

	// What it amounts to. Only the last of steps is pointed at by others.
	steps      []result.Step
	spans      []span // of each step, in the record
	status     result.Verdict
	reason     result.Reason
	message    string
	hint       string
	cause      diagnosis.Cause
	notes      []string
	failedStep *int
	failedCode int
	over       bool            // no further step is to be played
	unmet      bool            // a step was not met, and decided
	unmetAt    scenarios.Pos   // its place in the scenario
	stopped    *scenarios.Step // the step after which over was set
	ended      bool            // as it should be: by a pass_if or a condition
	judgedIf   bool            // the scenario's own if and unless were judged
}

// span is the part of the record that belongs to a step.
type span struct {
	from, to int
	grouped  bool // sent in one piece with others
}

func newSession(ctx context.Context, t *trial) *session {
	s := &session{
		ctx:      ctx,
		trial:    t,
		set:      t.dialogue.settings,
		scenario: t.dialogue.scenario,
		captures: make(map[string]string),
		turn:     t.dialogue.settings.turns(),
		started:  time.Now(),
		record:   t.dialogue.settings.recorder(),
		steps:    make([]result.Step, 0, t.dialogue.steps+2),
	}
	s.lookup = t.dialogue.lookup(t.target, t.number, t.rule, s.captures, s.turn)
	return s
}

// play runs the whole attempt. Afterwards the connection is closed and the
// verdict stands, unless rest is left to be waited for.
func (s *session) play() {
	s.foresee()
	if !s.openMailboxes() || !s.connect() {
		s.finish()
		return
	}
	nc := s.conn.NetConn() // TLS may be put over it, but the deadline is its
	unblock := context.AfterFunc(s.ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	defer unblock()
	defer s.conn.Close()
	if plan := s.trial.dialogue.implicit; plan != nil && !s.implicitTLS(plan) {
		s.finish()
		return
	}
	if s.scenario.SpeakFirst {
		s.owed = append(s.owed, "") // the greeting
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

// connect opens the connection. What fails before the server has spoken is
// the failure of step 0.
func (s *session) connect() bool {
	limit := s.set.connectTimeout()
	ctx, cancel := context.WithTimeout(transport.For(s.ctx, s.trial.target.Host), limit)
	defer cancel()
	to := s.trial.target.AddrPort()
	network, address := s.trial.target.DialAddress()
	begun := time.Now()
	nc, err := s.set.Dialer.DialContext(ctx, network, address)
	if err == nil {
		s.connectTime = max(time.Since(begun), 1)
		s.conn = smtpwire.NewConn(nc, smtpwire.Options{Record: s.record})
		return true
	}
	f := diagnosis.DialFault(s.ctx, err, to, limit, func() bool { return probe.HasRoute(s.set.Dialer, to) })
	reason, d := f.Reason, diagnosis.OfFault(&f, "connect")
	hint := d.Advice
	if f.Reason == result.Timeout || f.Reason == result.Unreachable {
		f, hint = s.control(f, hint)
	}
	st := s.newStep(0, "connect", scenarios.Pos{})
	st.Millis = result.Millis(time.Since(begun))
	j := judge.Judgement{Status: f.Status, Reason: f.Reason, Message: f.Message, Hint: hint}
	if f.Reason == reason {
		j.Cause = d.Cause // else it is known that the network here is to blame
	}
	s.close(st, j)
	for i := range s.scenario.Steps {
		s.leaveOut(&s.scenario.Steps[i])
	}
	return false
}

// greet waits for the greeting and judges it. Nothing is sent before its
// last line (RFC 5321 section 4.3.1).
func (s *session) greet() {
	st := s.newStep(0, "greeting", s.scenario.Pos)
	want, err := s.trial.dialogue.greeting.Resolve(s.lookup)
	if err != nil {
		s.close(st, badValue(err))
		return
	}
	seen := s.read(s.timeout(0, DefaultReplyTimeout))
	seen.Plain = true
	s.greeted = true
	j := s.judge(st, want, &seen)
	if seen.Reply != nil && smtpwire.LooksRewritten(seen.Reply) {
		s.note("the greeting was rewritten: a firewall or filter (a middlebox) sits before the server")
	}
	s.close(st, j)
}

// badValue is the judgement on a step whose variables cannot be put in: the
// mistake is ours.
func badValue(err error) judge.Judgement {
	return judge.Judgement{Status: result.Inconclusive, Reason: result.Local, Message: result.PrintableString(err.Error()), Value: true}
}

// timeout returns the wait for a reply: the step's own, else that of the
// settings, else the scenario's, else the general one.
func (s *session) timeout(step, general time.Duration) time.Duration {
	switch {
	case step > 0:
		return step
	case s.set.ReplyTimeout > 0:
		return s.set.ReplyTimeout
	case s.scenario.Timeout > 0:
		return s.scenario.Timeout
	}
	return general
}

// read waits for one reply.
func (s *session) read(limit time.Duration) judge.Observation {
	if s.gone {
		return judge.Observation{Fault: diagnosis.Fault{Status: result.Fail, Reason: result.EOF, Message: "the connection had ended before this step", Closed: true}}
	}
	begun := time.Now()
	s.setDeadline(begun.Add(limit))
	reply, err := s.conn.ReadReply()
	seen := judge.Observation{Took: time.Since(begun)}
	if err != nil {
		seen.Fault = diagnosis.ReadFault(s.ctx, err, limit)
		seen.Silent = seen.Fault.Reason == result.Timeout && s.conn.Buffered() == 0
		var broken *smtpwire.ReplyError
		seen.Partial = errors.As(err, &broken)
		return seen
	}
	s.tls.unproven = false
	seen.Reply = &reply
	return seen
}

// setDeadline bounds the next read and write; the end of the run bounds them
// as well, whichever comes first.
func (s *session) setDeadline(at time.Time) {
	_ = s.conn.SetDeadline(at)
	if s.ctx.Err() != nil { // the run may have ended before the line above
		_ = s.conn.SetDeadline(time.Unix(1, 0))
	}
}

// judge judges a reply, takes up what it tells of the server, and fills in
// the step.
func (s *session) judge(st *result.Step, want *scenarios.Expect, seen *judge.Observation) judge.Judgement {
	fillReply(st, seen, s.trial.mask)
	st.Want = s.trial.dialogue.wantText(st.Number, want)
	if seen.Verb == "MAIL" {
		s.ownSender = !s.fromDefault(st.Sent)
	}
	seen.OwnSender = s.ownSender
	j := judge.Judge(want, seen, s.set.temporary())
	if hint := s.danger(st, want, seen); hint != "" && j.Status > result.Pass {
		j.Hint = hint
	}
	if seen.Silent && j.Status == result.Pass {
		return j // as expected, and the session goes on
	}
	if seen.Reply == nil {
		if s.announced && j.Reason == result.EOF {
			j = s.saidGoodbye()
		}
		s.soonAfterHandshake(&j)
		s.hangUp()
		return j
	}
	if seen.Reply.Code == 421 {
		// The end of the session, whatever was asked (RFC 5321 section 3.8),
		// but where it was expected the next step shows what the server does.
		s.announced = true
		if j.Status > result.Pass {
			s.farewellCode = 421
		}
	}
	s.nameForeign(seen, &j)
	return j
}

// fromDefault reports whether a MAIL line has the sender of the run in it, and
// not one that the scenario gives.
func (s *session) fromDefault(sent string) bool {
	from, ok := s.lookup("from")
	return ok && from != "" && strings.Contains(sent, "<"+from+">")
}

// nameForeign says what a server is that speaks in reply codes and knows no
// EHLO, such as one of FTP.
func (s *session) nameForeign(seen *judge.Observation, j *judge.Judgement) {
	switch seen.Verb {
	case "":
		s.foreign = diagnosis.OfFirstBytes([]byte(seen.Shown()))
	case "EHLO", "HELO":
		if s.foreign != diagnosis.Unknown && j.Status > result.Pass {
			j.Cause, j.Hint = s.foreign, diagnosis.Of(s.foreign, false).Advice
		}
	}
}

// hangUp closes a connection on which nothing more can be said.
func (s *session) hangUp() {
	s.gone = true
	_ = s.conn.Close()
}

// note keeps a finding that decides nothing.
func (s *session) note(text string) {
	for _, known := range s.notes {
		if known == text {
			return
		}
	}
	s.notes = append(s.notes, text)
}
