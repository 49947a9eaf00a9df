package ledger

import (
	"fmt"
	"strings"
	"testing"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// purse is an allowance for the test.
type purse struct{ left, little int }

func (p *purse) Take(n int) bool {
	if n > p.left {
		return false
	}
	p.left -= n
	return true
}

func (p *purse) TakeLittle(n int) bool {
	if n > p.little {
		return false
	}
	p.little -= n
	return true
}

// longReply has 200 lines of 100 characters.
func longReply(code int) *smtpwire.Reply {
	var b strings.Builder
	for i := range 199 {
		fmt.Fprintf(&b, "%d-%s\r\n", code, strings.Repeat(string(rune('a'+i%26)), 100))
	}
	fmt.Fprintf(&b, "%d %s\r\n", code, strings.Repeat("z", 100))
	return &smtpwire.Reply{Code: code, Raw: b.String()}
}

func TestWhatIsKeptOfAReply(t *testing.T) {
	t.Parallel()
	const whole = 200 * (100 + slotCost)
	for _, tc := range []struct {
		name   string
		status result.Verdict
		purse  *purse
		lines  int // that are kept
	}{
		{"no allowance, passed", result.Pass, nil, maxPassed / (100 + slotCost)},
		{"no allowance, failed", result.Fail, nil, 200},
		{"warned", result.Warn, nil, 200},
		{"failed, and enough", result.Fail, &purse{maxPassed + whole, 0}, 200},
		{"failed, and not enough", result.Fail, &purse{maxPassed + whole - 1, 0}, maxPassed / (100 + slotCost)},
		{"failed, and little", result.Fail, &purse{0, little}, little / (100 + slotCost)},
		{"failed, and nothing", result.Fail, &purse{0, 0}, least / (100 + slotCost)},
	} {
		account := NewAccount(Secrets{}, "s", 1, nil)
		if tc.purse != nil {
			account.Within(tc.purse)
		}
		l := new(Ledger)
		account.Attempt(l, "f.yaml", smtpwire.NewRecorder(0))
		st := l.Begin(1, "one", 1, 1)
		st.Reply(longReply(550), false)
		st.Close(&Outcome{Ruling: result.Ruling{Status: tc.status}, Unmet: true})
		l.Finish(&Seen{}, false)
		account.Take(l)
		c := account.Result()
		if got := len(c.Steps[0].Text); got != tc.lines {
			t.Errorf("%s: %d lines are kept; want %d", tc.name, got, tc.lines)
		}
		note := strings.Join(c.Notes, " ")
		if want := fmt.Sprintf("%d bytes of what the server said", whole-tc.lines*(100+slotCost)); tc.lines < 200 && !strings.Contains(note, want) || tc.lines == 200 && note != "" {
			t.Errorf("%s: notes %q; want %q where something is dropped", tc.name, note, want)
		}
		if len(l.long) > 0 {
			t.Errorf("%s: a reply is held on to", tc.name)
		}
	}
}

// A small reply is kept whole wherever it can be.
func TestShortReplyIsKept(t *testing.T) {
	t.Parallel()
	account := NewAccount(Secrets{}, "s", 1, nil)
	account.Within(&purse{0, 100})
	l := new(Ledger)
	account.Attempt(l, "f.yaml", smtpwire.NewRecorder(0))
	st := l.Begin(1, "one", 1, 1)
	st.Reply(&smtpwire.Reply{Code: 250, Raw: "250 2.1.0 Ok\r\n"}, false)
	st.Close(&Outcome{Ruling: result.Ruling{Status: result.Pass}})
	l.Finish(&Seen{}, false)
	account.Take(l)
	if c := account.Result(); len(c.Steps[0].Text) != 1 || c.Steps[0].Text[0] != "2.1.0 Ok" || len(c.Notes) > 0 {
		t.Errorf("kept %q, notes %q", c.Steps[0].Text, c.Notes)
	}
}

// The transcript of the step that decided is kept before the others.
func TestTranscriptsAreKeptWithinTheAllowance(t *testing.T) {
	t.Parallel()
	line := result.Line{From: "S", Text: strings.Repeat("x", 100)}
	account := NewAccount(Secrets{}, "s", 2, nil)
	account.Within(&purse{100 + lineCost, little})
	l := new(Ledger)
	account.Attempt(l, "f.yaml", smtpwire.NewRecorder(0))
	two := 2
	l.failedStep = &two
	l.steps = []result.Step{{Number: 1, Transcript: []result.Line{line}}, {Number: 2, Transcript: []result.Line{line}}}
	l.keepTranscripts()
	if len(l.steps[0].Transcript) != 0 || len(l.steps[1].Transcript) != 1 || account.dropped != 100+lineCost {
		t.Errorf("kept %d and %d lines, %d bytes dropped", len(l.steps[0].Transcript), len(l.steps[1].Transcript), account.dropped)
	}
	account.Within(&purse{0, little})
	l.steps[1].Transcript = []result.Line{line, line, line, line, line, line, line, line}
	if l.keepTranscripts(); len(l.steps[1].Transcript) != little/(100+lineCost) {
		t.Errorf("of a long transcript %d lines are kept", len(l.steps[1].Transcript))
	}
}
