package dialogue

import (
	"fmt"
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// repliesToEnd says how many replies follow the end of a message beside the
// first: LMTP has one for each accepted recipient (RFC 2033 section 4.2),
// PRDR these and a last one behind the 353.
func (s *session) repliesToEnd(seen *judge.Observation) (each, final bool) {
	switch {
	case seen.Reply == nil:
		return false, false
	case s.envelope.prdr && seen.Reply.Code == 353:
		return true, true
	}
	return s.scenario.LMTP && len(s.envelope.rcpts) > 0, false
}

// readEach reads and judges a reply for each recipient. The first that is
// not met decides; all are noted, for the sender has to know who got the
// message. first is the reply for the first recipient, nil if it is still to
// come.
func (s *session) readEach(st *result.Step, want *scenarios.Expect, first *judge.Observation, limit time.Duration) judge.Judgement {
	j, spent := judge.Met(), time.Duration(0)
	for i, to := range s.envelope.rcpts {
		seen := first
		if i > 0 || first == nil {
			next := s.read(limit)
			next.Verb = diagnosis.DataEnd
			seen = &next
		}
		spent += seen.Took
		if seen.Reply == nil {
			seen.Fault.Message = fmt.Sprintf("no reply for recipient %d of %d, <%s>: %s", i+1, len(s.envelope.rcpts), to, seen.Fault.Message)
			return s.judge(st, want, seen)
		}
		st.Notes = append(st.Notes, s.trial.mask.Text(result.PrintableString("<"+to+">: "+seen.Shown())))
		if j.Status > result.Warn {
			continue
		}
		if got := s.judge(st, want, seen); got.Status > result.Pass {
			got.Message = fmt.Sprintf("for <%s>: %s", to, got.Message)
			j = got
		}
	}
	st.Millis = result.Millis(spent)
	return j
}
