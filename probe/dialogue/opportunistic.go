package dialogue

import (
	"strings"
	"time"

	"mxprobe/probe/handshake"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/peer"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// upgrade is TLS that no step begins: it is put into the scenario behind EHLO, as
// a server that sends mail does it.
type upgrade struct {
	plan     *handshake.Plan
	required bool
}

// newUpgrade returns the TLS that is put into a scenario, nil for none. One that
// begins TLS itself stays as it is.
func newUpgrade(s *scenarios.Scenario, set *handshake.Settings) *upgrade {
	if _, own := s.BeginsTLS(); own {
		return nil
	}
	mode := set.Mode
	if mode == handshake.AsWritten && s.OpportunisticTLS {
		mode = handshake.Opportunistic
	}
	if mode < handshake.Opportunistic {
		return nil
	}
	// What senders take that ask for no certificate: old versions and ciphers are
	// better than none (RFC 7435).
	o := &scenarios.StartTLSOptions{Min: "1.0", Ciphers: handshake.EveryCipher()}
	return &upgrade{handshake.NewPlan(o, set.ClientCert), mode == handshake.Required}
}

// follows reports whether TLS begins behind a step.
func (u *upgrade) follows(step *scenarios.Step, verb string) bool {
	return u != nil && step.Action == scenarios.Send && isHello(verb) && !strings.Contains(step.Text.String(), "\n")
}

// playHello reads the reply to EHLO. Where STARTTLS is offered TLS begins and EHLO
// is said again; the last reply is the one of the step. What goes before it has
// records of its own, as if the scenario had steps for it.
func (s *session) playHello(st ledger.Step, l command) {
	h := hello{l, append([]byte(nil), s.buf...), s.timeout(l.step.Timeout, DefaultReplyTimeout)}
	required := s.trial.dialogue.upgrade.required
	seen := s.hear(&h)
	offered := seen.Reply != nil && seen.Reply.Class() == 2 && h.verb != "HELO" && offersStartTLS(seen.Reply)
	if !offered && !required {
		j := s.heard(st, &h, &seen)
		if fallsBack(l, st.Code()) {
			s.fallBack(st, l.step, l.want, st.Shown(), &j)
		}
		s.close(st, j)
		return
	}
	s.tellPeer(&seen)
	if j := s.judge(st, withDefault(&scenarios.Expect{}, "2xx"), &seen); j.Unmet() || !offered {
		if !j.Unmet() {
			j = lacksRequired()
		}
		s.close(st, j)
		return
	}
	st.Facts().Action = ""
	s.close(st, judge.Met())
	s.triedTLS = true
	if s.beginTLS(&h) {
		s.helloAgain(&h)
	}
}

func offersStartTLS(reply *smtpwire.Reply) bool {
	k := smtpwire.ParseEHLO(reply)
	_, ok := k.Lookup("STARTTLS")
	return ok
}

// lacksRequired is the judgement on a server that does not offer the TLS that the
// settings require.
func lacksRequired() judge.Judgement {
	return judge.Judgement{
		Status: result.Fail, Reason: result.TLS,
		Message: "STARTTLS is not offered, and TLS is required (--tls required)",
		Hint:    "senders that insist on TLS do not deliver to this server: offer STARTTLS, or look for a filter that takes it out of the reply",
	}
}

// hello is an EHLO on its way to TLS.
type hello struct {
	command
	line  []byte
	limit time.Duration
}

// hear reads the reply to EHLO.
func (s *session) hear(h *hello) judge.Observation {
	seen := s.line.Read(h.limit)
	seen.Verb = h.verb
	s.line.Greeted = true
	return seen
}

// heard judges the reply to the EHLO that counts.
func (s *session) heard(st ledger.Step, h *hello, seen *judge.Observation) (j judge.Judgement) {
	s.learn(seen)
	s.settle(st, h.step, h.want, seen, &j)
	return j
}

// beginTLS says STARTTLS and makes the handshake. It reports whether the dialogue
// goes on, under TLS or in clear.
func (s *session) beginTLS(h *hello) bool {
	up := s.trial.dialogue.upgrade
	st := s.beginAside(h.step.Number, "STARTTLS", h.step.Pos)
	if j := s.line.Write("STARTTLS", []byte("STARTTLS\r\n"), h.limit); j != nil {
		s.closeBy(st, j)
		return false
	}
	st.Sent("STARTTLS", []byte("STARTTLS"))
	seen := s.line.Read(h.limit)
	seen.Verb = "STARTTLS"
	s.tellPeer(&seen)
	if refused := seen.Reply != nil && seen.Reply.Class() >= 4 && seen.Reply.Code != 421; refused && !up.required {
		s.fill(st, &seen)
		s.close(st, judge.Judgement{Status: result.Pass, Note: "STARTTLS is offered and was refused (" + seen.Shown() +
			"): the session goes on in clear, as it does with senders that do not insist on TLS"})
		return true
	}
	j := s.judge(st, withDefault(&scenarios.Expect{}, "220"), &seen)
	if j.Unmet() || st.Code() != 220 {
		s.close(st, j)
		return false
	}
	j = s.upgrade(st, up.plan, h.limit)
	if !up.required && j.Status > result.Warn && j.Reason == result.TLS && s.line.TLS.Tried {
		s.close(st, brokenTLS(j.Message))
		return s.anew()
	}
	s.close(st, j)
	return !j.Unmet()
}

// brokenTLS is the judgement on a server whose TLS does not work: whoever does not
// insist on it delivers in clear.
func brokenTLS(why string) judge.Judgement {
	return judge.Judgement{Status: result.Pass, Note: "TLS fails (" + why +
		"): senders that do not insist on it go on in clear in a new session, Postfix once the message has waited for five minutes; @starttls looks closer"}
}

// helloAgain says EHLO under TLS, or in clear where there is none.
func (s *session) helloAgain(h *hello) {
	st := s.begin(h.step)
	j := s.line.Write(h.verb, h.line, h.limit)
	if j == nil {
		st.Sent(h.verb, h.line[:len(h.line)-2])
		seen := s.hear(h)
		if seen.Reply != nil || !s.lostUnderTLS(seen.Fault.Reason) {
			s.close(st, s.heard(st, h, &seen))
			return
		}
		j = &judge.Judgement{Reason: seen.Fault.Reason, Message: seen.Fault.Message}
		s.line.SoonAfterHandshake(j)
	} else if !s.lostUnderTLS(j.Reason) {
		s.closeBy(st, j)
		return
	}
	st.Facts().Action = ""
	s.close(st, brokenTLS(j.Message))
	if s.anew() {
		s.helloAgain(h)
	}
}

// lostUnderTLS reports whether the session was lost before the server has said a
// word under TLS, and goes on in clear.
func (s *session) lostUnderTLS(why result.Reason) bool {
	switch why {
	case result.EOF, result.Reset, result.TLS, result.Timeout:
		return s.line.TLS.Unproven && !s.trial.dialogue.upgrade.required && s.ctx.Err() == nil
	}
	return false
}

// anew makes a new session in clear, up to its greeting. It is no further attempt:
// senders that do not insist on TLS make it as well.
func (s *session) anew() bool {
	s.ledger.Remark("a new connection, in clear")
	s.line, s.peer = s.line.Again(), peer.Peer{Ip: s.trial.target.IP}
	if err := s.dial(); err != nil {
		j := s.unreached(err)
		s.close(s.beginAside(0, "connect", scenarios.Pos{}), j)
		return false
	}
	s.greet()
	return !s.over
}
