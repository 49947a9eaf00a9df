package handshake

import (
	"strings"

	"mxprobe/probe/certs"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
)

// judgeSTS holds the server against the policy: its name, and its certificate
// in all that is usually looked at (RFC 8461 section 4.1).
func (v *Verification) judgeSTS(f *certs.Findings) judge.Judgement {
	p, t, host := v.Sts, v.Report, v.Host
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
		return v.judgePolicy()
	}
	j := judge.Judgement{Status: result.Fail, Reason: result.TLS, Pos: v.Options.Pos, Message: t.STSFinding, Hint: certs.Hint(f)}
	if !named {
		// No certificate helps a host that the policy leaves out.
		j.Hint = "name the host in the policy, then give the record another id, so that senders ask for it"
	}
	switch {
	case f.NoRoots && len(bad) == 1:
		return noRootsHere(j)
	case v.Insecure && named:
		v.Note("%s", t.STSFinding)
		return judge.Met()
	}
	return j
}

// judgePolicy warns of a policy that a sender may refuse, so that it goes by none.
func (v *Verification) judgePolicy() judge.Judgement {
	p := v.Sts
	if len(p.Doubts) == 0 {
		return judge.Met()
	}
	return judge.Judgement{
		Status: result.Warn, Reason: result.TLS, Pos: v.Options.Pos,
		Message: "the host is as the MTA-STS policy of " + p.Domain + " asks, but some senders refuse the policy: " + strings.Join(p.Doubts, "; "),
		Hint:    "serve the policy as text/plain, with a max_age of at most 31557600 seconds, and give the record another id",
	}
}
