package probe

import (
	"fmt"
	"time"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// repliesToEnd says how many replies follow the end of a message beside the
// first: LMTP has one for each accepted recipient (RFC 2033 section 4.2),
// PRDR these and a last one behind the 353.
func (s *session) repliesToEnd(seen *observation) (each, final bool) {
	switch {
	case seen.reply == nil:
		return false, false
	case s.envelope.prdr && seen.reply.Code == 353:
		return true, true
	}
	return s.scenario.LMTP && len(s.envelope.rcpts) > 0, false
}

// readEach reads and judges a reply for each recipient. The first that is
// not met decides; all are noted, for the sender has to know who got the
// message. first is the reply for the first recipient, nil if it is still to
// come.
func (s *session) readEach(st *result.Step, want *scenarios.Expect, first *observation, limit time.Duration) judgement {
	j, spent := met(), time.Duration(0)
	for i, to := range s.envelope.rcpts {
		seen := first
		if i > 0 || first == nil {
			next := s.read(limit)
			next.verb = dataEnd
			seen = &next
		}
		spent += seen.took
		if seen.reply == nil {
			seen.fault.message = fmt.Sprintf("no reply for recipient %d of %d, <%s>: %s", i+1, len(s.envelope.rcpts), to, seen.fault.message)
			return s.judge(st, want, seen)
		}
		st.Notes = append(st.Notes, s.trial.mask.text(result.PrintableString("<"+to+">: "+seen.shown())))
		if j.status > result.Warn {
			continue
		}
		if got := s.judge(st, want, seen); got.status > result.Pass {
			got.message = fmt.Sprintf("for <%s>: %s", to, got.message)
			j = got
		}
	}
	st.Millis = result.Millis(spent)
	return j
}
