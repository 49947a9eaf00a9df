package report

import "mxprobe/probe/result"

// Speech is what was said in a step, as in "S: 250 Ok", printable. A remark
// begins with "-- ".
func Speech(s *result.Step) []string {
	var lines []string
	for _, l := range Said(s) {
		label := clean(l.From) + ": "
		if l.From == "-" {
			label = remark
		}
		lines = append(lines, label+clean(l.Text))
	}
	return lines
}

// Conversation is all that was said in the attempt of a step, up to that
// step. Without a step it is the whole last attempt.
func Conversation(c *result.Check, until *result.Step) []string {
	attempt := LastAttempt(c)
	if until != nil {
		attempt = until.Attempt
	}
	var lines []string
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Attempt == attempt {
			lines = append(lines, Speech(s)...)
		}
		if s == until {
			break
		}
	}
	return lines
}
