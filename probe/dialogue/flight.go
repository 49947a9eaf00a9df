package dialogue

import (
	"time"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// write sends a flight in one write. Before it, the line must be quiet: a
// byte that nobody asked for means that replies and commands are out of
// step, and every verdict after it would be wrong.
func (s *session) write(verb string, b []byte, limit time.Duration) (judge.Judgement, bool) {
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
	return judge.Judgement{}, true
}

// nothingToSayTo is the judgement on a line for a connection that has ended
// in an earlier step, as that step had expected.
func (s *session) nothingToSayTo() judge.Judgement {
	if s.farewellCode != 0 {
		return judge.Judgement{Status: s.set.temporary(), Reason: result.Temporary, Message: "the server had ended the session with 421"}
	}
	return judge.Judgement{Status: result.Fail, Reason: result.EOF, Message: "the connection had ended before this step"}
}

// writeFailed looks for the server's last words before it blames the write:
// a server that ends the session with 421 closes its side at once.
func (s *session) writeFailed(err error, verb string, limit time.Duration) judge.Judgement {
	reply, readErr := s.conn.ReadReply()
	if readErr == nil {
		seen := judge.Observation{Verb: verb, Reply: &reply}
		j := judge.Failed(scenarios.Pos{}, "the server closed the connection with %s", seen.Shown())
		j.Code = reply.Code
		if code, enhanced, text := judge.Facts(&seen); judge.IsTemporary(verb, code) {
			j.Status, j.Reason = s.set.temporary(), result.Temporary
			j.Hint = diagnosis.Advice(j.Reason, verb, code, enhanced, text)
		}
		s.hangUp()
		return j
	}
	f := diagnosis.ReadFault(s.ctx, err, limit)
	if readErr != nil && diagnosis.IsTLSFault(readErr) {
		f = diagnosis.TlsFault(readErr)
	}
	s.hangUp()
	j := judge.Judgement{Status: f.Status, Reason: f.Reason, Message: f.Message, Hint: diagnosis.Advice(f.Reason, verb, 0, "", ""), Closed: f.Closed}
	s.soonAfterHandshake(&j)
	return j
}

// quiet reports whether nothing has arrived that was not asked for.
func (s *session) quiet(verb string) (judge.Judgement, bool) {
	if s.loose || (s.scenario.SpeakFirst && !s.greeted) {
		return judge.Judgement{}, true
	}
	b, _ := s.conn.Unasked()
	if len(b) == 0 {
		return judge.Judgement{}, true
	}
	s.setDeadline(time.Now().Add(time.Second))
	if reply, err := s.conn.ReadReply(); err == nil && reply.Code == 421 {
		seen := judge.Observation{Verb: verb, Reply: &reply}
		code, enhanced, text := judge.Facts(&seen)
		s.hangUp()
		return judge.Judgement{
			Status: s.set.temporary(), Reason: result.Temporary,
			Message: "the server ended the session: " + seen.Shown(),
			Hint:    diagnosis.Advice(result.Temporary, verb, code, enhanced, text), Code: code,
		}, false
	}
	s.lost = s.lost || s.grouped
	spoken := result.Quoted(b)
	if s.misread {
		return s.outOfStep("a reply too many: " + spoken), false
	}
	return judge.Judgement{
		Status: result.Fail, Reason: result.Protocol,
		Message: "the server spoke unasked: " + spoken,
		Hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}, false
}
