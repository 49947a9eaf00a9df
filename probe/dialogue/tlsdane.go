package dialogue

import (
	"crypto/tls"
	"fmt"

	"mxprobe/probe/certs"
	"mxprobe/probe/dane"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// judgeDANE holds the server against the TLSA records.
func (s *session) judgeDANE(h *handshake, state *tls.ConnectionState) judge.Judgement {
	p, t := &s.sure.dane, s.tls.state
	v := dane.Judge(p.Records, dane.Peer{
		Chain: state.PeerCertificates[:min(len(state.PeerCertificates), certs.MaxChain)], Names: p.Names, Now: s.set.now(),
	})
	for _, text := range v.Unusable {
		s.note("TLSA record " + text)
	}
	t.DANEFinding = certs.OK
	if !v.OK {
		t.DANEFinding = result.PrintableString(v.Reason)
	}
	switch {
	case v.Usable == 0:
		return judge.Judgement{
			Status: result.Warn, Reason: result.DNS, Pos: h.options.Pos,
			Message: "none of the TLSA records at " + p.Set.Name + " can be used: senders with DANE ask for TLS, and verify nothing",
			Hint:    "publish a record 3 1 1 of the server's key (RFC 7672 section 3.1); -v says what is wrong with those there",
		}
	case !v.OK && s.set.TLS.Insecure:
		s.note(t.DANEFinding)
		return judge.Met()
	case !v.OK && p.Set.More > 0:
		return judge.Judgement{
			Status: result.Inconclusive, Reason: result.Local, Pos: h.options.Pos,
			Message: fmt.Sprintf("%s, but only %d of the %d records at %s were looked at", t.DANEFinding, len(p.Records), len(p.Records)+p.Set.More, p.Set.Name),
			Hint:    "publish one or two records for each certificate: a large answer may not reach senders (RFC 7671 section 10.1)",
		}
	case !v.OK:
		return judge.Judgement{Status: result.Fail, Reason: result.TLS, Pos: h.options.Pos, Message: t.DANEFinding + ", at " + p.Set.Name, Hint: daneHint(&v)}
	}
	s.note(fmt.Sprintf("the certificate fits the TLSA record %s at %s", v.By, p.Set.Name))
	if target := s.trial.target; !target.Named && !target.Authentic {
		return judge.Judgement{
			Status: result.Warn, Reason: result.DNS, Pos: h.options.Pos,
			Message: "the certificate fits the TLSA records, but the MX records of " + target.Domain + " are not secured by DNSSEC: a forged answer leads mail elsewhere",
			Hint:    "sign the zone of " + target.Domain + " (RFC 7672 section 2.2.1)",
		}
	}
	t.VerifiedBy = "dane"
	return judge.Met()
}

// daneHint says what to do about a server that does not fit its records.
func daneHint(v *dane.Verdict) string {
	if v.Fits {
		return "a record with usage 2 asks for a good chain, name and dates as well; one of the server's own key (3 1 1) asks for none of them"
	}
	return "mail of senders with DANE waits until a record fits: publish the new key's record before changing the certificate, and keep the old one until its TTL has passed"
}
