package ledger

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// Allowance says how much text a result may hold. The first bytes of each reply
// are a little that it may hold beyond that.
type Allowance interface {
	Take(bytes int) bool
	TakeLittle(bytes int) bool
}

// free is the allowance of an account that has none.
type free struct{}

func (free) Take(int) bool       { return true }
func (free) TakeLittle(int) bool { return true }

// What is kept of a reply to a step that passed, of any text where the allowance
// is used up, and where not even a little is left.
const (
	maxPassed = 8 << 10
	little    = 1 << 10
	least     = 200
)

// slotCost is what a text in a list takes beside its bytes.
const slotCost = 16

// Within bounds what the account holds.
func (a *Account) Within(allowance Allowance) { a.allowance = allowance }

// drop counts bytes that are not kept.
func (a *Account) drop(bytes int) { a.dropped += bytes }

// droppedNote says what was not kept, nothing where everything was.
func (a *Account) droppedNote() string {
	if a.dropped == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes of what the server said are not kept in this result, which would grow too large", a.dropped)
}

// keepReply keeps the text of a reply as far as it may be kept, and the rest of
// it until the step is judged: that of a step that fails is kept in full.
func (s Step) keepReply(reply *smtpwire.Reply) {
	l, st := s.ledger, s.step()
	defer l.forgetUnkept()
	delete(l.long, s.at)
	lines, size := s.linesOf(reply)
	account := l.account
	switch {
	case size <= maxPassed && account.allowance.Take(size):
		st.Text = l.keepLines(lines)
		return
	case size > maxPassed && account.allowance.Take(maxPassed):
		st.Text = upTo(lines, maxPassed)
	case account.allowance.TakeLittle(min(size, little)):
		st.Text = upTo(lines, little)
	default:
		st.Text = upTo(lines, least)
	}
	if len(st.Text) < len(lines) || sizeOf(st.Text) < size {
		if l.long == nil {
			l.long = make(map[int]*smtpwire.Reply)
		}
		l.long[s.at] = reply
	}
}

// settleReply ends keepReply: with the whole reply where it decided something
// and may be kept, else by counting what is not kept of it.
func (s Step) settleReply(decided bool) {
	l, st := s.ledger, s.step()
	reply := l.long[s.at]
	if reply == nil {
		return
	}
	delete(l.long, s.at)
	defer l.forgetUnkept()
	lines, size := s.linesOf(reply)
	if decided && l.account.allowance.Take(size) {
		st.Text = slices.Clone(lines)
		return
	}
	l.account.drop(size - sizeOf(st.Text))
}

// forgetUnkept lets go of the lines of linesOf that were not kept, each of which
// may hold a long reply.
func (m *memory) forgetUnkept() { clear(m.lines[len(m.lines):cap(m.lines)]) }

// linesOf returns the text of a reply as it may be shown, and what it takes. The
// lines are good until the next call.
func (s Step) linesOf(reply *smtpwire.Reply) (lines []string, size int) {
	secrets := s.secrets()
	if secrets.mask != nil {
		return s.maskedLines(reply)
	}
	lines = s.ledger.freeLines(strings.Count(reply.Raw, "\n"))
	for line := range reply.TextLines() {
		lines = append(lines, secrets.short(line, maxLine))
	}
	return lines, sizeOf(lines)
}

// maskedLines is linesOf where there are secrets to be hidden.
func (s Step) maskedLines(reply *smtpwire.Reply) (lines []string, size int) {
	secrets := s.secrets()
	lines, parts := secrets.mask.lines(strings.Join(slices.Collect(reply.TextLines()), "\n"))
	for i, line := range lines {
		lines[i] = harmless(line, maxLine)
	}
	// A message may show one of these lines alone.
	secrets.Hide(parts...)
	return lines, sizeOf(lines)
}

func sizeOf(lines []string) int {
	size := 0
	for _, line := range lines {
		size += len(line) + slotCost
	}
	return size
}

// upTo returns copies of the first lines that fit, and of the first what fits:
// a part of a text would hold all of it.
func upTo(lines []string, most int) []string {
	var out []string
	for _, line := range lines {
		if most -= len(line) + slotCost; most < 0 {
			if len(out) == 0 {
				out = append(out, result.Printable([]byte(line), max(most+len(line), least/2)))
			}
			break
		}
		out = append(out, string([]byte(line)))
	}
	return out
}

// keepTranscripts keeps the transcripts of an attempt as far as they may be
// kept, that of the step that decided before the others.
func (l *Ledger) keepTranscripts() {
	keep := func(st *result.Step, decided bool) {
		size := transcriptSize(st.Transcript)
		switch {
		case size == 0 || l.account.allowance.Take(size):
			return
		case decided && l.account.allowance.TakeLittle(little):
			st.Transcript = firstLines(st.Transcript, little)
		default:
			st.Transcript = nil
		}
		l.account.drop(size - transcriptSize(st.Transcript))
	}
	decides := func(st *result.Step) bool { return l.failedStep != nil && st.Number == *l.failedStep }
	for _, first := range []bool{true, false} {
		for i := range l.steps {
			if decides(&l.steps[i]) == first {
				keep(&l.steps[i], first)
			}
		}
	}
}

// lineCost is what a line of a transcript takes beside its bytes.
const lineCost = 48

func transcriptSize(lines []result.Line) int {
	size := 0
	for i := range lines {
		size += len(lines[i].Text) + lineCost
	}
	return size
}

func firstLines(lines []result.Line, most int) []result.Line {
	var out []result.Line
	for _, line := range lines {
		if most -= len(line.Text) + lineCost; most < 0 {
			break
		}
		out = append(out, line)
	}
	return out
}

// keepChain keeps the certificates of a handshake, or where that is too much the
// first of them without its bytes.
func (a *Account) keepChain(t *result.TLSState) {
	size := 0
	for i := range t.Chain {
		size += len(t.Chain[i].DER) + certificateText(&t.Chain[i])
	}
	if len(t.Chain) == 0 || a.allowance.Take(size) {
		return
	}
	first := t.Chain[0]
	first.DER = nil
	if kept := certificateText(&first); kept <= maxPassed && a.allowance.TakeLittle(kept) {
		t.Chain = []result.Certificate{first}
		size -= kept
	} else {
		t.Chain = nil
	}
	a.drop(size)
}

// certificateText is what the names of a certificate take.
func certificateText(c *result.Certificate) int {
	return len(c.Subject) + len(c.Issuer) + sizeOf(c.Names)
}
