package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

const (
	// maxLine bounds a line of a reply in the result; replies of more lines than
	// smtpwire's limit do not come this far.
	maxLine = 2048
	// maxName bounds the name of a step.
	maxName = 200
)

// Ledger is what is told of one attempt. Account.Attempt makes one.
type Ledger struct {
	account *Account
	record  *smtpwire.Recorder
	file    string // of the scenario
	steps   []result.Step
	spans   []span // of each step, in the record
	notes   []string
	seen    Seen
	ruling  result.Ruling
	blame   result.Blame
	// failedStep is the number of the step that decided, nil while none did,
	// failedCode the reply code that it got.
	failedStep *int
	failedCode int
	unmet      bool  // a step was not met, and decided
	unmetAt    place // its place in the file
	// long are the replies that may be kept in full once their step is judged.
	long map[int]*smtpwire.Reply
	memory
}

// memory is where the texts of an attempt are put together, so that most of
// them are no allocation of their own. The result holds it.
type memory struct {
	text  strings.Builder
	lines []string
}

// What is allocated at once. A text, or lines, that would take half of it have
// their own memory, for one that is kept holds all that was allocated with it.
const (
	textChunk = 512
	lineChunk = 16
	// firstText and firstChunk are those of a text and of lines that come first: few
	// texts are not those of the scenario, and many wait behind the greeting.
	firstText  = 128
	firstChunk = 4
)

// keep is b as a string.
func (m *memory) keep(b []byte) string {
	if len(b) > textChunk/2 {
		return string(b)
	}
	m.room(len(b))
	at := m.text.Len()
	m.text.Write(b)
	return m.text.String()[at:]
}

// clone is keep of a string, a part of another that is not to be held.
func (m *memory) clone(s string) string {
	if len(s) > textChunk/2 {
		return strings.Clone(s)
	}
	m.room(len(s))
	at := m.text.Len()
	m.text.WriteString(s)
	return m.text.String()[at:]
}

func (m *memory) room(bytes int) {
	if m.text.Cap()-m.text.Len() >= bytes {
		return
	}
	size := textChunk
	if m.text.Cap() == 0 && bytes <= firstText {
		size = firstText
	}
	m.text.Reset() // the texts keep what it was
	m.text.Grow(size)
}

// freeLines is room for so many lines of which it is not known yet which are kept.
func (m *memory) freeLines(n int) []string {
	switch {
	case n <= cap(m.lines)-len(m.lines):
	case n > lineChunk/2:
		return make([]string, 0, n)
	case cap(m.lines) == 0 && n <= firstChunk:
		m.lines = make([]string, 0, firstChunk)
	default:
		m.lines = make([]string, 0, lineChunk)
	}
	return m.lines[len(m.lines):]
}

// keepLines keeps lines that stand in freeLines, or in memory of their own.
func (m *memory) keepLines(lines []string) []string {
	at, n := len(m.lines), len(lines)
	if n > cap(m.lines)-at {
		return lines
	}
	m.lines = append(m.lines, lines...)
	return m.lines[at : at+n : at+n]
}

// Forget makes a ledger an empty one again, whose account was taken. Nothing
// that was told is left in it; the result is not touched.
func (l *Ledger) Forget() {
	*l = Ledger{spans: l.spans[:0]}
}

// Show is a text for the name of a step, without secrets and harmless.
func (l *Ledger) Show(b []byte) string { return l.show(b, maxName) }

// show is Secrets.Show, as a rule in the memory of the attempt.
func (l *Ledger) show(b []byte, limit int) string {
	secrets := &l.account.secrets
	if secrets.mask != nil || limit > 0 && len(b) > limit {
		return secrets.Show(b, limit)
	}
	return result.PrintableString(l.keep(b))
}

// Seen is what is told of an attempt beside its steps.
type Seen struct {
	// TLS is the latest handshake, nil where there was none.
	TLS *result.TLSState
	// Connect is how long the connection took, 0 where there was none.
	Connect time.Duration
	// Delivery is how long the message took into a mailbox, 0 where it was not
	// seen there.
	Delivery time.Duration
	// ControlAnswered is true where the server did not answer, and the control
	// server did.
	ControlAnswered bool
	Captures        map[string]string
}

// place is a place in a file.
type place struct{ line, col int }

// span is the part of the record that belongs to a step.
type span struct {
	from, to int32
	grouped  bool // sent in one piece with others
}

// Begin begins the record of a step under the name it shows. The line and the
// column are its place in the file.
func (l *Ledger) Begin(number int, name string, line, col int) Step {
	if len(l.steps) == firstSteps {
		more := max(0, l.account.steps+2-firstSteps)
		l.steps, l.spans = slices.Grow(l.steps, more), slices.Grow(l.spans, more)
	}
	l.steps = append(l.steps, result.Step{})
	st := &l.steps[len(l.steps)-1]
	st.Attempt, st.Number, st.Name = l.account.tries, number, l.account.secrets.short(name, maxName)
	st.File, st.Line, st.Col = l.file, line, col
	at := int32(l.record.Len())
	l.spans = append(l.spans, span{from: at, to: at})
	return Step{l, len(l.steps) - 1}
}

// Inherit begins the attempt with steps that were played before, when the
// connection was opened for somebody else.
func (l *Ledger) Inherit(steps []result.Step) {
	for i := range steps {
		st := steps[i]
		st.Attempt, st.Transcript = l.account.tries, nil
		l.steps, l.spans = append(l.steps, st), append(l.spans, span{})
	}
}

// Extend says that what went over the line since belongs to the last step too.
func (l *Ledger) Extend() {
	if n := len(l.steps); n > 0 {
		Step{l, n - 1}.Extend()
	}
}

// Steps returns those that were told so far. They belong to the result.
func (l *Ledger) Steps() []result.Step { return l.steps }

// Note keeps a finding that decides nothing.
func (l *Ledger) Note(format string, args ...any) {
	text := l.account.secrets.text(fmt.Sprintf(format, args...))
	if !slices.Contains(l.notes, text) {
		l.notes = append(l.notes, text)
	}
}

// Remark adds a remark on what happened to the transcript.
func (l *Ledger) Remark(text string) { l.record.Remark(text) }

// Skip says that the attempt ends because the scenario leaves out what follows.
// A step that was not as expected is not made up for by that.
func (l *Ledger) Skip(message string) {
	if l.ruling.Status < result.Warn {
		l.ruling.Status, l.ruling.Reason = result.Skip, result.Condition
		l.ruling.Message = l.account.secrets.text(message)
	}
}

// Status returns what the attempt amounts to so far, and why.
func (l *Ledger) Status() (result.Verdict, result.Reason) { return l.ruling.Status, l.ruling.Reason }

// FailedCode returns the reply code that decided, 0 where none did.
func (l *Ledger) FailedCode() int { return l.failedCode }

// Unmet reports whether a step was not met.
func (l *Ledger) Unmet() bool { return l.unmet }
