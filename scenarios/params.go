package scenarios

import "strings"

// Limits of RFC 3461 sections 4.2 and 4.4, in characters.
const (
	maxENVID = 100
	maxORCPT = 500
)

// ParamFault says what is wrong with the parameters of a MAIL or RCPT line by
// the rules for delivery reports (RFC 3461 section 4), or nothing. Other
// lines have no such parameters.
func ParamFault(line string) string {
	verb, rest, _ := strings.Cut(line, " ")
	end := strings.LastIndexByte(rest, '>')
	if end < 0 {
		return ""
	}
	for param := range strings.FieldsSeq(rest[end+1:]) {
		name, value, _ := strings.Cut(param, "=")
		why := ""
		switch name = strings.ToUpper(name); {
		case name == "ENVID" && strings.EqualFold(verb, "MAIL"):
			why = lengthFault(name, value, maxENVID)
		case name == "ORCPT" && strings.EqualFold(verb, "RCPT"):
			why = lengthFault(name, value, maxORCPT)
		case name == "NOTIFY" && strings.EqualFold(verb, "RCPT"):
			why = notifyFault(value)
		}
		if why != "" {
			return why
		}
	}
	return ""
}

func lengthFault(name, value string, most int) string {
	if len(value) <= most {
		return ""
	}
	if name == "ENVID" {
		return "ENVID may have 100 characters (RFC 3461 section 4.4)"
	}
	return "ORCPT may have 500 characters (RFC 3461 section 4.2)"
}

func notifyFault(value string) string {
	words := strings.Split(strings.ToUpper(value), ",")
	for _, w := range words {
		if w == "NEVER" && len(words) > 1 {
			return "NEVER stands alone in NOTIFY (RFC 3461 section 4.1)"
		}
	}
	return ""
}

// paramsAllowed refuses a line whose parameters no server can take, unless
// the step says that it wants to see them refused.
func (p *parser) paramsAllowed(s *Step) {
	line, ok := s.Text.Literal()
	if !ok || s.Expect.mayBeRefused() || !s.PassIf.IsZero() {
		return
	}
	if why := ParamFault(line); why != "" {
		p.failAt(s.Text.pos, len(line), "to see it refused, write expect: 5xx beside it", why)
	}
}
