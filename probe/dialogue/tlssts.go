package dialogue

import (
	"strings"

	"mxprobe/probe/certs"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// judgeSTS holds the server against the policy: its name, and its certificate
// in all that is usually looked at (RFC 8461 section 4.1).
func (s *session) judgeSTS(h *handshake, f *certs.Findings) judge.Judgement {
	p, t, host := s.sure.sts, s.tls.state, s.trial.target.Host
	bad, named := f.Bad(), p.Policy.Allows(host)
	if !named {
		bad = append(bad, p.Stranger(host))
	}
	switch {
	case len(bad) > 0:
		t.STSFinding = strings.Join(bad, "; ")
	case f.Chain == certs.NotChecked: // --insecure
		t.STSFinding = certs.NotChecked
		return judge.Met()
	default:
		t.STSFinding, t.VerifiedBy = certs.OK, "mta-sts"
		return judge.Met()
	}
	j := judge.Judgement{Status: result.Fail, Reason: result.TLS, Pos: h.options.Pos, Message: t.STSFinding, Hint: certs.Hint(f)}
	if !named {
		// No certificate helps a host that the policy leaves out.
		j.Hint = "name the host in the policy, then give the record another id, so that senders ask for it"
	}
	switch {
	case f.NoRoots && len(bad) == 1:
		return noRootsHere(j)
	case s.set.TLS.Insecure && named:
		s.note(t.STSFinding)
		return judge.Met()
	}
	return s.soften(h.tlsPlan, j)
}
