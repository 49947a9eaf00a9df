package dialogue

import (
	"cmp"
	"fmt"
	"sync"
	"time"

	"mxprobe/probe/fault"
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
	byDANE, bySTS := d.verifies(scenarios.VerifyDANE), d.verifies(scenarios.VerifySTS)
	if byDANE || bySTS {
		s.sure = new(assurance)
	}
	if byDANE {
		s.sure.dane = s.run.voucher.DANEOf(s.ctx, serverOf(s.trial.target))
	}
	if bySTS {
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

// looksAgain looks at the certificate that a server has beside the one of an
// attempt, where the verdict needs it, in a session of its own. It reports
// whether the dialogue is to be played again at once: a certificate that does
// not fit was shown, and the other one fits.
func (t *trial) looksAgain(s *session) bool {
	held := s.line.TLS.Held
	status, _ := s.ledger.Status()
	if held == nil || t.other != nil || !held.Both() || s.ctx.Err() != nil {
		return false
	}
	misfit := held.Misfit()
	if !misfit && status > result.Warn || held.Options.Verify == scenarios.VerifyDANE && !held.Promised() {
		return false
	}
	t.other = t.sight(s, held.Plan, handshake.FamilyOf(held.Chain[0]).Other())
	t.account.Took(time.Since(t.started))
	held.Note = func(format string, args ...any) { t.account.Note(fmt.Sprintf(format, args...)) }
	if misfit {
		t.again = held.OtherFits(t.other)
		return t.again
	}
	if j := held.JudgeOther(t.other); j.Status > status && j.Status != result.Inconclusive {
		t.account.Rule(result.Ruling{Status: j.Status, Reason: j.Reason, Message: j.Message, Hint: j.Hint})
	}
	return false
}

// sight plays the scenario up to a handshake, which is made for a certificate of
// one family alone.
func (t *trial) sight(s *session, plan *handshake.Plan, family handshake.Family) *handshake.Sighting {
	seen := &handshake.Sighting{Family: family, Why: "whether the server has a certificate with an " + string(family) + " key as well is not known"}
	d, ok := t.dialogue.upTo(plan, plan.For(family))
	if !ok {
		seen.Why += ", for more is said before the handshake than EHLO"
		return seen
	}
	one := &trial{dialogue: d, target: t.target, number: t.number, rule: t.rule}
	one.account = ledger.NewAccount(t.dialogue.secrets, d.name, d.steps, nil)
	look := newSession(s.ctx, one)
	look.sure = s.sure
	look.play()
	switch held := look.line.TLS.Held; {
	case held != nil && len(held.Chain) > 0:
		seen.Chain, seen.Findings = held.Chain, held.Found
	case fault.NoneInCommon(look.line.TLS.Failed):
		seen.Why = "the server has no certificate with an " + string(family) + " key"
	default:
		seen.Why += ": " + cmp.Or(one.messageOf(look), "the session ended before the handshake")
	}
	return seen
}

// messageOf is what an attempt ended with.
func (t *trial) messageOf(s *session) string {
	t.account.Take(&s.ledger)
	c := t.account.Result()
	return c.Message
}

// upTo is the dialogue up to a handshake, with another plan for it; ok is false
// where more than EHLO goes before it.
func (d *Dialogue) upTo(plan, instead *handshake.Plan) (*Dialogue, bool) {
	sc, out := *d.scenario, *d
	sc.Retry, sc.NoQuit, sc.Grouped = nil, false, false
	out.scenario, out.starttls, out.sessions = &sc, map[int]*handshake.Plan{}, new(sync.Pool)
	if d.implicit == plan {
		sc.Steps, out.implicit = nil, instead
		return &out, true
	}
	for i := range d.scenario.Steps {
		step := &d.scenario.Steps[i]
		switch {
		case step.Action == scenarios.StartTLS && d.starttls[step.Number] == plan:
			out.starttls[step.Number] = instead
			sc.Steps = d.scenario.Steps[:i+1]
			return &out, true
		case step.Action != scenarios.Send || !isHello(step.Verb) && step.Verb != "NOOP":
			return nil, false
		}
	}
	return nil, false
}
