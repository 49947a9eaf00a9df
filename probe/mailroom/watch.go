package mailroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mxprobe/internal/mailbox"
	"mxprobe/internal/timespan"
	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// Handed is a message that the server has accepted.
type Handed struct {
	ID    string // Message-ID, brackets included; empty if it is not known
	Envid string // of the MAIL line, decoded; empty if there was none
	At    time.Time
	// Enclosures are its attachments, where a step compares them.
	Enclosures []Enclosure
}

// IDByte keeps what may stand in the left part of a Message-ID (RFC 5322
// section 3.6.4).
func IDByte(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return r
	}
	return '-'
}

// ID is IDByte of all of b, which is written over.
func ID(b []byte) []byte {
	id := b[:0]
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		id = append(id, byte(IDByte(r)))
		i += n
	}
	return id
}

// WantedInMailbox is what a step waits for, for the report.
func WantedInMailbox(m *scenarios.Mailbox) string {
	switch {
	case !m.Report:
		return "in the mailbox"
	case m.NoReport():
		return "no report"
	}
	return strings.Join(m.Actions, " or ")
}

// Watch is a step that waits for something in a mailbox.
type Watch struct {
	Ctx    context.Context
	Step   *scenarios.Step
	St     ledger.Step
	Remark func(text string) // into the transcript
	Lookup scenarios.Lookup
	Post   *Post
	// Mailboxes are those that Post is one of.
	Mailboxes *Mailboxes
	Handed    Handed
	TextAt    time.Time // when text of some message went out first
	// ID is the name of the dialogue, as Message-ID and ENVID hold it.
	ID    string
	Limit time.Duration
	// DSN reports whether the server offered it.
	DSN bool
	// Delivered is how long the message took, once Arrives has seen it.
	Delivered time.Duration
}

// until waits until found says so. It returns false with the judgement if
// that did not happen.
func (w *Watch) until(what string, found func([]sighting) bool) (judge.Judgement, bool) {
	w.Remark("looking for " + what + " in " + w.Post.place.Where)
	within := w.Step.Expect.Within
	over, err := w.Post.wait(w.Ctx, w.Handed.At, w.Limit, []time.Duration{within.Warn, within.Fail}, func(seen []sighting) bool {
		first := slices.IndexFunc(seen, func(s sighting) bool { return !s.at.Before(w.TextAt) })
		return first >= 0 && found(seen[first:])
	})
	w.St.Took(time.Since(w.Handed.At))
	switch {
	case err != nil:
		return Unreadable(w.Ctx, err), false
	case over:
		return judge.Judgement{Status: result.Fail, Reason: result.Timeout, Pos: within.Pos}, false
	}
	return judge.Met(), true
}

// saw says where and when something was found, and judges how long it took.
// A bound is broken only where a look after it did not find the message yet.
// mark is what it was known by.
func (w *Watch) saw(what, mark string, at *sighting) judge.Judgement {
	took := max(0, at.at.Sub(w.Handed.At)) // it may be there before the reply is read
	w.St.Took(took)
	found := fmt.Sprintf("%s was in the mailbox after %v: %s", what, Rounded(took), at.Place)
	w.Remark(found)
	w.St.Note("%s", found)
	within, absent := w.Step.Expect.Within, at.notAt.Sub(w.Handed.At)
	late := judge.Judgement{Status: result.Warn, Reason: result.Slow, Pos: within.Pos}
	switch {
	case within.Fail > 0 && absent >= within.Fail:
		late.Status = result.Fail
		late.Message = fmt.Sprintf("as expected, but after %v, the limit is %v", Rounded(took), timespan.String(within.Fail))
	case within.Warn > 0 && absent >= within.Warn:
		late.Message = fmt.Sprintf("as expected, but after %v, the limit is %v", Rounded(took), timespan.String(within.Warn))
	case !w.own(mark):
		return w.notOwn(what, mark)
	default:
		return judge.Met()
	}
	return late
}

// own reports whether a Message-ID or an ENVID is that of this dialogue alone.
func (w *Watch) own(mark string) bool {
	return strings.Contains(mark, w.ID) || strings.Contains(mark, strings.Map(IDByte, w.ID))
}

// notOwn is the judgement on what may be about a message of another dialogue,
// or of an earlier run.
func (w *Watch) notOwn(what, mark string) judge.Judgement {
	return judge.Judgement{
		Status: result.Warn, Reason: result.Local, Pos: w.Step.Mailbox.Pos,
		Message: what + " came, but may be that of another dialogue or of an earlier run: they send " + result.Quoted([]byte(mark)) + " too",
		Hint:    "let Message-ID and ENVID hold ${dialogue_id}, or leave Message-ID to mxprobe; headers: {Message-ID: \"<${dialogue_id}@example.org>\"} puts it into a file",
	}
}

// remove takes the message out of the mailbox where the step says so.
func (w *Watch) remove(j judge.Judgement, m *mailbox.Message) judge.Judgement {
	if !w.Step.Mailbox.Delete || j.Status > result.Warn || j.Reason == result.Local {
		return j
	}
	if err := w.Post.remove(w.Ctx, m); err != nil {
		w.St.Note("it was not removed: %s", result.Shown(err.Error()))
	}
	return j
}

// Rounded is a delay as people read it.
func Rounded(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}

// Unreadable is the judgement on a mailbox that cannot be looked into: nothing
// is known of the message then.
func Unreadable(ctx context.Context, err error) judge.Judgement {
	if fault.Over(ctx) {
		return judge.Judgement{Status: result.Inconclusive, Reason: fault.StopReason(ctx), Message: fault.StopMessage(ctx)}
	}
	return judge.Judgement{
		Status: result.Inconclusive, Reason: result.Local,
		Message: "the mailbox cannot be looked into: " + result.Shown(err.Error()),
	}
}
