package scenarios

import (
	"fmt"
	"strings"

	"mxprobe/internal/spelling"
)

// Doubt is a line that may be a slip, though any line can be sent, or one that
// should not stand in a file.
type Doubt struct {
	Pos     Pos
	Message string
}

// Doubts returns the lines that stand alone, not behind send:, and miss a
// command of SMTP by one slip. Who means such a line writes send:.
func (s *Scenario) Doubts() []Doubt {
	var all []Doubt
	for i := range s.Steps {
		all = doubted(all, &s.Steps[i])
	}
	return all
}

func doubted(all []Doubt, s *Step) []Doubt {
	for i := range s.Steps {
		all = doubted(all, &s.Steps[i])
	}
	if s.Action != Send || s.Text.pos != s.Pos {
		return all
	}
	if meant := meantCommand(&s.Text); meant != "" {
		message := fmt.Sprintf("%q is no command of SMTP (did you mean %q?); if it is meant, write send: before it", s.Text.source, meant)
		all = append(all, Doubt{s.Pos, message})
	}
	return all
}

// meantCommand returns the command that a line misses by one slip, or nothing.
func meantCommand(t *Text) string {
	verb := t.verb()
	if len(verb) < 3 || isVerb(verb) || verb == "STARTTLS" || verb == "AUTH" {
		path := strings.TrimLeft(strings.TrimPrefix(strings.ToUpper(t.source), verb), " ")
		switch {
		case verb == "MAIL" && strings.HasPrefix(path, "TO:"):
			return "MAIL FROM:"
		case verb == "RCPT" && strings.HasPrefix(path, "FROM:"):
			return "RCPT TO:"
		}
		return ""
	}
	for _, command := range [...]string{
		"EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "STARTTLS", "AUTH",
	} {
		if spelling.Distance(verb, command, 2) < 2 {
			return command
		}
	}
	return ""
}
