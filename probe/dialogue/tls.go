package dialogue

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"mxprobe/probe/certs"
	"mxprobe/probe/fault"
	"mxprobe/probe/handshake"
	"mxprobe/probe/judge"
	"mxprobe/probe/ledger"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// playStartTLS says STARTTLS, and makes the handshake if the answer is 220.
func (s *session) playStartTLS(step *scenarios.Step) {
	st, plan := s.begin(step), s.trial.dialogue.starttls[step.Number]
	if j, decided := s.beforehand(plan); decided {
		s.closeBeforehand(st, j)
		return
	}
	want, err := s.want(step)
	if err == nil {
		s.buf, err = step.StartTLSLine().Append(s.buf[:0], s.lookup)
		s.buf = append(s.buf, "\r\n"...)
	}
	if err != nil {
		s.close(st, judge.BadValue(err))
		return
	}
	limit := s.timeout(step.Timeout, DefaultReplyTimeout)
	if j := s.line.Write("STARTTLS", s.buf, limit); j != nil {
		s.closeBy(st, j)
		return
	}
	st.Sent("STARTTLS", s.buf[:len(s.buf)-2])
	ended := s.ended
	var j judge.Judgement
	s.answer(st, step, want, "STARTTLS", &j)
	switch {
	case st.Code() == 220 && (j.Status > result.Warn || s.ended != ended):
		// The server waits for a handshake, and nothing else can be said.
		s.line.HangUp()
	case st.Code() == 220:
		s.tlsTwice(st)
		trailed := bytes.IndexByte(s.buf, '\n') < len(s.buf)-1
		if done := s.upgrade(st, plan, limit); s.line.TLS.BrokenOff && step.PassIf.EOF {
			s.over, s.ended = true, true
			j = judge.Judgement{Status: result.Pass, Note: "the server broke the handshake off: " + done.Message}
		} else if done.Status != result.Pass {
			j = done
		}
		s.line.TLS.Trailed = trailed
	case st.Code() >= 400:
		if j.Status == result.Fail && j.Hint == "" && !s.offersStartTLS() {
			j.Hint = "the server does not offer STARTTLS: if: STARTTLS leaves the step out on such a server"
		}
		j = s.soften(plan, j)
	}
	s.close(st, j)
}

func (s *session) offersStartTLS() bool {
	if s.peer.Keywords == nil {
		return false
	}
	_, ok := s.peer.Keywords.Lookup("STARTTLS")
	return ok
}

// tlsTwice notes that the server takes STARTTLS under TLS.
func (s *session) tlsTwice(st ledger.Step) {
	if s.peer.Secure {
		st.Note("the server takes STARTTLS under TLS, against RFC 3207 section 4.2")
	}
}

// upgrade makes the handshake after the 220. Whatever came behind the 220 in
// clear must not be taken for something said under TLS (RFC 3207 section 6,
// CVE-2011-0411).
func (s *session) upgrade(st ledger.Step, plan *handshake.Plan, limit time.Duration) judge.Judgement {
	if b, _ := s.line.Conn.Unasked(); len(b) > 0 {
		s.line.HangUp()
		return judge.Judgement{
			Status: result.Fail, Reason: result.TLS,
			Message: "bytes before the handshake: the server sent " + result.Quoted(b) + " in clear behind the 220",
			Hint:    "somebody on the way may have put them there, or the server answers commands that came with STARTTLS",
		}
	}
	return s.handshake(st, plan, limit)
}

// implicitTLS makes the handshake before the greeting.
func (s *session) implicitTLS(plan *handshake.Plan) bool {
	st := s.beginAside(0, "TLS", s.scenario.Pos)
	if j, decided := s.beforehand(plan); decided {
		s.closeBeforehand(st, j)
		s.line.HangUp()
		for i := range s.scenario.Steps {
			s.leaveOut(&s.scenario.Steps[i])
		}
		return false
	}
	j := s.handshake(st, plan, s.timeout(0, DefaultReplyTimeout))
	if j.Status == result.Pass {
		// The greeting is step 0: the handshake is not a step of its own.
		st.Drop()
		return true
	}
	s.close(st, j)
	if j.Status <= result.Warn && !s.line.Gone {
		return true
	}
	s.line.HangUp()
	for i := range s.scenario.Steps {
		s.leaveOut(&s.scenario.Steps[i])
	}
	return false
}

// handshake makes TLS of the connection. Where it fails the connection is of
// no use any more (RFC 3207 section 4.1): nothing goes on in clear.
func (s *session) handshake(st ledger.Step, plan *handshake.Plan, limit time.Duration) judge.Judgement {
	name, err := plan.Options.Name.Expand(s.lookup)
	if err != nil {
		s.line.HangUp()
		return judge.BadValue(err)
	}
	if plan.Base {
		name = s.sure.dane.Set.Base
	}
	h := handshake.New(plan, handshake.With{Name: name, Host: s.trial.target.Host, Address: s.trial.target.AddrPort(), Sessions: &s.run.tls, Now: s.run.now})
	begun := s.line.Within(limit)
	client := tls.Client(s.line.Conn.Carrier(), h.Config)
	s.line.TLS.Tried = true
	aside(func() { err = client.Handshake() })
	st.Spent(time.Since(begun))
	if err != nil {
		s.ledger.Remark("TLS handshake failed: " + fault.PlainError(err))
		s.line.TLS.BrokenOff, s.line.TLS.Failed = fault.BrokenOff(err), fault.Alert(err)
		j := judge.From(fault.HandshakeFault(s.ctx, fault.FailedHandshake{Most: plan.Most, Implicit: plan.Implicit, Lacked: h.WithoutAnswer(), Family: string(plan.Family()), Limit: limit}, err), scenarios.Pos{})
		if j.Reason == result.TLS {
			j.Cause = fault.HandshakeCause(err)
		}
		s.line.HangUp()
		return s.soften(plan, j)
	}
	s.line.Conn.Upgrade(client)
	state := client.ConnectionState()
	var f certs.Findings
	aside(func() { f = s.secure(h, &state) })
	s.ledger.Remark(certs.TlsLine(s.line.TLS.State))
	return s.judgeCertificate(st, h, &state, &f)
}

// aside calls f on a stack of its own, and waits. Handshakes and chains of
// certificates need 16 KiB and more, which the stack of a session would keep for
// as long as it waits after that. A panic is raised again in the session.
func aside(f func()) {
	done := make(chan any, 1)
	go func() {
		defer func() {
			v := recover()
			if v != nil {
				v = fmt.Sprintf("%v\n\n%s", v, debug.Stack())
			}
			done <- v
		}()
		f()
	}()
	if v := <-done; v != nil {
		panic(v)
	}
}

// judgeCertificate says what the certificate of a handshake amounts to.
func (s *session) judgeCertificate(st ledger.Step, h *handshake.Handshake, state *tls.ConnectionState, f *certs.Findings) judge.Judgement {
	t := &s.trial.target
	v := &handshake.Verification{
		Handshake: h, Insecure: s.run.TLS.Insecure, Now: s.run.now(), Domain: t.Domain, Host: t.Host,
		Named: t.Named, Authentic: t.Authentic, Dane: s.sure.dane, Sts: s.sure.sts, Report: s.line.TLS.State, Note: s.ledger.Note,
		Other: s.trial.other,
	}
	s.line.TLS.Held = v
	j := s.soften(h.Plan, v.Judge(state, f))
	if j.Status > result.Warn {
		return j
	}
	if h.WithoutAnswer() {
		st.Note("the server asks for a client certificate, and there was none to show")
	}
	if validity := h.JudgeValidity(state, s.run.now()); validity.Status > j.Status {
		return validity
	}
	return j
}

// secure takes the connection over as one under TLS. What was known from
// before counts no more (RFC 3207 section 4.2).
func (s *session) secure(h *handshake.Handshake, state *tls.ConnectionState) certs.Findings {
	s.peer.Begins(h.Implicit)
	s.line.TLS.Last, s.line.TLS.Unproven = h, state.Version >= tls.VersionTLS13
	s.line.DataOpen, s.line.Loose, s.line.Owed = false, false, nil
	v := certs.Verifier{
		Certs: state.PeerCertificates, Reference: h.Reference, Roots: s.run.TLS.Roots, Now: s.run.now(),
		SkipChain: s.run.TLS.Insecure && s.run.TLS.Roots == nil || h.Options.Verify == scenarios.VerifyNot || h.Options.Verify == scenarios.VerifyDANE,
	}
	f := v.Findings()
	s.line.TLS.State = certs.State(state, &f, v.Now)
	s.line.TLS.State.Implicit = h.Implicit
	s.line.TLS.State.SNI, s.line.TLS.State.Reference = result.PrintableString(h.Config.ServerName), result.PrintableString(h.Reference)
	return f
}

// endTLS ends TLS and goes on in clear on the same connection, if the server
// does so as well.
func (s *session) endTLS() judge.Judgement {
	client, ok := s.line.Conn.NetConn().(*tls.Conn)
	if !ok || !s.peer.Secure {
		return judge.BadValue(errors.New("there is no TLS to end; if: tls leaves the step out then"))
	}
	s.line.Within(quitTimeout)
	j := judge.Met()
	if err := client.CloseWrite(); err != nil {
		j.Note = "the end of TLS could not be said: " + fault.PlainError(err)
	}
	// The server ends its side as well, and says nothing more under TLS.
	if err := drain(client); fault.IsTimeout(err) {
		j.Note = fmt.Sprintf("the server did not end TLS on its side in %v", quitTimeout)
	}
	s.line.Conn.Upgrade(client.NetConn())
	s.peer.Ends()
	return j
}

// drain reads to the end of what the server says under TLS.
func drain(client *tls.Conn) error {
	buf := make([]byte, 512)
	for range 1000 {
		if _, err := client.Read(buf); err != nil {
			return err
		}
	}
	return nil
}
