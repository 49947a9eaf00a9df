package line

import (
	"time"

	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// leftover takes what has arrived that no line asked for, if anything. Where
// that is a 421, the server ended the session, and farewell is the reply.
func (l *Line) leftover(verb string) (said []byte, farewell *judge.Observation) {
	// What went out in clear behind STARTTLS on purpose may be answered.
	if l.Loose || l.TLS.Trailed || (l.SpeaksFirst && !l.Greeted) {
		return nil, nil
	}
	if said, _ = l.Conn.Unasked(); len(said) == 0 {
		return nil, nil
	}
	l.Within(time.Second)
	if reply, err := l.Conn.ReadReply(); err == nil && reply.Code == 421 {
		l.HangUp()
		return said, &judge.Observation{Verb: verb, Reply: &reply}
	}
	l.Lost = l.Lost || l.Grouped
	return said, nil
}

// Quiet returns nil where nothing has arrived that was not asked for, else what
// that amounts to.
func (l *Line) Quiet(verb string) *judge.Judgement {
	said, farewell := l.leftover(verb)
	if len(said) == 0 {
		return nil
	}
	return l.spokenUnasked(said, farewell)
}

// spokenUnasked is the judgement on what leftover took. It has a frame of its own:
// nearly every line is sent, and the stack of a session that waits has no room for
// what could have been.
//
//go:noinline
func (l *Line) spokenUnasked(said []byte, farewell *judge.Observation) *judge.Judgement {
	switch {
	case farewell != nil:
		j := &judge.Judgement{
			Status: l.Temporary, Reason: result.Temporary,
			Message: "the server ended the session: " + farewell.Shown(), Code: farewell.Reply.Code,
		}
		j.Explain(farewell)
		return j
	case l.Misread:
		j := l.OutOfStep("a reply too many: " + result.Quoted(said))
		return &j
	}
	return &judge.Judgement{
		Status: result.Fail, Reason: result.Protocol,
		Message: "the server spoke unasked: " + result.Quoted(said),
		Hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}
}

// Settled returns nil if no reply is left where nothing more is asked. One
// too many means that the last one may not have been the one asked for. A 421
// may come unasked (RFC 5321 section 3.8), or answer the last command where a
// reply too many stood in its place: nothing is known of that command then.
func (l *Line) Settled() *judge.Judgement {
	if l.Gone || len(l.Owed) > 0 || l.Ctx.Err() != nil {
		return nil
	}
	if said, farewell := l.leftover("QUIT"); len(said) > 0 {
		return l.unsettled(said, farewell)
	}
	return nil
}

// unsettled is the judgement on what leftover took at the end.
//
//go:noinline
func (l *Line) unsettled(said []byte, farewell *judge.Observation) *judge.Judgement {
	if farewell != nil {
		j := &judge.Judgement{
			Status: l.Temporary, Reason: result.Temporary, Code: farewell.Reply.Code,
			Message: "the server ended the session before QUIT, and that may be its answer to the command before: " + farewell.Shown(),
		}
		j.Explain(farewell)
		return j
	}
	j := l.OutOfStep("a reply too many: " + result.Quoted(said))
	return &j
}

// SpokenInText looks for what the server says while it is due to listen. It
// reports a refusal, which is left to be read, or judges what is no such thing.
func (l *Line) SpokenInText() (refused bool, j judge.Judgement) {
	if l.Loose {
		return false, j
	}
	b, _ := l.Conn.Unasked()
	if len(b) == 0 {
		return false, j
	}
	reply, err := l.Conn.ReadReply()
	if err == nil && reply.Class() >= 4 {
		l.Conn.UnreadReply(reply)
		return true, j
	}
	l.HangUp()
	return false, judge.Judgement{
		Status: result.Fail, Reason: result.Protocol,
		Message: "the server spoke before the end of the message: " + result.Quoted(b),
		Hint:    "a reply too many came before this step, so that replies and commands are out of step",
	}
}

// OutOfStep is the judgement on replies that were not those asked for: the
// server's fault, unless the scenario left one unread.
func (l *Line) OutOfStep(what string) judge.Judgement {
	if l.Misread {
		return judge.Judgement{
			Status: result.Inconclusive, Reason: result.Local,
			Message: what + ", for the reply to an earlier line was left unread: later steps did not get the replies to theirs",
			Hint:    "let an expect step read the reply to each line that has expect: none, as raw and bytes have, and the greeting after greeting: none",
		}
	}
	return judge.Judgement{Status: result.Fail, Reason: result.Protocol, Message: what + ", so an earlier reply may not have been the one asked for"}
}
