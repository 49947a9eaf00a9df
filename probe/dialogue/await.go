package dialogue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/internal/mailbox"
	"mxprobe/internal/timespan"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// handed is a message that the server has accepted.
type handed struct {
	id    string // Message-ID, brackets included; empty if it is not known
	envid string // of the MAIL line, decoded; empty if there was none
	at    time.Time
	// enclosures are its attachments, where a step compares them.
	enclosures []enclosure
}

// handedOver notes that the message was accepted: the duty is the server's
// now (RFC 5321 section 6.1), and what is waited for counts from here.
func (s *session) handedOver() {
	s.handed = &handed{id: s.envelope.messageID, envid: s.envelope.envid, at: time.Now(), enclosures: s.envelope.enclosures}
}

// sendsText notes when text of a message goes out for the first time: what was
// in a mailbox before is another message.
func (s *session) sendsText() {
	if s.textAt.IsZero() {
		s.textAt = time.Now()
	}
}

// waits reports whether the rest of the dialogue is waiting for something in
// mailboxes.
func (s *session) waits(steps []scenarios.Step) bool { return !s.over && steps[0].Action.LooksAside() }

// playMailbox waits for what a step asks for.
func (s *session) playMailbox(step *scenarios.Step) {
	st := s.begin(step)
	st.Want = "in the mailbox"
	if step.Mailbox.Report {
		st.Want = "no report"
		if !step.Mailbox.NoReport() {
			st.Want = strings.Join(step.Mailbox.Actions, " or ")
		}
	}
	switch {
	case s.handed != nil:
	case s.textAt.IsZero():
		s.close(st, judge.Judgement{Status: result.Skip, Reason: result.Condition, Message: "no message was sent"})
		return
	default:
		s.close(st, judge.Judgement{Status: result.Inconclusive, Reason: result.Local, Message: "no message is known to have been accepted, so there is none to wait for"})
		return
	}
	w := &watch{session: s, step: step, st: st, post: s.trial.posts[step.Number], limit: step.MailboxTimeout()}
	if step.Mailbox.Report {
		s.close(st, w.report())
		return
	}
	s.close(st, w.arrives())
}

// watch is a step that waits for something in a mailbox.
type watch struct {
	*session
	step  *scenarios.Step
	st    *result.Step
	post  *post
	limit time.Duration
}

// until waits until found says so. It returns false with the judgement if
// that did not happen.
func (w *watch) until(what string, found func([]sighting) bool) (judge.Judgement, bool) {
	w.record.Remark("looking for " + what + " in " + w.post.place.where)
	within := w.step.Expect.Within
	over, err := w.post.wait(w.ctx, w.handed.at, w.limit, []time.Duration{within.Warn, within.Fail}, func(seen []sighting) bool {
		first := slices.IndexFunc(seen, func(s sighting) bool { return !s.at.Before(w.textAt) })
		return first >= 0 && found(seen[first:])
	})
	w.st.Millis = result.Millis(time.Since(w.handed.at))
	switch {
	case err != nil:
		return w.unreadable(err), false
	case over:
		return judge.Judgement{Status: result.Fail, Reason: result.Timeout, Pos: within.Pos}, false
	}
	return judge.Met(), true
}

// saw says where and when something was found, and judges how long it took.
// A bound is broken only where a look after it did not find the message yet.
// mark is what it was known by.
func (w *watch) saw(what, mark string, at *sighting) judge.Judgement {
	took := max(0, at.at.Sub(w.handed.at)) // it may be there before the reply is read
	w.st.Millis = result.Millis(took)
	found := fmt.Sprintf("%s was in the mailbox after %v: %s", what, rounded(took), at.Place)
	w.record.Remark(found)
	w.noteStep("%s", found)
	within, absent := w.step.Expect.Within, at.notAt.Sub(w.handed.at)
	late := judge.Judgement{Status: result.Warn, Reason: result.Slow, Pos: within.Pos}
	switch {
	case within.Fail > 0 && absent >= within.Fail:
		late.Status = result.Fail
		late.Message = fmt.Sprintf("as expected, but after %v, the limit is %v", rounded(took), timespan.String(within.Fail))
	case within.Warn > 0 && absent >= within.Warn:
		late.Message = fmt.Sprintf("as expected, but after %v, the limit is %v", rounded(took), timespan.String(within.Warn))
	case !w.own(mark):
		return w.notOwn(what, mark)
	default:
		return judge.Met()
	}
	return late
}

// own reports whether a Message-ID or an ENVID is that of this dialogue alone.
func (w *watch) own(mark string) bool {
	id := w.trial.dialogue.id(w.trial.target, w.trial.number)
	return strings.Contains(mark, id) || strings.Contains(mark, strings.Map(idByte, id))
}

// notOwn is the judgement on what may be about a message of another dialogue,
// or of an earlier run.
func (w *watch) notOwn(what, mark string) judge.Judgement {
	return judge.Judgement{
		Status: result.Warn, Reason: result.Local, Pos: w.step.Mailbox.Pos,
		Message: what + " came, but may be that of another dialogue or of an earlier run: they send " + result.Quoted([]byte(mark)) + " too",
		Hint:    "let Message-ID and ENVID hold ${dialogue_id}, or leave Message-ID to mxprobe; headers: {Message-ID: \"<${dialogue_id}@example.org>\"} puts it into a file",
	}
}

// remove takes the message out of the mailbox where the step says so.
func (w *watch) remove(j judge.Judgement, m *mailbox.Message) judge.Judgement {
	if !w.step.Mailbox.Delete || j.Status > result.Warn || j.Reason == result.Local {
		return j
	}
	if err := w.post.remove(w.ctx, m); err != nil {
		w.noteStep("it was not removed: %s", w.trial.mask.Printable([]byte(err.Error()), result.MaxShown))
	}
	return j
}

func (w *watch) noteStep(format string, args ...any) {
	w.st.Notes = append(w.st.Notes, w.trial.mask.Printable(fmt.Appendf(nil, format, args...), maxLine))
}

// rounded is a delay as people read it.
func rounded(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}
