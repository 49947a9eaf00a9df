package markdown

import (
	"fmt"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// How much of a dialogue is shown: its start, and the end where it went
// wrong.
const (
	maxFirst = 20
	maxLast  = 100
)

// detail is all there is to say of an entry that failed.
func detail(e *report.Entry) string {
	var b strings.Builder
	if s := e.Scenario(); s != "" {
		b.WriteString("#### " + mark(e.Status()) + " " + code(s) + "\n\n" + where(e) + "\n\n")
	} else {
		b.WriteString("#### " + mark(e.Status()) + " " + where(e) + "\n\n")
	}
	if s := e.Decider(); s != nil {
		b.WriteString(step(s) + "\n\n")
	}
	b.WriteString("**" + code(e.Why()) + "**\n\n")
	if h := e.Hint(); h != "" {
		b.WriteString("Hint: " + code(h) + "\n\n")
	}
	if e.Check != nil {
		if said := shortened(report.Conversation(e.Check, e.Decider())); len(said) > 0 {
			b.WriteString(fenced(said) + "\n")
		}
	}
	return b.String()
}

// failureLine is an entry in one line.
func failureLine(e *report.Entry) string {
	l := "- " + mark(e.Status())
	if s := e.Scenario(); s != "" {
		l += " " + code(s)
	}
	return l + ", " + where(e) + ": " + code(e.Why()) + "\n"
}

func where(e *report.Entry) string {
	w := code(e.Subject())
	if at := e.Place(); at != "" {
		w += ", " + code(at)
	}
	return w
}

// step names the step that decided, and its place in the scenario.
func step(s *result.Step) string {
	text := fmt.Sprintf("Step %d", s.Number)
	if s.Name != "" {
		text += ", " + code(s.Name)
	}
	if s.File != "" && s.Line > 0 {
		text += ", at " + code(fmt.Sprintf("%s:%d:%d", s.File, s.Line, max(s.Col, 1)))
	}
	return text
}

func shortened(lines []string) []string {
	for i := range lines {
		lines[i] = cut(lines[i])
	}
	if len(lines) <= maxFirst+maxLast {
		return lines
	}
	left := len(lines) - maxFirst - maxLast
	short := append([]string{}, lines[:maxFirst]...)
	short = append(short, fmt.Sprintf("-- %d lines left out", left))
	return append(short, lines[len(lines)-maxLast:]...)
}

// difference is a property in which hosts and addresses do not agree.
func difference(d *result.Domain, x *result.Difference) string {
	b := "- " + code(report.Title(d)) + ": " + code(x.Message) + "\n"
	for i := range x.Values {
		v := &x.Values[i]
		value := v.Value
		if value == "" {
			value = "nothing"
		}
		b += "  - " + code(value) + ": " + code(strings.Join(v.Where, ", ")) + "\n"
	}
	return b
}

// change is something that is not as it was.
func change(d *result.Domain, c *result.Change) string {
	b := "- "
	if c.Regression {
		b += "❌ for the worse: "
	}
	b += code(report.Title(d))
	if named := c.Message != c.Where && strings.Contains(c.Message, c.Where); c.Where != "" && !named {
		b += ", " + code(c.Where)
	}
	return b + ": " + code(c.Message) + "\n"
}
