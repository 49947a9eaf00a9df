package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// Hint says what to do about the worst of the findings.
func Hint(f *Findings) string {
	switch {
	case f.Dates != OK && f.Dates != NotChecked:
		return "renew the certificate, and see whether the server has loaded the new one; a clock that is wrong on either side looks the same"
	case f.Gap == Surplus:
		return "have the server send its own certificate and the intermediate ones, and nothing else"
	case f.Gap == Intermediate:
		return "have the server send its certificate with all intermediate certificates behind it (the full chain), or trust a private authority with --ca-file"
	case f.Gap == Authority:
		return "trust a private authority with --ca-file, or have the server use a certificate of a known one"
	case f.Name != OK && f.Name != NotChecked:
		return "the certificate must bear the name of the mail host, not that of the mail domain; name: in the scenario expects another"
	}
	return ""
}

// State is what the report shows of a handshake.
func State(state *tls.ConnectionState, f *Findings, now time.Time) *result.TLSState {
	out := &result.TLSState{
		Version: tls.VersionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite),
		Resumed:      state.DidResume,
		ChainFinding: f.Chain, NameFinding: f.Name, DatesFinding: f.Dates,
		Chain: []result.Certificate{},
	}
	if state.CurveID != 0 {
		out.Curve = strings.Replace(state.CurveID.String(), "CurveP", "P-", 1)
	}
	for i, c := range state.PeerCertificates {
		if i == 0 {
			out.DaysLeft = daysLeft(c, now)
		}
		if i == MaxChain {
			break
		}
		sum := sha256.Sum256(c.Raw)
		out.Chain = append(out.Chain, result.Certificate{
			Subject: printableName(c.Subject.String()), Issuer: printableName(c.Issuer.String()), Names: namesOf(c),
			NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), SHA256: hex.EncodeToString(sum[:]), DER: c.Raw,
		})
	}
	return out
}

// TlsLine is a handshake on one line.
func TlsLine(t *result.TLSState) string {
	text := t.Version + ", " + t.Cipher
	if t.Curve != "" {
		text += ", " + t.Curve
	}
	if t.Resumed {
		text += ", resumed"
	}
	return text
}
