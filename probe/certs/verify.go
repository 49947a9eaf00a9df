// Package certs looks at the certificates that a server has sent: at their
// chain, names and dates, each by itself, so that all that is wrong is known and
// not only the first thing.
package certs

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"mxprobe/probe/result"
)

// What a finding says where there is nothing to find.
const (
	OK         = result.CertificateOK
	NotChecked = result.CertificateNotChecked
)

// Gap is what is missing between a certificate and an authority that is
// trusted here.
type Gap uint8

// The gaps.
const (
	NoGap        Gap = iota // or one that no authority mends
	Intermediate            // a certificate in between, which the server does not send
	Authority               // an authority that is trusted: there is another, or none
	Surplus                 // nothing, but there is too much of it
)

// What is looked at of foreign certificates. No server needs a quarter of
// it, and a hostile one could send enough to keep us busy.
const (
	MaxChain = 32  // certificates
	maxNames = 100 // names of one
)

// Findings are the three things that can be wrong with a certificate, each
// looked at by itself so that one does not hide another.
type Findings struct {
	Chain, Name, Dates string
	// Gap is what the chain lacks.
	Gap Gap
	// NoRoots says that this machine has no list of authorities, so that
	// nothing is known of the chain.
	NoRoots bool
}

// Bad returns the findings that are none of "ok" and "not checked", the dates
// first: what they say is sure, and mended first.
func (f *Findings) Bad() []string {
	var out []string
	for _, text := range []string{f.Dates, f.Chain, f.Name} {
		if text != OK && text != NotChecked {
			out = append(out, text)
		}
	}
	return out
}

// Verifier looks at the certificates of one server.
type Verifier struct {
	Certs     []*x509.Certificate // as sent, the server's own first
	Reference string              // host name or address
	Roots     *x509.CertPool      // nil for the system's
	SkipChain bool
	Now       time.Time

	sent int // how many of Certs there were
}

// Findings looks at chain, name and dates.
func (v *Verifier) Findings() Findings {
	f := Findings{Chain: NotChecked, Name: NotChecked, Dates: NotChecked}
	if len(v.Certs) == 0 {
		f.Chain = "the server sent no certificate"
		return f
	}
	v.sent = len(v.Certs)
	v.Certs = v.Certs[:min(v.sent, MaxChain)]
	f.Name = v.name()
	f.Dates = v.ownDates()
	if !v.SkipChain {
		v.chain(&f)
	}
	return f
}

// verifyAt looks for a chain that is good at a time.
func (v *Verifier) verifyAt(at time.Time) error {
	intermediates := x509.NewCertPool()
	for _, c := range v.Certs[1:] {
		intermediates.AddCert(c)
	}
	_, err := v.Certs[0].Verify(x509.VerifyOptions{
		Roots: v.Roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// chain looks for a way from the certificate to an authority that is trusted.
// A date that is over must not hide whether there is one, so other moments
// are tried then.
func (v *Verifier) chain(f *Findings) {
	err := v.verifyAt(v.Now)
	if isExpired(err) {
		var invalid x509.CertificateInvalidError
		errors.As(err, &invalid)
		for _, at := range v.moments() {
			other := v.verifyAt(at)
			if other == nil {
				err = nil
				break
			}
			if isExpired(err) {
				err = other
			}
		}
		switch {
		case isExpired(err):
			f.Chain = "the dates of the certificates in the chain do not overlap"
			return
		case err == nil && f.Dates == OK && invalid.Cert != nil:
			f.Dates = datesOf(invalid.Cert, v.Now, "the certificate of the authority "+quotedName(invalid.Cert))
		}
	}
	f.Chain, f.Gap = v.chainText(err)
	if f.NoRoots = v.Roots == nil && err != nil && !systemHasRoots(); f.NoRoots {
		f.Chain, f.Gap = "this machine has no list of trusted authorities", NoGap
	}
}

// systemHasRoots reports whether this machine trusts any authority. One that
// trusts none, as in an empty container, must not blame the server.
func systemHasRoots() bool {
	pool, err := x509.SystemCertPool()
	return err == nil && !pool.Equal(x509.NewCertPool())
}

// moments are times at which one of the certificates begins or ends to be
// valid, a few at most: a server may send hundreds.
func (v *Verifier) moments() []time.Time {
	var out []time.Time
	for _, c := range v.Certs[:min(len(v.Certs), 4)] {
		out = append(out, c.NotAfter, c.NotBefore)
	}
	return out
}

func isExpired(err error) bool {
	var invalid x509.CertificateInvalidError
	return errors.As(err, &invalid) && invalid.Reason == x509.Expired
}

// chainText says in words why no chain is good.
func (v *Verifier) chainText(err error) (string, Gap) {
	leaf := v.Certs[0]
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return OK, NoGap
	case isSelfSigned(leaf):
		return "self-signed certificate: no authority vouches for it", Authority
	case errors.As(err, &unknown):
		return v.unknownText()
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return "the certificate is not meant for servers (extended key usage)", NoGap
	}
	return "bad chain: " + result.PrintableString(strings.TrimPrefix(err.Error(), "x509: ")), NoGap
}

func isSelfSigned(c *x509.Certificate) bool {
	return string(c.RawSubject) == string(c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// name holds the reference name against the certificate (RFC 9525; RFC 7672
// section 3.2.3 says which name is meant for mail).
func (v *Verifier) name() string {
	leaf := v.Certs[0]
	if leaf.VerifyHostname(v.Reference) == nil {
		return OK
	}
	names := namesOf(leaf)
	if len(names) == 0 {
		return fmt.Sprintf("the certificate bears no name of a host (subject %q alone does not count), so not %q", printableName(leaf.Subject.String()), result.PrintableString(v.Reference))
	}
	shown := strings.Join(names[:min(len(names), 5)], ", ")
	if len(names) > 5 {
		shown += fmt.Sprintf(" and %d more", len(names)-5)
	}
	return fmt.Sprintf("the certificate is not for %q but for %s", result.PrintableString(v.Reference), shown)
}

// ownDates looks at the dates of the server's own certificate.
func (v *Verifier) ownDates() string { return datesOf(v.Certs[0], v.Now, "the certificate") }

func datesOf(c *x509.Certificate, now time.Time, what string) string {
	const day = "2006-01-02"
	switch {
	case now.Before(c.NotBefore):
		return fmt.Sprintf("%s is not valid yet: it begins in %s, on %s", what, Days(c.NotBefore.Sub(now)), c.NotBefore.UTC().Format(day))
	case now.After(c.NotAfter):
		return fmt.Sprintf("%s expired %s ago, on %s", what, Days(now.Sub(c.NotAfter)), c.NotAfter.UTC().Format(day))
	}
	return OK
}

// Days is a time in words: days, or hours of the first day.
func Days(d time.Duration) string {
	n, unit := int(d/(24*time.Hour)), "day"
	if n == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// daysLeft counts whole days as days does, and below 0 those since the end;
// the first day after it is counted as one, because 0 would mean valid.
func daysLeft(c *x509.Certificate, now time.Time) int {
	left := c.NotAfter.Sub(now)
	if left < 0 {
		return min(int(left/(24*time.Hour)), -1)
	}
	return int(left / (24 * time.Hour))
}

// namesOf are the DNS names and addresses a certificate is for.
func namesOf(c *x509.Certificate) []string {
	var out []string
	for _, name := range c.DNSNames {
		out = append(out, printableName(name))
	}
	for _, ip := range c.IPAddresses {
		if addr, ok := netip.AddrFromSlice(ip); ok {
			out = append(out, addr.Unmap().String())
		}
	}
	if len(out) > maxNames {
		out = append(out[:maxNames], fmt.Sprintf("and %d more", len(out)-maxNames))
	}
	return out
}

func quotedName(c *x509.Certificate) string {
	return `"` + printableName(c.Subject.String()) + `"`
}

// printableName makes a name of a certificate harmless and short.
func printableName(name string) string { return result.Printable([]byte(name), result.MaxShown) }
