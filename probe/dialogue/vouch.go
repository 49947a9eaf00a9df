package dialogue

import (
	"mxprobe/probe/handshake"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/probe/vouch"
	"mxprobe/scenarios"
)

// assurance is what handshakes with verify: dane and verify: mta-sts go by. It
// is found out before there is a connection, so that no server waits for it.
type assurance struct {
	dane vouch.DANE
	sts  *vouch.STS // nil where no handshake asks for it
}

// foresee looks up what the handshakes of the scenario go by.
func (s *session) foresee() {
	d := s.trial.dialogue
	if d.verifies(scenarios.VerifyDANE) {
		s.sure.dane = s.run.voucher.DANEOf(s.ctx, serverOf(s.trial.target))
	}
	if d.verifies(scenarios.VerifySTS) {
		s.sure.sts = s.run.voucher.PolicyOf(s.ctx, serverOf(s.trial.target))
		for _, text := range s.sure.sts.Notes {
			s.ledger.Note("%s", text)
		}
	}
}

// verifies reports whether some handshake is verified in that way.
func (d *Dialogue) verifies(how scenarios.Verify) bool {
	if d.implicit != nil && d.implicit.Options.Verify == how {
		return true
	}
	for _, p := range d.starttls {
		if p.Options.Verify == how {
			return true
		}
	}
	return false
}

// beforehand says what decides a handshake before it is made: that nothing is
// promised, that nobody knows what is, or that TLS is promised and not there.
func (s *session) beforehand(p *handshake.Plan) (judge.Judgement, bool) {
	var early result.Ruling
	switch p.Options.Verify {
	case scenarios.VerifyDANE:
		early = s.sure.dane.Early
	case scenarios.VerifySTS:
		early = s.sure.sts.Early
	default:
		return judge.Judgement{}, false
	}
	switch {
	case early.Status != result.NotRun:
		j := judge.From(early, scenarios.Pos{})
		if early.Status > result.Skip {
			j.Pos = p.Options.Pos
		}
		return j, true
	case p.Implicit || s.peer.Secure || s.peer.Keywords == nil || s.offersStartTLS():
		return judge.Judgement{}, false
	}
	return s.soften(p, s.lacksStartTLS(p)), true
}

// lacksStartTLS is the judgement on a server without the TLS that its domain
// promises.
func (s *session) lacksStartTLS(p *handshake.Plan) judge.Judgement {
	j := judge.Judgement{Status: result.Fail, Reason: result.TLS, Pos: p.Options.Pos}
	if p.Options.Verify == scenarios.VerifyDANE {
		j.Message = "STARTTLS is not offered, although there are TLSA records at " + s.sure.dane.Set.Name
		j.Hint = "senders with DANE do not deliver to this host: offer STARTTLS, or take the TLSA records away"
		return j
	}
	j.Message = "STARTTLS is not offered, although the MTA-STS policy of " + s.sure.sts.Domain + " asks for it"
	j.Hint = "senders with MTA-STS do not deliver to this host once the policy is enforced: offer STARTTLS"
	return j
}

// closeBeforehand ends a step that was decided before its handshake, and with
// it the dialogue: what follows would go on as if the handshake was made.
func (s *session) closeBeforehand(st ledger.Step, j judge.Judgement) {
	s.close(st, j)
	s.over, s.ended = true, true
	if j.Status == result.Skip {
		s.ledger.Skip(j.Message)
	}
}

// soften makes a warning of a failure where the policy is in mode testing:
// mail is delivered all the same (RFC 8461 section 5).
func (s *session) soften(p *handshake.Plan, j judge.Judgement) judge.Judgement {
	if p.Options.Verify == scenarios.VerifySTS && s.sure.sts.Testing() && j.Status == result.Fail {
		j.Status = result.Warn
		j.Message += "; the policy is in mode testing, so that mail is delivered all the same"
		s.over = s.over || s.line.Gone
	}
	return j
}
