package dialogue

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"mxprobe/probe/certs"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// secured is what a session knows of its TLS.
type secured struct {
	on    bool               // the connection is under TLS now
	last  *handshake         // the latest handshake, nil before it
	state *result.TLSState   // what it agreed on, for the report
	clear *smtpwire.Keywords // what was offered before it, nil where nothing is to be compared
	// unproven is true until the server said something under TLS. Servers
	// with TLS 1.3 judge the client's certificate after the client is done
	// (RFC 8446 section 4.4.2), so that the end may come late.
	unproven bool
	// brokenOff is true if it was the server that ended a handshake.
	brokenOff bool
	// trailed is true if a command went out in clear behind STARTTLS, until
	// the server said something under TLS.
	trailed bool
}

// playStartTLS says STARTTLS, and makes the handshake if the answer is 220.
func (s *session) playStartTLS(step *scenarios.Step) {
	st, plan := s.begin(step), s.trial.dialogue.starttls[step.Number]
	if j, decided := s.beforehand(plan); decided {
		s.closeBeforehand(st, j)
		return
	}
	want, err := s.want(step)
	if err == nil {
		s.buf, err = appendStartTLS(s.buf[:0], step, s.lookup)
	}
	if err != nil {
		s.close(st, badValue(err))
		return
	}
	limit := s.timeout(step.Timeout, DefaultReplyTimeout)
	if j, ok := s.write("STARTTLS", s.buf, limit); !ok {
		s.close(st, j)
		return
	}
	st.Sent = s.trial.mask.Printable(s.buf[:len(s.buf)-2], maxLine)
	ended := s.ended
	j := s.answer(st, step, want, "STARTTLS")
	switch {
	case st.Code == 220 && (j.Status > result.Warn || s.ended != ended):
		// The server waits for a handshake, and nothing else can be said.
		s.hangUp()
	case st.Code == 220:
		addNote(st, s.tlsTwice())
		trailed := bytes.IndexByte(s.buf, '\n') < len(s.buf)-1
		j = s.upgrade(st, step, limit, j)
		s.tls.trailed = trailed
	case st.Code >= 400:
		if j.Status == result.Fail && j.Hint == "" && !s.offersStartTLS() {
			j.Hint = "the server does not offer STARTTLS: if: STARTTLS leaves the step out on such a server"
		}
		j = s.soften(plan, j)
	}
	s.close(st, j)
}

// appendStartTLS appends the line to say.
func appendStartTLS(buf []byte, step *scenarios.Step, lookup scenarios.Lookup) ([]byte, error) {
	buf, err := step.StartTLSLine().Append(buf, lookup)
	return append(buf, "\r\n"...), err
}

func (s *session) offersStartTLS() bool {
	if s.keywords == nil {
		return false
	}
	_, ok := s.keywords.Lookup("STARTTLS")
	return ok
}

// tlsTwice is the note on a server that takes STARTTLS under TLS.
func (s *session) tlsTwice() string {
	if !s.tls.on {
		return ""
	}
	return "the server takes STARTTLS under TLS, against RFC 3207 section 4.2"
}

// addNote adds a note to a step, if there is one.
func addNote(st *result.Step, text string) {
	if text != "" {
		st.Notes = append(st.Notes, text)
	}
}

// upgrade makes the handshake after the 220. Whatever came behind the 220 in
// clear must not be taken for something said under TLS (RFC 3207 section 6,
// CVE-2011-0411).
func (s *session) upgrade(st *result.Step, step *scenarios.Step, limit time.Duration, j judge.Judgement) judge.Judgement {
	if b, _ := s.conn.Unasked(); len(b) > 0 {
		s.hangUp()
		return judge.Judgement{
			Status: result.Fail, Reason: result.TLS,
			Message: "bytes before the handshake: the server sent " + result.Quoted(b) + " in clear behind the 220",
			Hint:    "somebody on the way may have put them there, or the server answers commands that came with STARTTLS",
		}
	}
	done := s.handshake(st, s.trial.dialogue.starttls[step.Number], limit)
	if s.tls.brokenOff && step.PassIf.EOF {
		s.over, s.ended = true, true
		return judge.Judgement{Status: result.Pass, Note: "the server broke the handshake off: " + done.Message}
	}
	if done.Status == result.Pass {
		done.Status, done.Reason, done.Message, done.Pos = j.Status, j.Reason, j.Message, j.Pos
	}
	return done
}

// implicitTLS makes the handshake before the greeting.
func (s *session) implicitTLS(plan *tlsPlan) bool {
	st := s.newStep(0, "TLS", s.scenario.Pos)
	if j, decided := s.beforehand(plan); decided {
		s.closeBeforehand(st, j)
		s.hangUp()
		for i := range s.scenario.Steps {
			s.leaveOut(&s.scenario.Steps[i])
		}
		return false
	}
	j := s.handshake(st, plan, s.timeout(0, DefaultReplyTimeout))
	if j.Status == result.Pass {
		// The greeting is step 0: the handshake is not a step of its own.
		for _, text := range st.Notes {
			s.note(text)
		}
		s.steps, s.spans = s.steps[:len(s.steps)-1], s.spans[:len(s.spans)-1]
		return true
	}
	s.close(st, j)
	if j.Status <= result.Warn && !s.gone {
		return true
	}
	s.hangUp()
	for i := range s.scenario.Steps {
		s.leaveOut(&s.scenario.Steps[i])
	}
	return false
}

// handshake makes TLS of the connection. Where it fails the connection is of
// no use any more (RFC 3207 section 4.1): nothing goes on in clear.
func (s *session) handshake(st *result.Step, plan *tlsPlan, limit time.Duration) judge.Judgement {
	h, err := s.newHandshake(plan)
	if err != nil {
		s.hangUp()
		return badValue(err)
	}
	begun := time.Now()
	s.setDeadline(begun.Add(limit))
	client := tls.Client(s.conn.Carrier(), h.config)
	err = client.Handshake()
	st.Millis += result.Millis(time.Since(begun))
	if err != nil {
		s.record.Remark("TLS handshake failed: " + diagnosis.PlainError(err))
		s.tls.brokenOff = diagnosis.BrokenOff(err)
		j := judge.From(diagnosis.HandshakeFault(s.ctx, diagnosis.FailedHandshake{Most: plan.most, Implicit: plan.implicit, Lacked: h.asked && !h.answered, Limit: limit}, err), scenarios.Pos{})
		if j.Reason == result.TLS {
			j.Cause = diagnosis.HandshakeCause(err)
		}
		s.hangUp()
		return s.soften(plan, j)
	}
	s.conn.Upgrade(client)
	state := client.ConnectionState()
	f := s.secure(h, &state)
	s.record.Remark(certs.TlsLine(s.tls.state))
	return s.judgeCertificate(st, h, &state, f)
}

// secure takes the connection over as one under TLS. What was known from
// before counts no more (RFC 3207 section 4.2).
func (s *session) secure(h *handshake, state *tls.ConnectionState) certs.Findings {
	s.tls.clear = nil
	if !h.implicit {
		s.tls.clear = s.keywords
	}
	s.tls.on, s.tls.last, s.tls.unproven = true, h, state.Version >= tls.VersionTLS13
	s.keywords, s.envelope, s.dataOpen = nil, envelope{}, false
	s.loose, s.owed = false, nil
	s.authenticated = false
	v := certs.Verifier{
		Certs: state.PeerCertificates[:min(len(state.PeerCertificates), certs.MaxChain)], Reference: h.reference, Roots: s.set.TLS.Roots, Now: s.set.now(),
		SkipChain: s.set.TLS.Insecure && s.set.TLS.Roots == nil || h.options.Verify == scenarios.VerifyNot || h.options.Verify == scenarios.VerifyDANE,
	}
	f := v.Findings()
	s.tls.state = certs.State(state, &f, v.Now)
	s.tls.state.Implicit = h.implicit
	s.tls.state.SNI, s.tls.state.Reference = result.PrintableString(h.config.ServerName), result.PrintableString(h.reference)
	return f
}

// endTLS ends TLS and goes on in clear on the same connection, if the server
// does so as well.
func (s *session) endTLS() judge.Judgement {
	client, ok := s.conn.NetConn().(*tls.Conn)
	if !ok || !s.tls.on {
		return badValue(errors.New("there is no TLS to end; if: tls leaves the step out then"))
	}
	s.setDeadline(time.Now().Add(quitTimeout))
	j := judge.Met()
	if err := client.CloseWrite(); err != nil {
		j.Note = "the end of TLS could not be said: " + diagnosis.PlainError(err)
	}
	// The server ends its side as well, and says nothing more under TLS.
	if err := drain(client); diagnosis.IsTimeout(err) {
		j.Note = fmt.Sprintf("the server did not end TLS on its side in %v", quitTimeout)
	}
	s.conn.Upgrade(client.NetConn())
	s.tls.on, s.keywords, s.authenticated = false, nil, false
	return j
}
