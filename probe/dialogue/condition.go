package dialogue

import (
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// scenarioCondition judges the scenario's own if and unless, once: right
// after the first answer to EHLO or HELO, or after the greeting where the
// scenario says neither.
func (s *session) scenarioCondition() {
	if s.over || s.judgedIf {
		return
	}
	s.judgedIf = true
	message := s.leftOutBy(s.scenario.If, s.scenario.Unless)
	if message == "" {
		return
	}
	s.over, s.ended = true, true
	if s.status < result.Warn {
		s.status, s.reason, s.message = result.Skip, result.Condition, message
	}
}

// knownAtOnce reports whether the scenario's own if and unless speak of the
// address alone, so that no answer to EHLO is needed. There may be none that
// counts: a scenario may expect EHLO to be refused.
func (s *session) knownAtOnce() bool {
	for _, conditions := range [...][]scenarios.Condition{s.scenario.If, s.scenario.Unless} {
		for i := range conditions {
			if word := conditions[i].Word; word != "ipv4" && word != "ipv6" {
				return false
			}
		}
	}
	return true
}

// leftOutBy says why a step or scenario does not apply, or nothing if it does.
func (s *session) leftOutBy(conditions, exceptions []scenarios.Condition) string {
	for i := range conditions {
		if !s.holds(&conditions[i]) {
			return absence(&conditions[i])
		}
	}
	for i := range exceptions {
		if !s.holds(&exceptions[i]) {
			return ""
		}
	}
	if len(exceptions) > 0 {
		return presence(&exceptions[0])
	}
	return ""
}

func absence(c *scenarios.Condition) string {
	switch c.Word {
	case "":
		return "host does not offer " + c.String()
	case "ipv4", "ipv6":
		return "the address is not " + c.String()
	}
	return "the session is not " + c.String()
}

func presence(c *scenarios.Condition) string {
	switch c.Word {
	case "":
		return "host offers " + c.String()
	case "ipv4", "ipv6":
		return "the address is " + c.String()
	}
	return "the session is " + c.String()
}

// holds judges a condition by the latest answer to EHLO.
func (s *session) holds(c *scenarios.Condition) bool {
	switch c.Word {
	case "ipv4":
		return s.trial.target.IP.Is4()
	case "ipv6":
		return s.trial.target.IP.Is6()
	case "tls":
		return s.tls.on
	case "authenticated":
		return s.authenticated
	}
	if s.keywords == nil {
		return c.Keyword.Offered("", false)
	}
	params, ok := s.keywords.Lookup(c.Keyword.Name)
	return c.Keyword.Offered(params, ok)
}
