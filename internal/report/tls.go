package report

import (
	"slices"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// tls writes the member for the session's encryption.
func (e *encoder) tls(t *result.TLSState) {
	if t == nil {
		e.key("tls")
		e.b = append(e.b, "null"...)
		return
	}
	e.object("tls")
	e.str("version", t.Version)
	e.str("cipher", t.Cipher)
	e.strSome("curve", t.Curve)
	e.trueSome("implicit", t.Implicit)
	e.trueSome("resumed", t.Resumed)
	e.strSome("sni", t.SNI)
	e.str("reference", t.Reference)
	e.str("chain_finding", t.ChainFinding)
	e.str("name_finding", t.NameFinding)
	e.str("dates_finding", t.DatesFinding)
	e.strSome("dane_finding", t.DANEFinding)
	e.strSome("sts_finding", t.STSFinding)
	e.strSome("verified_by", t.VerifiedBy)
	e.int("days_left", t.DaysLeft)
	e.list("chain")
	for i := range t.Chain {
		e.certificate(&t.Chain[i])
	}
	e.endList()
	e.close()
}

func (e *encoder) certificate(c *result.Certificate) {
	e.open()
	e.str("subject", c.Subject)
	e.str("issuer", c.Issuer)
	e.strsSome("names", c.Names)
	e.str("not_before", c.NotBefore.Format(time.RFC3339Nano))
	e.str("not_after", c.NotAfter.Format(time.RFC3339Nano))
	e.str("sha256", c.SHA256)
	e.close()
}

// DaysLeft says how long a certificate is still valid, or since when it is
// not. Of -1 nobody knows whether it is days or hours.
func DaysLeft(days int) string {
	switch {
	case days == -1:
		return "expired less than 2 days ago"
	case days < 0:
		return "expired " + Count(-days, "day", "days") + " ago"
	}
	return Count(days, "day", "days") + " left"
}

// encryption writes what the handshake agreed on, and the certificate.
func (w *detail) encryption(c *result.Check) {
	t := c.TLS
	parts := []string{t.Version, t.Cipher}
	if t.Curve != "" {
		parts = append(parts, t.Curve)
	}
	if t.Resumed {
		parts = append(parts, "resumed")
	}
	w.line("  encrypted: ", clean(strings.Join(parts, ", ")))
	if len(t.Chain) == 0 {
		return
	}
	own := &t.Chain[0]
	w.line("  certificate: ", clean(own.Subject), " by ", clean(own.Issuer), ", until ", own.NotAfter.Format(time.DateOnly),
		" ("+DaysLeft(t.DaysLeft)+")")
	w.line("  sha256: ", clean(own.SHA256))
	line, sep := "  for "+clean(t.Reference)+": ", ""
	for _, f := range Findings(t) {
		text := clean(f.Text)
		if f.Text != result.CertificateOK && f.Text != result.CertificateNotChecked && said(c, f.Text) {
			text = "not good, see above"
		}
		line += sep + f.Label + " " + text
		sep = "; "
	}
	w.line(line)
}

// said reports whether a text stands in the message or the notes of a check
// already.
func said(c *result.Check, text string) bool {
	return strings.Contains(c.Message, text) || slices.Contains(c.Notes, text)
}
