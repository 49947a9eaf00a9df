package dialogue

import (
	"strconv"
	"strings"

	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// answer reads and judges the reply to a line; verb is its command word, if
// it has one.
func (s *session) answer(st *result.Step, step *scenarios.Step, want *scenarios.Expect, verb string) judge.Judgement {
	st.Want = s.trial.dialogue.wantText(st.Number, want)
	if want.Codes.None {
		s.loose = true
		s.owed = append(s.owed, verb)
		return judge.Met()
	}
	s.misread = s.misread || (step.Action != scenarios.Read && len(s.owed) > 0)
	seen := s.read(s.timeout(step.Timeout, DefaultReplyTimeout))
	if verb == "" && s.greeted {
		verb = judge.NoVerb
	}
	s.greeted = true
	seen.Verb = verb
	if verb == "QUIT" {
		quit := seen
		s.quitSeen = &quit
	}
	s.learn(&seen)
	return s.settle(st, step, want, &seen)
}

// settle says what the reply to a step amounts to, with all that the step
// says of it: pass_if, the expectation, capture and may_fail.
func (s *session) settle(st *result.Step, step *scenarios.Step, want *scenarios.Expect, seen *judge.Observation) judge.Judgement {
	if j, ok := s.passes(st, step, seen); ok {
		return j
	}
	j := s.judge(st, want, seen)
	if !j.Unmet() {
		j = s.capture(step, seen, j)
	}
	return mayFail(step, seen, j)
}

// mayFail turns a reply that is not as expected into a warning where the
// step says so. What is no reply, or says that nothing is known, stays what it
// is.
func mayFail(step *scenarios.Step, seen *judge.Observation, j judge.Judgement) judge.Judgement {
	if step.MayFail != "" && seen.Reply != nil && j.Status == result.Fail && j.Reason == result.Reply {
		j.Status = result.Warn
		j.Message, j.Hint = step.MayFail+": "+j.Message, ""
	}
	return j
}

// passes applies pass_if, which ends the scenario as passed.
func (s *session) passes(st *result.Step, step *scenarios.Step, seen *judge.Observation) (judge.Judgement, bool) {
	if step.PassIf.IsZero() {
		return judge.Judgement{}, false
	}
	codes, err := step.PassIf.Resolve(s.lookup)
	if err != nil {
		return badValue(err), true
	}
	// A server that hangs up while more is on its way resets the connection.
	ended := seen.Reply == nil && codes.EOF && (seen.Fault.Closed || seen.Fault.Reason == result.Reset)
	if !ended && (seen.Reply == nil || !codes.Match(seen.Reply.Code)) {
		return judge.Judgement{}, false
	}
	if ended {
		st.Want = codes.String()
		s.hangUp()
		s.over, s.ended = true, true
		return judge.Met(), true
	}
	j := s.judge(st, &scenarios.Expect{Codes: codes, Within: step.Expect.Within}, seen)
	st.Want = codes.String()
	if j.Status <= result.Warn {
		s.over, s.ended = true, true
		j = s.capture(step, seen, j)
	}
	return j, true
}

// capture keeps what the patterns of a step find in the reply. That a pattern
// finds nothing is a warning: the reply itself was as expected. A later step
// that needs what was not found says so.
func (s *session) capture(step *scenarios.Step, seen *judge.Observation, j judge.Judgement) judge.Judgement {
	if len(step.Captures) == 0 || seen.Reply == nil {
		return j
	}
	text := seen.Reply.Text()
	for i := range step.Captures {
		c := &step.Captures[i]
		if c.Re == nil {
			s.captures[c.Name] = strconv.Itoa(seen.Reply.Code)
			continue
		}
		groups := c.Re.FindStringSubmatch(text)
		if groups == nil {
			j = uncaptured(c, seen, j)
			continue
		}
		s.captures[c.Name] = groups[min(1, len(groups)-1)]
	}
	return j
}

// uncaptured adds to a judgement that a pattern found nothing.
func uncaptured(c *scenarios.Capture, seen *judge.Observation, j judge.Judgement) judge.Judgement {
	missing := judge.Failed(c.Pos, "nothing to capture for %s: /%s/ does not match %s", c.Name, c.Re, seen.Shown())
	if j.Status >= result.Warn { // what is known already says more
		j.Note = strings.TrimPrefix(j.Note+"; "+missing.Message, "; ")
		return j
	}
	missing.Status = result.Warn
	missing.Note = j.Note
	return missing
}
