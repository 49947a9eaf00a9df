package probe

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// judgeCertificate says what the certificate amounts to. How long it must be
// valid is a limit of its own.
func (s *session) judgeCertificate(st *result.Step, h *handshake, state *tls.ConnectionState, f findings) judgement {
	var j judgement
	switch h.options.Verify {
	case scenarios.VerifyDANE:
		j = s.judgeDANE(h, state)
	case scenarios.VerifySTS:
		j = s.judgeSTS(h, &f)
	default:
		j = s.judgeFindings(h, &f)
	}
	if j.status > result.Warn {
		return j
	}
	if h.asked && !h.answered {
		addNote(st, "the server asks for a client certificate, and there was none to show")
	}
	if validity := h.judgeValidity(state, s.set.now()); validity.status > j.status {
		return validity
	}
	return j
}

// judgeFindings judges chain, name and dates: they fail the step with verify:
// true, warn with verify: warn, and are notes otherwise.
func (s *session) judgeFindings(h *handshake, f *findings) judgement {
	verify, bad := h.options.Verify, f.bad()
	if s.set.TLS.Insecure {
		verify = scenarios.VerifyNot
	}
	if len(bad) == 0 || verify < scenarios.VerifyWarn {
		for _, text := range bad {
			s.note(text)
		}
		return met()
	}
	j := judgement{
		status: result.Fail, reason: result.TLS, pos: h.options.Pos, message: strings.Join(bad, "; "),
		hint: certificateHint(f),
	}
	if f.noRoots && len(bad) == 1 {
		j = noRootsHere(j)
	}
	if verify == scenarios.VerifyWarn {
		j.status = result.Warn
	}
	return j
}

// noRootsHere is the judgement where this machine trusts nobody.
func noRootsHere(j judgement) judgement {
	j.status, j.reason = result.Inconclusive, result.Local
	j.hint = "install the system's list of authorities (ca-certificates), or name one with --ca-file"
	return j
}

// judgeValidity holds the server's own certificate against valid_for.
func (h *handshake) judgeValidity(state *tls.ConnectionState, now time.Time) judgement {
	if len(state.PeerCertificates) == 0 {
		return met()
	}
	return judgeValidity(h.options.ValidFor, state.PeerCertificates[0].NotAfter, now)
}

// judgeValidity holds the end of a certificate against valid_for.
func judgeValidity(limit scenarios.Limit, end, now time.Time) judgement {
	left := end.Sub(now)
	status, bound := result.Pass, time.Duration(0)
	switch {
	case limit.Fail > 0 && left < limit.Fail:
		status, bound = result.Fail, limit.Fail
	case limit.Warn > 0 && left < limit.Warn:
		status, bound = result.Warn, limit.Warn
	default:
		return met()
	}
	what := "is valid for " + days(left) + " more"
	if left < 0 {
		what = "expired " + days(-left) + " ago"
	}
	return judgement{
		status: status, reason: result.TLS, pos: limit.Pos, hint: "renew the certificate",
		message: fmt.Sprintf("the certificate %s, until %s; the limit is %s", what, end.UTC().Format("2006-01-02"), days(bound)),
	}
}

func certificateHint(f *findings) string {
	switch {
	case strings.HasPrefix(f.chain, "missing intermediate"):
		return "have the server send its certificate with all intermediate certificates behind it (the full chain), or trust a private authority with --ca-file"
	case strings.HasPrefix(f.chain, "self-signed"), strings.Contains(f.chain, "not trusted here"):
		return "trust a private authority with --ca-file, or have the server use a certificate of a known one"
	case f.dates != findingOK && f.dates != findingNotChecked:
		return "renew the certificate, and see whether the server has loaded the new one; a clock that is wrong on either side looks the same"
	case f.name != findingOK && f.name != findingNotChecked:
		return "the certificate must bear the name of the mail host, not that of the mail domain; name: in the scenario expects another"
	}
	return ""
}

// newTLSState is what the report shows of a handshake.
func newTLSState(h *handshake, state *tls.ConnectionState, f *findings, now time.Time) *result.TLSState {
	out := &result.TLSState{
		Version: tls.VersionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite),
		Implicit: h.implicit, Resumed: state.DidResume,
		SNI: result.PrintableString(h.config.ServerName), Reference: result.PrintableString(h.reference),
		ChainFinding: f.chain, NameFinding: f.name, DatesFinding: f.dates,
		Chain: []result.Certificate{},
	}
	if state.CurveID != 0 {
		out.Curve = strings.Replace(state.CurveID.String(), "CurveP", "P-", 1)
	}
	for i, c := range state.PeerCertificates {
		if i == 0 {
			out.DaysLeft = daysLeft(c, now)
		}
		if i == maxChain {
			break
		}
		sum := sha256.Sum256(c.Raw)
		out.Chain = append(out.Chain, result.Certificate{
			Subject: printableName(c.Subject.String()), Issuer: printableName(c.Issuer.String()), Names: namesOf(c),
			NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), SHA256: hex.EncodeToString(sum[:]),
		})
	}
	return out
}

// tlsLine is a handshake on one line.
func tlsLine(t *result.TLSState) string {
	text := t.Version + ", " + t.Cipher
	if t.Curve != "" {
		text += ", " + t.Curve
	}
	if t.Resumed {
		text += ", resumed"
	}
	return text
}
