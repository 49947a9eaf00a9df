package probe

import (
	"strings"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// assurance is what handshakes with verify: dane and verify: mta-sts go by. It
// is found out before there is a connection, so that no server waits for it.
type assurance struct {
	dane danePromise
	sts  *stsPromise // nil where no handshake asks for it
}

// foresee looks up what the handshakes of the scenario go by.
func (s *session) foresee() {
	d := s.trial.dialogue
	if d.verifies(scenarios.VerifyDANE) {
		s.sure.dane = s.set.daneOf(s.ctx, s.trial.target)
	}
	if d.verifies(scenarios.VerifySTS) {
		s.sure.sts = s.set.policyOf(s.ctx, s.trial.target)
		for _, text := range s.sure.sts.notes {
			s.note(text)
		}
	}
}

// verifies reports whether some handshake is verified in that way.
func (d *Dialogue) verifies(how scenarios.Verify) bool {
	if d.implicit != nil && d.implicit.options.Verify == how {
		return true
	}
	for _, p := range d.starttls {
		if p.options.Verify == how {
			return true
		}
	}
	return false
}

// beforehand says what decides a handshake before it is made: that nothing is
// promised, that nobody knows what is, or that TLS is promised and not there.
func (s *session) beforehand(p *tlsPlan) (judgement, bool) {
	var early judgement
	switch p.options.Verify {
	case scenarios.VerifyDANE:
		early = s.sure.dane.early
	case scenarios.VerifySTS:
		early = s.sure.sts.early
	default:
		return judgement{}, false
	}
	switch {
	case early.status != result.NotRun:
		if early.status > result.Skip {
			early.pos = p.options.Pos
		}
		return early, true
	case p.implicit || s.tls.on || s.keywords == nil || s.offersStartTLS():
		return judgement{}, false
	}
	return s.soften(p, s.lacksStartTLS(p)), true
}

// lacksStartTLS is the judgement on a server without the TLS that its domain
// promises.
func (s *session) lacksStartTLS(p *tlsPlan) judgement {
	j := judgement{status: result.Fail, reason: result.TLS, pos: p.options.Pos}
	if p.options.Verify == scenarios.VerifyDANE {
		j.message = "STARTTLS is not offered, although there are TLSA records at " + s.sure.dane.set.Name
		j.hint = "senders with DANE do not deliver to this host: offer STARTTLS, or take the TLSA records away"
		return j
	}
	j.message = "STARTTLS is not offered, although the MTA-STS policy of " + s.sure.sts.domain + " asks for it"
	j.hint = "senders with MTA-STS do not deliver to this host once the policy is enforced: offer STARTTLS"
	return j
}

// closeBeforehand ends a step that was decided before its handshake, and with
// it the dialogue: what follows would go on as if the handshake was made.
func (s *session) closeBeforehand(st *result.Step, j judgement) {
	s.close(st, j)
	s.over, s.ended = true, true
	if j.status == result.Skip && s.status < result.Warn {
		s.status, s.reason, s.message = result.Skip, result.Condition, st.Message
	}
}

// soften makes a warning of a failure where the policy is in mode testing:
// mail is delivered all the same (RFC 8461 section 5).
func (s *session) soften(p *tlsPlan, j judgement) judgement {
	if p.options.Verify == scenarios.VerifySTS && s.sure.sts.testing() && j.status == result.Fail {
		j.status = result.Warn
		j.message += "; the policy is in mode testing, so that mail is delivered all the same"
		s.over = s.over || s.gone
	}
	return j
}

// judgedBy says for a preview what a handshake goes by.
func judgedBy(o *scenarios.StartTLSOptions) string {
	switch o.Verify {
	case scenarios.VerifyDANE:
		return ", held against the TLSA records of the host"
	case scenarios.VerifySTS:
		return ", held against the MTA-STS policy of the domain"
	}
	return ""
}

// isDomain reports whether a request names a mail domain, and no address.
func isDomain(name string) bool { return name != "" && !strings.HasPrefix(name, "[") }
