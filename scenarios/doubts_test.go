package scenarios

import (
	"strings"
	"testing"
)

// A line that misses a command by one slip is doubted where it stands alone;
// behind send: it is meant.
func TestLinesThatMayBeSlips(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"STARTLS":                `"STARTTLS"`,
		"MAIL TO:<a@b>":          `"MAIL FROM:"`,
		"rcpt from:<a@b>":        `"RCPT TO:"`,
		"ELHO ${helo}":           `"EHLO"`,
		"MIAL FROM:<>":           `"MAIL"`,
		"pipeline: [DAAT]":       `"DATA"`,
		"send: STARTLS":          "",
		"EHLO to:x":              "",
		"mail FROM:<a@b>":        "",
		"AUTH LOGIN":             "",
		"EXPN list":              "",
		"XCLIENT ADDR=192.0.2.1": "",
		"TURN":                   "",
		"${verb} x":              "",
	} {
		s := one(t, "  - "+line+"\n")
		doubts := s.Doubts()
		switch {
		case want == "" && len(doubts) > 0:
			t.Errorf("%s: doubted: %s", line, doubts[0].Message)
		case want != "" && (len(doubts) != 1 || !strings.Contains(doubts[0].Message, "did you mean "+want)):
			t.Errorf("%s: %v; want %s", line, doubts, want)
		case want != "" && doubts[0].Pos.Line == 0:
			t.Errorf("%s: no place", line)
		}
	}
}

// A warning of the program's own files would be one that nobody can heed.
func TestBuiltinsAreNotDoubted(t *testing.T) {
	t.Parallel()
	for _, name := range Builtins() {
		src, _ := Builtin(name)
		all, err := Parse(name, []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			for _, d := range s.Doubts() {
				t.Errorf("%s:%d: %s", name, d.Pos.Line, d.Message)
			}
		}
	}
}
