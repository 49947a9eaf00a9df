package dialogue

import (
	"context"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/handshake"
	"mxprobe/probe/ledger"
	"mxprobe/probe/mailroom"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// trial plays a dialogue with one address, as often as its retry allows.
type trial struct {
	dialogue *Dialogue
	target   probe.Target
	// number tells this dialogue from all others of the run, also where a domain
	// or a scenario is given twice.
	number  uint64
	rule    *scenarios.HostRule // nil if none matches
	account ledger.Account
	started time.Time
	// serial is set for the attempt after one in which the server lost its
	// place in a group; unsynced is how that one ended.
	serial   bool
	unsynced *unsynced
	// other is what is known of a certificate beside the one that a handshake
	// has shown, nil before somebody looked; again is set for the attempt in
	// which it decides.
	other *handshake.Sighting
	again bool
	// posts are the mailboxes that steps look into, by the number of the step;
	// they are open until the last attempt is over.
	posts map[int]*mailroom.Post
	// waiting is the attempt that waits for something in them, else nil.
	waiting *session
	// wanted reports whether another trial waits for the connection, nil where none
	// could; left is what was left open for it. spoilt is set once an attempt on a
	// connection that was used before did not count.
	wanted func() bool
	left   *opened
	spoilt bool
}

// Play makes one attempt.
func (t *trial) Play(ctx context.Context) (wait time.Duration, again bool) {
	if t.rule != nil && t.rule.Skip != "" {
		t.LeaveOut(t.rule.Skip)
		return 0, false
	}
	if t.started.IsZero() {
		t.started = time.Now()
	}
	s := newSession(ctx, t)
	s.play()
	if s.rest != nil {
		t.waiting = s
		return 0, false
	}
	defer s.release()
	t.account.Take(&s.ledger)
	t.account.Took(time.Since(t.started))
	if t.oneByOne(s) || t.looksAgain(s) {
		return 0, true
	}
	if again, wait = t.wantsAnother(s); again {
		return wait, true
	}
	t.end()
	return 0, false
}

// UnlessPassed implements probe.Follower.
func (t *trial) UnlessPassed() string { return t.dialogue.scenario.UnlessPassed }

// LeaveOut implements probe.Follower.
func (t *trial) LeaveOut(why string) {
	t.account.Rule(result.Ruling{Status: result.Skip, Reason: result.Condition, Message: why})
}

// Waits implements probe.Waiter.
func (t *trial) Waits() bool { return t.waiting != nil }

// Await implements probe.Waiter. What was not waited for long enough is no reason
// to send the message again, so that there is no further attempt.
func (t *trial) Await() {
	t.waiting.await()
	t.account.Take(&t.waiting.ledger)
	t.account.Took(time.Since(t.started))
	_ = t.looksAgain(t.waiting) // the message was sent: what is found decides nothing else
	t.waiting.release()
	t.end()
}

// end closes what was open for the dialogue, and forgives.
func (t *trial) end() {
	for _, p := range t.posts {
		t.dialogue.run.mailboxes.Release(p)
	}
	t.posts = nil
	t.forgive()
}

// wantsAnother applies the retry of the flags or of the scenario to an
// attempt that did not pass.
func (t *trial) wantsAnother(s *session) (bool, time.Duration) {
	retry, over := t.dialogue.scenario.Retry, t.dialogue.run.Retry
	times, wait := 0, DefaultRetryWait
	if retry != nil {
		times, wait = retry.Times, retry.Wait
	}
	if over.Times != nil {
		times = *over.Times
	}
	if over.Wait != nil {
		wait = *over.Wait
	}
	tries := t.account.Tries()
	if t.unsynced != nil {
		tries-- // it is no attempt of its own
	}
	if t.again {
		tries--
	}
	if status, _ := s.ledger.Status(); tries > times || status <= result.Pass || s.ctx.Err() != nil {
		return false, 0
	}
	return retryCovers(retry, s), wait
}

// retryCovers reports whether the way an attempt ended is one that another
// attempt may change: a 4xx, if the scenario says nothing else.
func retryCovers(retry *scenarios.Retry, s *session) bool {
	code := s.ledger.FailedCode()
	_, reason := s.ledger.Status()
	if retry == nil || (retry.On.IsZero() && !retry.Connect && !retry.EOF && !retry.Timeout) {
		return code/100 == 4
	}
	switch {
	case code != 0:
		return !retry.On.IsZero() && retry.On.Match(code)
	case s.connectTime == 0:
		return retry.Connect || (retry.Timeout && reason == result.Timeout)
	case reason == result.EOF || reason == result.Reset:
		return retry.EOF
	}
	return retry.Timeout && reason == result.Timeout
}

// forgive turns a failure that the scenario allows for this host into a
// warning.
func (t *trial) forgive() {
	if t.rule != nil && t.rule.MayFail != "" {
		t.account.Forgive(t.rule.MayFail)
	}
}

// Abandon says that no further attempt will be made. An attempt that was
// made keeps its steps, but waiting for the next was cut short.
func (t *trial) Abandon(reason result.Reason) {
	if t.account.Tries() == 0 {
		t.account.Rule(result.Ruling{Status: result.NotRun, Reason: reason, Message: notBegun(reason)})
		return
	}
	note := "the run ended before the next attempt"
	if reason == result.Budget || reason == result.Policy {
		note = "there was no further attempt: " + notBegun(reason)
	}
	t.account.Note(note)
	t.end()
}

// notBegun says why nothing was begun.
func notBegun(reason result.Reason) string {
	switch reason {
	case result.Deadline:
		return "not begun before the time for the whole run was over"
	case result.Budget:
		return "not begun: the connections of the whole run (--budget) were used up"
	case result.Policy:
		return "not begun: the servers of its provider had asked again and again to be left alone (421 or 4.7.x)"
	}
	return "not begun before the run was stopped"
}

// Result returns what was seen so far.
func (t *trial) Result() result.Check {
	c := t.account.Result()
	c.PlaysSender = t.dialogue.scenario.Sender
	return c
}

// unsynced is how an attempt ended in which the server lost its place in a
// group of commands; the attempts after it are made line by line.
type unsynced struct {
	verdict result.Check
}

// oneByOne reports whether a dialogue is to be played again at once, line by
// line on a new connection: the server offers PIPELINING and lost its place
// in a group (RFC 2920 section 3.2). That attempt tells whether the group or
// a line of it is to blame. It is made once, and never after the text of a
// message, which could arrive twice.
func (t *trial) oneByOne(s *session) bool {
	switch {
	case t.unsynced == nil && s.line.Lost && s.mail.textAt.IsZero() && s.ctx.Err() == nil:
		t.unsynced = &unsynced{verdict: t.account.Result()}
		t.serial = true
		return true
	case t.unsynced != nil:
		t.blame(s)
	}
	return false
}

// blame says what the attempt line by line has shown. Under pipeline: auto
// the groups were ours, so that what the lines are answered counts, with a
// warning. A scenario that sends a group itself asks for the group.
func (t *trial) blame(s *session) {
	first := &t.unsynced.verdict
	if status, _ := s.ledger.Status(); status > result.Warn {
		t.account.Note("a group of commands failed before (" + first.Message + "), and so did its lines one by one")
		return
	}
	const finding = "the server offers PIPELINING and loses its place in a group, while the same lines one by one are answered as expected"
	status := first.Status
	if t.dialogue.scenario.Grouped {
		status = result.Warn
	}
	t.account.Note(finding)
	hint := finding + " (RFC 2920): senders that pipeline lose mail there or retry for long; look for a filter before the server"
	t.account.Uphold(first, status, hint)
}
