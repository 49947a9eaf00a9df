package dialogue

import (
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"mxprobe/probe/certs"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// judgeCertificate says what the certificate amounts to. How long it must be
// valid is a limit of its own.
func (s *session) judgeCertificate(st *result.Step, h *handshake, state *tls.ConnectionState, f certs.Findings) judge.Judgement {
	var j judge.Judgement
	switch h.options.Verify {
	case scenarios.VerifyDANE:
		j = s.judgeDANE(h, state)
	case scenarios.VerifySTS:
		j = s.judgeSTS(h, &f)
	default:
		j = s.judgeFindings(h, &f)
	}
	if j.Status > result.Warn {
		return j
	}
	if h.asked && !h.answered {
		addNote(st, "the server asks for a client certificate, and there was none to show")
	}
	if validity := h.judgeValidity(state, s.set.now()); validity.Status > j.Status {
		return validity
	}
	return j
}

// judgeFindings judges chain, name and dates: they fail the step with verify:
// true, warn with verify: warn, and are notes otherwise.
func (s *session) judgeFindings(h *handshake, f *certs.Findings) judge.Judgement {
	verify, bad := h.options.Verify, f.Bad()
	if s.set.TLS.Insecure {
		verify = scenarios.VerifyNot
	}
	if len(bad) == 0 || verify < scenarios.VerifyWarn {
		for _, text := range bad {
			s.note(text)
		}
		return judge.Met()
	}
	j := judge.Judgement{
		Status: result.Fail, Reason: result.TLS, Pos: h.options.Pos, Message: strings.Join(bad, "; "),
		Hint: certs.Hint(f), Cause: diagnosis.TLSCertificate,
	}
	if f.NoRoots && len(bad) == 1 {
		j = noRootsHere(j)
	}
	if verify == scenarios.VerifyWarn {
		j.Status = result.Warn
	}
	return j
}

// noRootsHere is the judgement where this machine trusts nobody.
func noRootsHere(j judge.Judgement) judge.Judgement {
	j.Status, j.Reason, j.Cause = result.Inconclusive, result.Local, diagnosis.Unknown
	j.Hint = "install the system's list of authorities (ca-certificates), or name one with --ca-file"
	return j
}

// judgeValidity holds the server's own certificate against valid_for.
func (h *handshake) judgeValidity(state *tls.ConnectionState, now time.Time) judge.Judgement {
	if len(state.PeerCertificates) == 0 {
		return judge.Met()
	}
	return judgeValidity(h.options.ValidFor, state.PeerCertificates[0].NotAfter, now)
}

// judgeValidity holds the end of a certificate against valid_for.
func judgeValidity(limit scenarios.Limit, end, now time.Time) judge.Judgement {
	left := end.Sub(now)
	status, bound := result.Pass, time.Duration(0)
	switch {
	case limit.Fail > 0 && left < limit.Fail:
		status, bound = result.Fail, limit.Fail
	case limit.Warn > 0 && left < limit.Warn:
		status, bound = result.Warn, limit.Warn
	default:
		return judge.Met()
	}
	what := "is valid for " + certs.Days(left) + " more"
	if left < 0 {
		what = "expired " + certs.Days(-left) + " ago"
	}
	return judge.Judgement{
		Status: status, Reason: result.TLS, Pos: limit.Pos, Hint: "renew the certificate",
		Message: fmt.Sprintf("the certificate %s, until %s; the limit is %s", what, end.UTC().Format("2006-01-02"), certs.Days(bound)),
	}
}
