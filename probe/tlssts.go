package probe

import (
	"fmt"
	"strings"

	"mxprobe/probe/mtasts"
	"mxprobe/probe/result"
)

// stsPromise is what the MTA-STS policy of a domain says (RFC 8461).
type stsPromise struct {
	// early decides without a handshake, unless its status is NotRun.
	early  judgement
	domain string
	policy mtasts.Policy
	notes  []string
}

func (p *stsPromise) testing() bool { return p.policy.Mode == mtasts.Testing }

// judgeSTS holds the server against the policy: its name, and its certificate
// in all that is usually looked at (RFC 8461 section 4.1).
func (s *session) judgeSTS(h *handshake, f *findings) judgement {
	p, t, host := s.sure.sts, s.tls.state, s.trial.target.Host
	bad, named := f.bad(), p.policy.Allows(host)
	if !named {
		bad = append(bad, p.stranger(host))
	}
	switch {
	case len(bad) > 0:
		t.STSFinding = strings.Join(bad, "; ")
	case f.chain == findingNotChecked: // --insecure
		t.STSFinding = findingNotChecked
		return met()
	default:
		t.STSFinding, t.VerifiedBy = findingOK, "mta-sts"
		return met()
	}
	j := judgement{status: result.Fail, reason: result.TLS, pos: h.options.Pos, message: t.STSFinding, hint: certificateHint(f)}
	if !named {
		// No certificate helps a host that the policy leaves out.
		j.hint = "name the host in the policy, then give the record another id, so that senders ask for it"
	}
	switch {
	case f.noRoots && len(bad) == 1:
		return noRootsHere(j)
	case s.set.TLS.Insecure && named:
		s.note(t.STSFinding)
		return met()
	}
	return s.soften(h.tlsPlan, j)
}

// stranger says that the policy does not name a host.
func (p *stsPromise) stranger(host string) string {
	const most = 5
	shown := strings.Join(p.policy.MX[:min(len(p.policy.MX), most)], ", ")
	if n := len(p.policy.MX) - most; n > 0 {
		shown += fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the MTA-STS policy of %s does not name the host %s, but %s", p.domain, host, shown)
}
