package handshake

import (
	"crypto/x509"
	"fmt"
	"strings"

	"mxprobe/probe/certs"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// JudgeOther says what the certificate beside the one of a session amounts to,
// where that one was good.
func (v *Verification) JudgeOther(o *Sighting) judge.Judgement {
	switch {
	case o.Chain == nil:
		v.Note("%s", o.Why)
		return judge.Met()
	case v.Options.Verify == scenarios.VerifyDANE:
		return v.judgeOtherByDANE(o)
	}
	of := "of the " + string(o.Family) + " certificate, which some clients get: "
	one := *v
	one.Note = func(format string, args ...any) { v.Note("%s"+format, append([]any{of}, args...)...) }
	j := one.judgeFindings(&o.Findings)
	if validity := judgeValidity(v.Options.ValidFor, o.Chain[0].NotAfter, v.Now); validity.Status > j.Status {
		j = validity
	}
	if j.Status > result.Pass {
		j.Message = of + j.Message
	} else if len(o.Findings.Bad()) == 0 {
		v.Note("the server showed %s, and has %s as well, which is good", Certificate(v.Chain[0]), Certificate(o.Chain[0]))
	}
	return j
}

// Promised reports whether there are TLSA records to hold a certificate against.
func (v *Verification) Promised() bool { return len(v.Dane.Records) > 0 && v.fits(v.Chain).Usable > 0 }

// Misfit reports whether the certificate of the session fits none of the TLSA
// records that it was held against.
func (v *Verification) Misfit() bool {
	return v.Options.Verify == scenarios.VerifyDANE && !v.Insecure && v.Promised() && !v.fits(v.Chain).OK
}

// OtherFits reports whether the one beside it does. Where not, a note says what
// it is.
func (v *Verification) OtherFits(o *Sighting) bool {
	switch {
	case o.Chain == nil:
		v.Note("%s", o.Why)
		return false
	case v.fits(o.Chain).OK:
		return true
	}
	v.noteFit(o.Chain)
	return false
}

// judgeOtherByDANE holds it against the TLSA records.
func (v *Verification) judgeOtherByDANE(o *Sighting) judge.Judgement {
	v.noteFit(o.Chain)
	if v.fits(o.Chain).OK {
		return judge.Met()
	}
	j := oneFits(v.Chain[0], o.Chain[0], v.Dane.Set.Name)
	j.Pos = v.Options.Pos
	return j
}

// oneFits is the judgement on a server of whose certificates one fits the TLSA
// records.
func oneFits(fits, misfit *x509.Certificate, at string) judge.Judgement {
	return judge.Judgement{
		Status: result.Warn, Reason: result.TLS,
		Message: fmt.Sprintf("of two certificates the %s one fits the TLSA records at %s, and the %s one does not: senders with DANE that get that one, as %s, do not deliver",
			FamilyOf(fits), at, FamilyOf(misfit), whoGets(FamilyOf(misfit))),
		Hint: "publish a record 3 1 1 of the other key as well, " + keyHash(misfit) + ", or take that certificate out of the server",
	}
}

// whoGets says which senders are shown the certificate of a family.
func whoGets(f Family) string {
	if f == RSA {
		return "those do that put RSA first (GnuTLS) or know no ECDSA"
	}
	return "those do that put ECDSA first (OpenSSL)"
}

// noteFit says which of the TLSA records a certificate fits.
func (v *Verification) noteFit(chain []*x509.Certificate) {
	var by []string
	for _, r := range v.Dane.Records {
		one := *v
		one.Dane.Records = nil
		one.Dane.Records = append(one.Dane.Records, r)
		if one.fits(chain).OK {
			by = append(by, r.Shown())
		}
	}
	if len(chain) == 0 {
		return
	}
	if len(by) == 0 {
		v.Note("%s fits none of the TLSA records at %s", Certificate(chain[0]), v.Dane.Set.Name)
		return
	}
	v.Note("%s fits the TLSA record %s at %s", Certificate(chain[0]), strings.Join(by[:min(len(by), certs.MaxChain)], ", "), v.Dane.Set.Name)
}
