package report

import (
	"slices"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

// TestSentences: the first thing to read.
func TestSentences(t *testing.T) {
	t.Parallel()
	milder := *reporttest.MixedDomain()
	milder.Status = result.Pass
	warned := *reporttest.UncertainDomain()
	warned.Hosts = warned.Hosts[:1]
	warned.Hosts[0].Addresses = warned.Hosts[0].Addresses[:1]
	warned.Status = result.Warn
	failedAll := *reporttest.Domain("x.test", reporttest.Host(10, "mx", reporttest.Address("192.0.2.1", reporttest.Failed("mx"))))
	dead := *reporttest.Domain("x.test", reporttest.DeadHost())
	strange := *reporttest.PassingDomain()
	strange.Status, strange.Message = result.Fail, "something about the domain as a whole"
	for _, tt := range []struct {
		name string
		d    result.Domain
		want string
	}{
		{"all passed", *reporttest.PassingDomain(), "All 3 addresses of fabrikam.test passed"},
		{"one passed", *reporttest.ImplicitMX(), "The only address of www.fabrikam.test passed"},
		{"failed", *reporttest.EncryptedDomain(), "1 of 2 addresses of fabrikam.test failed: mx1.fabrikam.test [2001:db8::10]:25, basic send: the certificate expired 3 days ago"},
		{"failed and dead", *reporttest.MixedDomain(), "Both addresses of fabrikam.test failed, and it has 1 host without address. First: mx1.fabrikam.test 192.0.2.10:25, bad sender is refused: expected 5xx, got 250 2.1.5 Ok"},
		{"the only one failed", failedAll, "The only address of x.test failed: mx 192.0.2.1:25, bad sender is refused: expected 5xx, got 250 2.1.5 Ok"},
		{"dead", dead, "x.test has 1 host without address: mx3.fabrikam.test: no such name: mx3.fabrikam.test"},
		{"inconclusive", *reporttest.UncertainDomain(), "1 of 3 addresses of contoso.test is inconclusive: mx1.contoso.test [2001:db8::30]:25, basic send: expected 2xx, got 451 4.7.1 Greylisted, come back later"},
		{"warned", warned, "contoso.test passed with a warning: mx1.contoso.test 192.0.2.30:25, basic send: the greeting took 6.2s, more than 5s"},
		{"need not pass", milder, "fabrikam.test passed; 3 of 3 failed and need not pass: mx1.fabrikam.test 192.0.2.10:25, bad sender is refused: expected 5xx, got 250 2.1.5 Ok"},
		{"as a whole", strange, "fabrikam.test failed: something about the domain as a whole"},
		{"checked", *reporttest.CheckedDomain(), "fabrikam.test failed: the SPF record cannot be read: ip4:x"},
		{"checked, with warnings", *withWarnings(reporttest.CheckedDomain()), "fabrikam.test passed with a warning: STARTTLS is not offered: not in the reply to EHLO"},
		{"checked, sound", *soundly(reporttest.CheckedDomain()), "fabrikam.test is sound"},
		{"checked, sound as far as is known", *known(reporttest.CheckedDomain()), "fabrikam.test passed, with 2 things not known"},
		{"examined", *reporttest.ExaminedDomain(), "fabrikam.test failed: the address has a name: 10.2.0.192.in-addr.arpa has no PTR record"},
		{"null MX", *reporttest.NullMX(), "nomail.test: takes no mail (null MX)"},
		{"no such domain", *reporttest.NoSuchDomain(), "nosuch.test: no such domain"},
	} {
		if got := Sentence(&tt.d); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

// keep leaves the findings of some severities, and what they amount to.
func keep(d *result.Domain, v result.Verdict, severities ...result.Severity) *result.Domain {
	d.Findings = slices.DeleteFunc(d.Findings, func(f result.Finding) bool { return !slices.Contains(severities, f.Severity) })
	d.Status, d.Reason, d.Message = v, result.None, ""
	return d
}

func withWarnings(d *result.Domain) *result.Domain {
	return keep(d, result.Warn, result.SeverityWarn, result.SeverityNote, result.SeverityOK)
}

func soundly(d *result.Domain) *result.Domain {
	return keep(d, result.Pass, result.SeverityNote, result.SeverityOK)
}

func known(d *result.Domain) *result.Domain {
	return keep(d, result.Pass, result.SeverityInconclusive, result.SeverityOK)
}
