package handshake

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"mxprobe/probe/causes"
	"mxprobe/probe/certs"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/vouch"
	"mxprobe/scenarios"
)

// Verification is what a certificate is held against.
type Verification struct {
	*Handshake
	Insecure bool
	Now      time.Time
	Domain   string // of the mail
	Host     string // as it was found
	// Named is true for a server that was named instead of looking up MX
	// records, authentic if those were validated with DNSSEC.
	Named, Authentic bool
	Dane             vouch.DANE
	Sts              *vouch.STS
	Report           *result.TLSState
	Note             func(format string, args ...any)
	// Chain is what the server has shown, Other what is known of a certificate
	// beside it, nil where nobody looked.
	Chain []*x509.Certificate
	Found certs.Findings // of it
	Other *Sighting
}

// Judge says what the certificate amounts to. How long it must be valid is a
// limit of its own.
func (v *Verification) Judge(state *tls.ConnectionState, f *certs.Findings) judge.Judgement {
	v.Chain, v.Found = state.PeerCertificates, *f
	switch v.Options.Verify {
	case scenarios.VerifyDANE:
		return v.judgeDANE()
	case scenarios.VerifySTS:
		return v.judgeSTS(f)
	}
	return v.judgeFindings(f)
}

// judgeFindings judges chain, name and dates: they fail the step with verify:
// true, warn with verify: warn, and are notes otherwise.
func (v *Verification) judgeFindings(f *certs.Findings) judge.Judgement {
	verify, bad := v.Options.Verify, f.Bad()
	if v.Insecure {
		verify = scenarios.VerifyNot
	}
	if len(bad) == 0 || verify < scenarios.VerifyWarn {
		for _, text := range bad {
			v.Note("%s", text)
		}
		return judge.Met()
	}
	j := judge.Judgement{
		Status: result.Fail, Reason: result.TLS, Pos: v.Options.Pos, Message: strings.Join(bad, "; "),
		Hint: certs.Hint(f), Cause: causes.TLSCertificate,
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
	j.Status, j.Reason, j.Cause = result.Inconclusive, result.Local, causes.Unknown
	j.Hint = "install the system's list of authorities (ca-certificates), or name one with --ca-file"
	return j
}

// JudgeValidity holds the server's own certificate against valid_for.
func (h *Handshake) JudgeValidity(state *tls.ConnectionState, now time.Time) judge.Judgement {
	if len(state.PeerCertificates) == 0 {
		return judge.Met()
	}
	return judgeValidity(h.Options.ValidFor, state.PeerCertificates[0].NotAfter, now)
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
