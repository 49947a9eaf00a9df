package probe

import (
	"strconv"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// answer reads and judges the reply to a line; verb is its command word, if
// it has one.
func (s *session) answer(st *result.Step, step *scenarios.Step, want *scenarios.Expect, verb string) judgement {
	st.Want = s.trial.dialogue.wantText(st.Number, want)
	if want.Codes.None {
		s.loose = true
		s.owed = append(s.owed, verb)
		return met()
	}
	s.misread = s.misread || (step.Action != scenarios.Read && len(s.owed) > 0)
	seen := s.read(s.timeout(step.Timeout, DefaultReplyTimeout))
	if verb == "" && s.greeted {
		verb = noVerb
	}
	s.greeted = true
	seen.verb = verb
	if verb == "QUIT" {
		quit := seen
		s.quitSeen = &quit
	}
	s.learn(&seen)
	return s.settle(st, step, want, &seen)
}

// settle says what the reply to a step amounts to, with all that the step
// says of it: pass_if, the expectation, capture and may_fail.
func (s *session) settle(st *result.Step, step *scenarios.Step, want *scenarios.Expect, seen *observation) judgement {
	if j, ok := s.passes(st, step, seen); ok {
		return j
	}
	j := s.judge(st, want, seen)
	if !j.unmet() {
		j = s.capture(step, seen, j)
	}
	return mayFail(step, seen, j)
}

// mayFail turns a reply that is not as expected into a warning where the
// step says so. What is no reply, or says that nothing is known, stays what it
// is.
func mayFail(step *scenarios.Step, seen *observation, j judgement) judgement {
	if step.MayFail != "" && seen.reply != nil && j.status == result.Fail && j.reason == result.Reply {
		j.status = result.Warn
		j.message, j.hint = step.MayFail+": "+j.message, ""
	}
	return j
}

// passes applies pass_if, which ends the scenario as passed.
func (s *session) passes(st *result.Step, step *scenarios.Step, seen *observation) (judgement, bool) {
	if step.PassIf.IsZero() {
		return judgement{}, false
	}
	codes, err := step.PassIf.Resolve(s.lookup)
	if err != nil {
		return badValue(err), true
	}
	// A server that hangs up while more is on its way resets the connection.
	ended := seen.reply == nil && codes.EOF && (seen.fault.closed || seen.fault.reason == result.Reset)
	if !ended && (seen.reply == nil || !codes.Match(seen.reply.Code)) {
		return judgement{}, false
	}
	if ended {
		st.Want = codes.String()
		s.hangUp()
		s.over, s.ended = true, true
		return met(), true
	}
	j := s.judge(st, &scenarios.Expect{Codes: codes, Within: step.Expect.Within}, seen)
	st.Want = codes.String()
	if j.status <= result.Warn {
		s.over, s.ended = true, true
		j = s.capture(step, seen, j)
	}
	return j, true
}

// capture keeps what the patterns of a step find in the reply. A pattern
// that finds nothing fails the step: later steps count on it.
func (s *session) capture(step *scenarios.Step, seen *observation, j judgement) judgement {
	if len(step.Captures) == 0 || seen.reply == nil {
		return j
	}
	text := seen.reply.Text()
	for i := range step.Captures {
		c := &step.Captures[i]
		if c.Re == nil {
			s.captures[c.Name] = strconv.Itoa(seen.reply.Code)
			continue
		}
		groups := c.Re.FindStringSubmatch(text)
		if groups == nil {
			return failed(c.Pos, "nothing to capture for %s: /%s/ does not match %s", c.Name, c.Re, seen.shown())
		}
		s.captures[c.Name] = groups[min(1, len(groups)-1)]
	}
	return j
}
