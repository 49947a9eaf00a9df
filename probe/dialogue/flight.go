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
	if s.announced {
		return s.saidGoodbye()
	}
	return judge.Judgement{Status: result.Fail, Reason: result.EOF, Message: "the connection had ended before this step"}
}

// saidGoodbye is the judgement on a step after a server has hung up as it had
// announced with 421.
func (s *session) saidGoodbye() judge.Judgement {
	return judge.Judgement{Status: s.set.temporary(), Reason: result.Temporary, Message: "the server had ended the session with 421"}
}

// writeFailed looks for the server's last words before it blames the write:
// a server that ends the session with 421 closes its side at once.
func (s *session) writeFailed(err error, verb string, limit time.Duration) judge.Judgement {
	reply, readErr := s.conn.ReadReply()
	if readErr == nil {
		seen := judge.Observation{Verb: verb, Reply: &reply}
		j := judge.Failed(scenarios.Pos{}, "the server closed the connection with %s", seen.Shown())
		j.Code = reply.Code
		if judge.IsTemporary(verb, reply.Code) {
			j.Status, j.Reason = s.set.temporary(), result.Temporary
		}
		j.Explain(&seen)
		s.hangUp()
		return j
	}
	f := diagnosis.ReadFault(s.ctx, err, limit)
	if readErr != nil && diagnosis.IsTLSFault(readErr) {
		f = diagnosis.TlsFault(readErr)
	}
	s.hangUp()
	j := judge.Judgement{Status: f.Status, Reason: f.Reason, Message: f.Message, Closed: f.Closed}
	j.Explain(&judge.Observation{Verb: verb, Fault: f})
	s.soonAfterHandshake(&j)
	return j
}

// leftover takes what has arrived that no line asked for, if anything. Where
// that is a 421, the server ended the session, and farewell is the reply.
func (s *session) leftover(verb string) (said []byte, farewell *judge.Observation) {
	// What went out in clear behind STARTTLS on purpose may be answered.
	if s.loose || s.tls.trailed || (s.scenario.SpeakFirst && !s.greeted) {
		return nil, nil
	}
	if said, _ = s.conn.Unasked(); len(said) == 0 {
		return nil, nil
	}
	s.setDeadline(time.Now().Add(time.Second))
	if reply, err := s.conn.ReadReply(); err == nil && reply.Code == 421 {
		s.hangUp()
		return said, &judge.Observation{Verb: verb, Reply: &reply}
	}
	s.lost = s.lost || s.grouped
	return said, nil
}

// quiet reports whether nothing has arrived that was not asked for.
func (s *session) quiet(verb string) (judge.Judgement, bool) {
	said, farewell := s.leftover(verb)
	switch {
	case len(said) == 0:
		return judge.Judgement{}, true
	case farewell != nil:
		j := judge.Judgement{
			Status: s.set.temporary(), Reason: result.Temporary,
			Message: "the server ended the session: " + farewell.Shown(), Code: farewell.Reply.Code,
		}
		j.Explain(farewell)
		return j, false
	case s.misread:
		return s.outOfStep("a reply too many: " + result.Quoted(said)), false
	}
	return judge.Judgement{
		Status: result.Fail, Reason: result.Protocol,
		Message: "the server spoke unasked: " + result.Quoted(said),
		Hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}, false
}

// settled reports whether no reply is left where nothing more is asked. One
// too many means that the last one may not have been the one asked for; that
// the server ended the session by itself is a note.
func (s *session) settled() (judge.Judgement, bool) {
	if s.gone || s.unmet || len(s.owed) > 0 || s.ctx.Err() != nil {
		return judge.Judgement{}, true
	}
	said, farewell := s.leftover("QUIT")
	switch {
	case len(said) == 0:
		return judge.Judgement{}, true
	case farewell != nil:
		return judge.Judgement{Status: result.Pass, Note: "the server ended the session before QUIT: " + farewell.Shown()}, false
	}
	return s.outOfStep("a reply too many: " + result.Quoted(said)), false
}
