package dialogue

import (
	"strconv"
	"strings"

	"mxprobe/probe/fault"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// answer reads and judges the reply to a line; verb is its command word, if
// it has one.
func (s *session) answer(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, verb string, j *judge.Judgement) {
	s.wants(st, want)
	if want.Codes.None {
		s.line.Loose = true
		s.line.Owed = append(s.line.Owed, verb)
		*j = judge.Met()
		return
	}
	s.line.Misread = s.line.Misread || (step.Action != scenarios.Read && len(s.line.Owed) > 0)
	seen := s.line.Read(s.timeout(step.Timeout, DefaultReplyTimeout))
	if verb == "" && s.line.Greeted {
		verb = judge.NoVerb
	}
	s.line.Greeted = true
	seen.Verb = verb
	if verb == "QUIT" {
		quit := seen
		s.line.QuitSeen = &quit
	}
	s.learn(&seen)
	s.settle(st, step, want, &seen, j)
}

// settle says what the reply to a step amounts to, with all that the step
// says of it: pass_if, skip_if, the expectation, capture and may_fail.
// What nearly all steps are needs a small frame, for the stack of a session stays
// as large as its deepest call was.
func (s *session) settle(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, seen *judge.Observation, j *judge.Judgement) {
	s.asks(step, want, seen)
	if step.SaysMore() {
		s.settleBy(st, step, want, seen, j)
		return
	}
	s.fill(st, seen)
	s.wants(st, want)
	s.weigh(st, want, seen, j)
}

// settleBy is settle where the step says more than what is expected.
//
//go:noinline
func (s *session) settleBy(st ledger.Step, step *scenarios.Step, want *scenarios.Expect, seen *judge.Observation, j *judge.Judgement) {
	var ended bool
	if *j, ended = s.passes(st, step, seen); ended {
		return
	}
	if *j, ended = s.skips(st, step, seen); ended {
		return
	}
	*j = s.judge(st, want, seen)
	if !j.Unmet() {
		*j = s.capture(step, seen, *j)
	}
	*j = mayFail(step, seen, *j)
}

// asks keeps whether the scenario lets a line be refused that says who is there,
// or who sends.
func (s *session) asks(step *scenarios.Step, want *scenarios.Expect, seen *judge.Observation) {
	refusable := want.Codes.HasClass(5) || step.PassIf.HasClass(5)
	switch seen.Verb {
	case "EHLO", "HELO", "LHLO":
		s.peer.AskedHELO, s.peer.AskedSender = refusable, false
	case "MAIL":
		s.peer.AskedSender = refusable
		from, ok := s.lookup("from")
		s.peer.OwnSender = !ok || from == "" || s.peer.Envelope.From != from
	}
	seen.OwnSender, seen.AskedHELO, seen.AskedSender = s.peer.OwnSender, s.peer.AskedHELO, s.peer.AskedSender
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
func (s *session) passes(st ledger.Step, step *scenarios.Step, seen *judge.Observation) (judge.Judgement, bool) {
	if step.PassIf.IsZero() {
		return judge.Judgement{}, false
	}
	codes, err := step.PassIf.Resolve(s.lookup)
	if err != nil {
		return judge.BadValue(err), true
	}
	met := meets(&codes, seen) || seen.Reply != nil && judge.StandsFor(&codes, seen)
	all := s.forAll(step, met)
	if !met {
		return judge.Judgement{}, false
	}
	if seen.Reply == nil {
		st.Want(codes.String(), wantsRefusal(&codes))
		s.line.HangUp()
		s.over, s.ended = true, true
		return judge.Met(), true
	}
	j := s.judge(st, &scenarios.Expect{Codes: codes, Within: step.Expect.Within}, seen)
	st.Want(codes.String(), wantsRefusal(&codes))
	if j.Status <= result.Warn {
		s.over, s.ended = s.over || all, s.ended || all
		j = s.capture(step, seen, j)
	}
	return j, true
}

// forAll reports whether a pass_if that is met ends the scenario: at once, but
// for a step that is played for each recipient only after the last, if it was
// met for all before.
func (s *session) forAll(step *scenarios.Step, met bool) bool {
	if step.Recipient == 0 {
		return true
	}
	if s.passing.pos != step.Pos {
		s.passing.pos, s.passing.missed = step.Pos, false
	}
	s.passing.missed = s.passing.missed || !met
	return !s.passing.missed && step.Recipient == 1+len(s.run.FurtherTo)
}

// meets reports whether a reply has one of the codes that end a scenario, or
// the server hung up where that is one of them. A server that hangs up while
// more is on its way resets the connection.
func meets(codes *scenarios.Codes, seen *judge.Observation) bool {
	if seen.Reply == nil {
		return codes.EOF && (seen.Fault.Closed || seen.Fault.Reason == result.Reset)
	}
	return codes.Match(seen.Reply.Code)
}

// skips applies skip_if, which ends the scenario as skipped.
func (s *session) skips(st ledger.Step, step *scenarios.Step, seen *judge.Observation) (judge.Judgement, bool) {
	if step.SkipIf.IsZero() {
		return judge.Judgement{}, false
	}
	codes, err := step.SkipIf.Resolve(s.lookup)
	if err != nil {
		return judge.BadValue(err), true
	}
	if !meets(&codes, seen) {
		return judge.Judgement{}, false
	}
	if seen.Reply == nil {
		s.line.HangUp()
	} else if j := s.judge(st, &scenarios.Expect{Codes: codes}, seen); j.Status > result.Warn {
		return j, true
	}
	st.Want(codes.String(), false)
	message := "skip_if: " + seen.Shown()
	s.over, s.ended = true, true
	s.ledger.Skip(message)
	return judge.Judgement{Status: result.Skip, Reason: result.Condition, Message: message}, true
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
			s.captured(c.Name, strconv.Itoa(seen.Reply.Code))
			continue
		}
		groups := c.Re.FindStringSubmatch(text)
		if groups == nil {
			j = uncaptured(c, seen, j)
			continue
		}
		s.captured(c.Name, groups[min(1, len(groups)-1)])
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

// danger returns the advice on a reply that shows a hole in the server, or
// nothing. It goes by what the session knows, where the reply alone would
// look like a small matter.
func (s *session) danger(st ledger.Step, want *scenarios.Expect, seen *judge.Observation) string {
	if seen.Reply == nil {
		return ""
	}
	trailed := s.line.TLS.Trailed
	s.line.TLS.Trailed = false
	met := want.Codes.Match(seen.Reply.Code)
	return fault.HoleHint(fault.Hole{
		Injected:  trailed && !met && (seen.Verb == "EHLO" || seen.Verb == "HELO") && seen.Reply.Class() == 5,
		Relayed:   !met && seen.Verb == "RCPT" && seen.Reply.Class() == 2 && st.Facts().RefusalWanted && !s.peer.Authenticated && s.isElsewhere(s.peer.Envelope.Answered),
		Smuggled:  s.line.DataOpen && want.Codes.Silence && seen.Reply.Class() == 2,
		ClearOnly: met && wantsStartTLS(want) && !s.peer.Secure && !s.offersStartTLS(),
	})
}

func wantsStartTLS(want *scenarios.Expect) bool {
	for i := range want.Offers {
		if strings.EqualFold(want.Offers[i].Name, "STARTTLS") {
			return true
		}
	}
	return false
}

// isElsewhere reports whether a recipient is not simply one of the mail domain:
// one of another domain, or with a further hop in its local part (RFC 5321
// appendix C, RFC 1123 section 5.2.16). Where no domain is known, nothing is
// said.
func (s *session) isElsewhere(path string) bool {
	domain, ok := s.lookup("domain")
	if !ok || domain == "" {
		return false
	}
	if route, rest, routed := strings.Cut(path, ":"); routed && strings.HasPrefix(route, "@") {
		path = rest
	}
	local, at := path, ""
	if i := strings.LastIndexByte(path, '@'); i >= 0 {
		local, at = path[:i], path[i+1:]
	}
	return at != "" && !strings.EqualFold(at, domain) || strings.ContainsAny(local, "%!@")
}
