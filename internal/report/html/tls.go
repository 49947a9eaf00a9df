package html

import (
	"strings"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// tlsView is the encryption of a dialogue and the certificates of its server.
type tlsView struct {
	Version, Cipher, Curve string
	How                    string
	SNI, Reference         string
	Findings               []tlsFinding
	Left                   string // how long the certificate is valid
	LeftBad                bool
	Chain                  []certificateView
}

type tlsFinding struct {
	What, Finding string
	badge
}

type certificateView struct {
	Title           string
	Subject, Issuer string
	Names           []string
	MoreNames       int
	From, Until     string
	SHA256          string
}

// maxCertificateNames is how many names of a certificate are shown.
const maxCertificateNames = 100

func tlsOf(t *result.TLSState) *tlsView {
	if t == nil {
		return nil
	}
	v := &tlsView{Version: t.Version, Cipher: t.Cipher, Curve: t.Curve, How: "by STARTTLS", SNI: t.SNI, Reference: t.Reference}
	if t.Implicit {
		v.How = "from the first byte"
	}
	if t.Resumed {
		v.How += ", an earlier session resumed"
	}
	if t.VerifiedBy != "" {
		v.How += ", verified by " + t.VerifiedBy
	}
	for _, f := range report.Findings(t) {
		v.Findings = append(v.Findings, finding(strings.ToUpper(f.Label[:1])+f.Label[1:], f.Text))
	}
	if len(t.Chain) > 0 {
		v.Left, v.LeftBad = report.DaysLeft(t.DaysLeft), t.DaysLeft < 0
	}
	for i := range t.Chain {
		v.Chain = append(v.Chain, certificateOf(i, &t.Chain[i]))
	}
	return v
}

// finding gives what was found of a certificate the sign of a verdict.
func finding(what, found string) tlsFinding {
	v := tlsFinding{What: what, Finding: cut(found)}
	switch found {
	case result.CertificateOK:
		v.badge = badgeOf(result.Pass)
	case result.CertificateNotChecked, "":
		v.badge = badgeOf(result.NotRun)
	default:
		v.badge = badgeOf(result.Fail)
	}
	return v
}

func certificateOf(i int, c *result.Certificate) certificateView {
	v := certificateView{
		Title: "Certificate of the server", Subject: cut(c.Subject), Issuer: cut(c.Issuer), Names: c.Names,
		From: c.NotBefore.UTC().Format(time.DateOnly), Until: c.NotAfter.UTC().Format(time.DateOnly), SHA256: c.SHA256,
	}
	if i > 0 {
		v.Title = "Certificate of an authority"
	}
	if len(v.Names) > maxCertificateNames {
		v.MoreNames = len(v.Names) - maxCertificateNames
		v.Names = v.Names[:maxCertificateNames]
	}
	return v
}
