package dialogue

import (
	"context"
	"time"

	"mxprobe/probe"
	"mxprobe/probe/ledger"
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
	stepped func(*result.Step)
	mask    *ledger.Mask // grows with what logins make of secrets
	result  result.Check
	started time.Time
	tries   int
	// serial is set for the attempt after one in which the server lost its
	// place in a group; unsynced is how that one ended.
	serial   bool
	unsynced *unsynced
	// posts are the mailboxes that steps look into, by the number of the step;
	// they are open until the last attempt is over.
	posts map[int]*post
	// waiting is the attempt that waits for something in them, else nil.
	waiting *session
}

// Play makes one attempt.
func (t *trial) Play(ctx context.Context) (wait time.Duration, again bool) {
	if t.rule != nil && t.rule.Skip != "" {
		t.result.Status, t.result.Reason, t.result.Message = result.Skip, result.Condition, t.rule.Skip
		return 0, false
	}
	if t.started.IsZero() {
		t.started = time.Now()
	}
	t.tries++
	s := newSession(ctx, t)
	s.play()
	if s.rest != nil {
		t.waiting = s
		return 0, false
	}
	t.take(s)
	t.result.Millis = result.Millis(time.Since(t.started))
	if t.oneByOne(s) {
		return 0, true
	}
	if again, wait = t.wantsAnother(s); again {
		return wait, true
	}
	t.end()
	return 0, false
}

// Waits implements probe.Waiter.
func (t *trial) Waits() bool { return t.waiting != nil }

// Await implements probe.Waiter. What was not waited for long enough is no reason
// to send the message again, so that there is no further attempt.
func (t *trial) Await() {
	t.waiting.await()
	t.take(t.waiting)
	t.result.Millis = result.Millis(time.Since(t.started))
	t.end()
}

// end closes what was open for the dialogue, and forgives.
func (t *trial) end() {
	for _, p := range t.posts {
		t.dialogue.settings.mailboxes.release(p)
	}
	t.posts = nil
	t.forgive()
}

// take adds an attempt to the result. The verdict is the last attempt's.
func (t *trial) take(s *session) {
	r := &t.result
	r.Attempts = t.tries
	r.Status, r.Reason, r.Message, r.Hint = s.status, s.reason, s.message, s.hint
	r.Cause, r.Whose = named(s.cause)
	r.FailedStep = s.failedStep
	r.TLS = s.tls.state
	r.ControlAnswered = s.controlAnswered
	r.ConnectMillis = result.Millis(s.connectTime)
	r.Notes = s.notes
	r.Captures = s.maskedCaptures()
	r.Steps = append(r.Steps, s.steps...)
}

// wantsAnother applies the retry of the flags or of the scenario to an
// attempt that did not pass.
func (t *trial) wantsAnother(s *session) (bool, time.Duration) {
	retry, set := t.dialogue.scenario.Retry, t.dialogue.settings
	times, wait := 0, DefaultRetryWait
	if retry != nil {
		times, wait = retry.Times, retry.Wait
	}
	if set.Retry != nil {
		times = *set.Retry
	}
	if set.RetryWait != nil {
		wait = *set.RetryWait
	}
	tries := t.tries
	if t.unsynced != nil {
		tries-- // it is no attempt of its own
	}
	if tries > times || s.status <= result.Pass || s.ctx.Err() != nil {
		return false, 0
	}
	return retryCovers(retry, s), wait
}

// retryCovers reports whether the way an attempt ended is one that another
// attempt may change: a 4xx, if the scenario says nothing else.
func retryCovers(retry *scenarios.Retry, s *session) bool {
	if retry == nil || (retry.On.IsZero() && !retry.Connect && !retry.EOF && !retry.Timeout) {
		return s.failedCode/100 == 4
	}
	switch {
	case s.failedCode != 0:
		return !retry.On.IsZero() && retry.On.Match(s.failedCode)
	case s.connectTime == 0:
		return retry.Connect || (retry.Timeout && s.reason == result.Timeout)
	case s.reason == result.EOF || s.reason == result.Reset:
		return retry.EOF
	}
	return retry.Timeout && s.reason == result.Timeout
}

// forgive turns a failure that the scenario allows for this host into a
// warning.
func (t *trial) forgive() {
	if t.rule == nil || t.rule.MayFail == "" || t.result.Status <= result.Warn {
		return
	}
	t.result.Forgiven = t.rule.MayFail
	t.result.Status = result.Warn
}

// Abandon says that no further attempt will be made. An attempt that was
// made keeps its steps, but waiting for the next was cut short.
func (t *trial) Abandon(reason result.Reason) {
	if t.tries == 0 {
		t.result.Status, t.result.Reason = result.NotRun, reason
		t.result.Message = "not begun before the run was stopped"
		if reason == result.Deadline {
			t.result.Message = "not begun before the time for the whole run was over"
		}
		return
	}
	t.result.Notes = append(t.result.Notes, "the run ended before the next attempt")
	t.end()
}

// Result returns what was seen so far.
func (t *trial) Result() result.Check { return t.result }
