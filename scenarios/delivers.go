package scenarios

import "strings"

// delivers reports whether steps hand over a message that a server may
// deliver. Where it cannot be known, because a variable has a part in it,
// the answer is yes.
func delivers(steps []Step) bool {
	for i := range steps {
		s := &steps[i]
		if d := actions[s.Action].delivers; d != nil && d(s) || delivers(s.Steps) {
			return true
		}
	}
	return false
}

func textDelivers(s *Step) bool { return s.MayFail != "" || s.Expect.mayTake(2) }

// chunksDeliver: without LAST nothing is delivered yet; a later BDAT says it.
func chunksDeliver(s *Step) bool { return !s.NotLast && s.Expect.mayTake(2) }

func startTLSDelivers(s *Step) bool {
	return s.StartTLS != nil && handsOver(s.StartTLS.Line.source)
}

func bytesDeliver(s *Step) bool { return handsOver(string(s.Bytes)) && s.Expect.mayTake(3) }

func lineDelivers(s *Step) bool {
	if s.Verb == "BDAT" {
		return s.Expect.mayTake(2)
	}
	return handsOver(s.Text.source) && s.Expect.mayTake(3)
}

// mayTake reports whether a reply of this class would be as expected.
func (e *Expect) mayTake(class int) bool {
	c := &e.Codes
	return c.IsZero() || c.Any || c.None || len(c.vars) > 0 || c.HasClass(class)
}

// handsOver reports whether one of the lines is DATA or BDAT, or could be
// because its command comes from a variable.
func handsOver(text string) bool {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.EqualFold(verb, "DATA") || strings.EqualFold(verb, "BDAT") || strings.Contains(verb, "${") {
			return true
		}
	}
	return false
}
