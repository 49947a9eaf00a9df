package probe

import (
	"time"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// write sends a flight in one write. Before it, the line must be quiet: a
// byte that nobody asked for means that replies and commands are out of
// step, and every verdict after it would be wrong.
func (s *session) write(verb string, b []byte, limit time.Duration) (judgement, bool) {
	if s.gone || s.farewellCode != 0 {
		return s.nothingToSayTo(), false
	}
	if j, ok := s.quiet(verb); !ok {
		return j, false
	}
	s.setDeadline(time.Now().Add(limit))
	if err := s.conn.WriteRaw(b); err != nil {
		return s.writeFailed(err, verb, limit), false
	}
	return judgement{}, true
}

// nothingToSayTo is the judgement on a line for a connection that has ended
// in an earlier step, as that step had expected.
func (s *session) nothingToSayTo() judgement {
	if s.farewellCode != 0 {
		return judgement{status: s.set.temporary(), reason: result.Temporary, message: "the server had ended the session with 421"}
	}
	return judgement{status: result.Fail, reason: result.EOF, message: "the connection had ended before this step"}
}

// writeFailed looks for the server's last words before it blames the write:
// a server that ends the session with 421 closes its side at once.
func (s *session) writeFailed(err error, verb string, limit time.Duration) judgement {
	reply, readErr := s.conn.ReadReply()
	if readErr == nil {
		seen := observation{verb: verb, reply: &reply, mask: s.trial.mask}
		j := failed(scenarios.Pos{}, "the server closed the connection with %s", seen.shown())
		j.code = reply.Code
		if code, enhanced, text := facts(&seen); isTemporary(verb, code) {
			j.status, j.reason = s.set.temporary(), result.Temporary
			j.hint = advice(j.reason, verb, code, enhanced, text)
		}
		s.hangUp()
		return j
	}
	f := readFault(s.ctx, err, limit, s.trial.mask)
	if readErr != nil && isTLSFault(readErr) {
		f = tlsFault(readErr)
	}
	s.hangUp()
	j := judgement{status: f.status, reason: f.reason, message: f.message, hint: advice(f.reason, verb, 0, "", ""), closed: f.closed}
	s.soonAfterHandshake(&j)
	return j
}

// quiet reports whether nothing has arrived that was not asked for.
func (s *session) quiet(verb string) (judgement, bool) {
	if s.loose || (s.scenario.SpeakFirst && !s.greeted) {
		return judgement{}, true
	}
	b, _ := s.conn.Unasked()
	if len(b) == 0 {
		return judgement{}, true
	}
	s.setDeadline(time.Now().Add(time.Second))
	if reply, err := s.conn.ReadReply(); err == nil && reply.Code == 421 {
		seen := observation{verb: verb, reply: &reply, mask: s.trial.mask}
		code, enhanced, text := facts(&seen)
		s.hangUp()
		return judgement{
			status: s.set.temporary(), reason: result.Temporary,
			message: "the server ended the session: " + seen.shown(),
			hint:    advice(result.Temporary, verb, code, enhanced, text), code: code,
		}, false
	}
	s.lost = s.lost || s.grouped
	spoken := s.trial.mask.quoted(b)
	if s.misread {
		return s.outOfStep("a reply too many: " + spoken), false
	}
	return judgement{
		status: result.Fail, reason: result.Protocol,
		message: "the server spoke unasked: " + spoken,
		hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}, false
}
