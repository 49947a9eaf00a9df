package dialogue

import (
	"crypto/tls"
	"errors"
	"time"

	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/sasl"
)

// endLogin judges the reply that ends an exchange.
func (s *session) endLogin(l *login, seen *judge.Observation) judge.Judgement {
	seen.Verb = "AUTH"
	seen.Took = time.Since(l.begun)
	s.learn(seen)
	yes := seen.Reply != nil && seen.Reply.Code == 235
	var unproved error
	if yes && !l.step.Auth.Cancel {
		unproved = l.client.Finish()
		s.peer.Authenticated = unproved == nil
	}
	if j, ok := s.passes(l.st, l.step, seen); ok {
		return j
	}
	j := s.judge(l.st, l.want, seen)
	if j.Status > result.Warn {
		return j
	}
	if unproved != nil {
		return judge.Judgement{Status: result.Fail, Reason: result.Protocol, Message: unproved.Error(), Pos: l.step.Auth.Pos, Hint: impostor}
	}
	return s.capture(l.step, seen, j)
}

// impostor is the advice on a server that does not prove itself.
const impostor = "somebody on the way may pretend to be the server, or its password store does not fit its mechanism: do not send this password anywhere else before that is clear"

// cancelLogin ends an exchange as the scenario asks for: "*", and the reply to
// it is judged (RFC 4954 section 4).
func (s *session) cancelLogin(l *login) judge.Judgement {
	if j := s.line.Write("AUTH", []byte("*\r\n"), l.limit); j != nil {
		return *j
	}
	seen := s.line.Read(l.limit)
	return s.endLogin(l, &seen)
}

// breakOff ends an exchange that cannot go on because of what the server
// sent. The session stays in step: the exchange is cancelled and its reply
// read.
func (s *session) breakOff(l *login, why error) judge.Judgement {
	j := judge.Judgement{Status: result.Fail, Reason: result.Protocol, Message: why.Error(), Pos: l.step.Auth.Pos}
	var challenge *sasl.ChallengeError
	if errors.As(why, &challenge) && challenge.Unproved {
		j.Hint = impostor
	}
	if s.line.Write("AUTH", []byte("*\r\n"), l.limit) != nil {
		return j
	}
	seen := s.line.Read(l.limit)
	s.fill(l.st, &seen)
	if seen.Reply == nil {
		s.line.HangUp()
	} else if seen.Reply.Code == 235 {
		l.st.Note("the server says yes to a login that was cancelled")
	}
	return j
}

// endAuth leaves a login that the server waits in for an answer: it would take
// QUIT for one.
func (s *session) endAuth() bool {
	s.line.AuthOpen = false
	if s.ctx.Err() != nil {
		return true
	}
	s.line.Within(quitTimeout)
	if s.line.Conn.WriteRaw([]byte("*\r\n")) != nil {
		return false
	}
	return s.line.Read(quitTimeout).Reply != nil
}

// connectionState returns the state of the TLS connection, nil without TLS.
func (s *session) connectionState() *tls.ConnectionState {
	nc, ok := s.line.Conn.NetConn().(interface{ ConnectionState() tls.ConnectionState })
	if !ok {
		return nil
	}
	state := nc.ConnectionState()
	return &state
}
