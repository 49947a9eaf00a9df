package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// Step is a step of which something is being told.
type Step struct {
	ledger *Ledger
	at     int
}

// IsZero reports whether it is no step at all.
func (s Step) IsZero() bool { return s.ledger == nil }

func (s Step) step() *result.Step { return &s.ledger.steps[s.at] }

func (s Step) secrets() *Secrets { return &s.ledger.account.secrets }

// Number returns the number of the step.
func (s Step) Number() int { return s.step().Number }

// Code returns the reply code that was told, 0 before one was.
func (s Step) Code() int { return s.step().Code }

// Place returns the line and the column of the step in its file.
func (s Step) Place() (line, col int) { return s.step().Line, s.step().Col }

// Facts says what the step did.
func (s Step) Facts() *result.Facts { return &s.step().Facts }

// Sent says what was sent, and the command word in it, if it has one. A word
// that is a secret, or a part of one, is none.
func (s Step) Sent(verb string, b []byte) {
	sent := s.step().Name
	if s.secrets().mask != nil || sent != string(b) { // what most steps are called by
		sent = s.ledger.show(b, maxLine)
	}
	if word, _, _ := strings.Cut(sent, " "); !strings.EqualFold(word, verb) {
		verb = ""
	}
	s.step().Verb, s.step().Sent = verb, sent
}

// SentMore adds to what was sent.
func (s Step) SentMore(verb, separator string, text []byte) {
	st := s.step()
	if st.Sent != "" {
		text = slices.Concat([]byte(st.Sent), []byte(separator), text)
	}
	st.Verb, st.Sent = verb, s.ledger.show(text, 0)
}

// SentLogin says with which mechanism a login is made, and what for. A
// mechanism that is secret is hidden as it was written.
func (s Step) SentLogin(mechanism, as string) {
	s.Sent("AUTH", []byte("AUTH "+strings.ToUpper(s.secrets().mask.text(mechanism))+as))
}

// Unsent says that nothing was sent after all.
func (s Step) Unsent() { s.step().Verb, s.step().Sent = "", "" }

// Want says what is expected, and whether that is a refusal.
func (s Step) Want(text string, refusal bool) {
	s.step().Want, s.step().RefusalWanted = s.secrets().text(text), refusal
}

// Note keeps a finding that decides nothing.
func (s Step) Note(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	s.note(text)
}

func (s Step) note(text string) {
	st := s.step()
	st.Notes = append(st.Notes, s.secrets().short(text, maxLine))
}

// Took says how long the step took, Spent that something of it took longer.
func (s Step) Took(d time.Duration) { s.step().Millis = result.Millis(d) }

// Spent adds to what Took says.
func (s Step) Spent(d time.Duration) { s.step().Millis += result.Millis(d) }

// Reply says what came back. plain is true for a reply in which no enhanced
// status code can stand (RFC 2034 section 4).
func (s Step) Reply(reply *smtpwire.Reply, plain bool) {
	st := s.step()
	st.Code = reply.Code
	s.keepReply(reply)
	if !plain {
		code, _, mismatch := reply.Enhanced()
		st.Enhanced = s.ledger.clone(code) // a part of the reply would hold all of it
		if mismatch {
			s.note("the enhanced status code is of another class than the reply code and does not count (RFC 2034 section 4)")
		}
	}
	if reply.Notes != 0 {
		s.note(reply.Notes.String())
	}
}

// Shown returns the reply that was told on one line, without secrets.
func (s Step) Shown() string {
	st := s.step()
	if len(st.Text) == 0 || st.Text[0] == "" {
		return fmt.Sprint(st.Code)
	}
	return fmt.Sprintf("%d %s", st.Code, st.Text[0])
}

// Line adds a line to what came back that was no reply, such as a field of a
// report; it stands in the transcript too.
func (s Step) Line(text string) {
	shown := s.secrets().short(text, maxLine)
	s.step().Text = append(s.step().Text, shown)
	s.ledger.record.Remark(shown)
}

// Enhanced says which enhanced status code came, where it was in no reply.
func (s Step) Enhanced(code string) {
	const most = 20
	s.step().Enhanced = s.secrets().short(code, most)
}

// Group says that the step was sent in one piece with others.
func (s Step) Group() { s.ledger.spans[s.at].grouped = true }

// Extend says that what went over the line since belongs to the step too.
func (s Step) Extend() { s.ledger.spans[s.at].to = int32(s.ledger.record.Len()) }

// Drop takes the latest step back: it is none of its own. Its notes are those
// of the attempt.
func (s Step) Drop() {
	l := s.ledger
	for _, text := range l.steps[s.at].Notes {
		l.Note("%s", text)
	}
	delete(l.long, s.at)
	l.steps, l.spans = l.steps[:s.at], l.spans[:s.at]
}

// Outcome is what a step amounts to.
type Outcome struct {
	result.Ruling
	result.Blame
	Note string
	// Value is true if the message is about the value of a variable, which may
	// be a part of a secret.
	Value bool
	// Unmet is true if the dialogue ends with the step.
	Unmet bool
	// Code is that of a reply that is not the one of the step.
	Code int
	// Line and Col are the place in the file that was not met, 0 for none, and
	// Excerpt shows it.
	Line, Col int
	Excerpt   *result.Excerpt
}

// Close ends the record of a step. The first step that is worse than a warning
// decides the attempt: what follows it (in a pipeline) follows from it.
func (s Step) Close(o *Outcome) {
	st := s.step()
	st.Status, st.Reason, st.Message = o.Status, o.Reason, s.message(o)
	st.Blame = o.Blame
	if o.Note != "" {
		s.note(o.Note)
	}
	s.Extend()
	s.settleReply(o.Status > result.Pass)
	if o.Status > result.Pass {
		s.decide(o)
	}
	if told := s.ledger.account.told; told != nil {
		told(st)
	}
}

func (s Step) message(o *Outcome) string {
	if o.Value {
		return result.PrintableString(s.secrets().mask.quotes(o.Message))
	}
	return s.secrets().text(o.Message)
}

// decide takes a step's outcome over as the attempt's. Only of the same step
// for several recipients the worst decides.
func (s Step) decide(o *Outcome) {
	st, l := s.step(), s.ledger
	at := place{st.Line, st.Col}
	if st.Excerpt = o.Excerpt; st.Excerpt != nil {
		for i, line := range st.Excerpt.Lines {
			st.Excerpt.Lines[i] = s.secrets().text(line)
		}
	}
	if o.Line > 0 {
		st.Line, st.Col = o.Line, o.Col
	}
	worse := o.Status > l.ruling.Status
	if l.unmet && (at != l.unmetAt || !worse) || !worse && !o.Unmet {
		return
	}
	if o.Unmet {
		l.unmet, l.unmetAt = true, at
	}
	number := st.Number
	l.ruling = result.Ruling{Status: o.Status, Reason: o.Reason, Message: st.Message, Hint: s.secrets().text(o.Hint)}
	l.blame = o.Blame
	l.failedStep, l.failedCode = &number, cmp.Or(st.Code, o.Code)
}
