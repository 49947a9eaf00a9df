package html

import (
	"bytes"
	"flag"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "write the golden files again")

// pageOf writes a run as a page.
func pageOf(t testing.TB, again bool, domains ...result.Domain) []byte {
	t.Helper()
	return pageBy(t, reporttest.Run(domains...), func(w *Writer) {
		if again {
			w.Again = reporttest.Again
		}
	})
}

// pageBy writes a run with a writer that was set up beforehand.
func pageBy(t testing.TB, run *result.Run, set func(w *Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := New(&b, run)
	set(w)
	for i := range run.Domains {
		if err := w.Domain(&run.Domains[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(&run.End); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, domains := range map[string][]result.Domain{
		"pass":      {*reporttest.PassingDomain()},
		"typical":   {typical()},
		"list":      append(reporttest.AllDomains(), *reporttest.EncryptedDomain(), *reporttest.Interrupted()),
		"hostile":   {*reporttest.HostileDomain(), *reporttest.ForgingDomain()},
		"vantages":  {*reporttest.SeveralVantages()},
		"no-domain": nil,
	} {
		reporttest.Golden(t, *update, name+".html", bare(t, pageOf(t, name != "pass", domains...)))
	}
}

// bare returns a page with marks in place of its style, its script and the
// sums of both. Each has to be there once, and whole.
func bare(t *testing.T, page []byte) string {
	t.Helper()
	text := string(page)
	for _, name := range []string{"report.css", "report.js"} {
		file, err := files.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for what, part := range map[string]string{name: string(file), "the sum of " + name: "sha256-" + sha(string(file))} {
			if n := strings.Count(text, part); n != 1 {
				t.Errorf("the page has %s %d times; want once", what, n)
			}
			text = strings.ReplaceAll(text, part, "["+what+"]")
		}
	}
	return text
}

// typical is a domain with most of what can be said of one.
func typical() result.Domain {
	d := *reporttest.MixedDomain()
	tls := reporttest.EncryptedDomain()
	host := tls.Hosts[0]
	host.Name, host.Preference = "mx4.fabrikam.test", 40
	for i := range host.Addresses {
		host.Addresses[i].IP = []string{"203.0.113.9", "2001:db8::9"}[i]
	}
	grey := reporttest.PassingDomain().Hosts[1]
	grey.Name, grey.Preference = "mx5.fabrikam.test", 50
	d.Hosts = append(d.Hosts, host, grey)
	d.Differences = []result.Difference{{
		Property: "keyword STARTTLS", Message: "mx2.fabrikam.test does not offer STARTTLS, all others do",
		Values: []result.Variant{
			{Value: "offered", Where: []string{"mx1.fabrikam.test 192.0.2.10:25", "mx4.fabrikam.test 203.0.113.9:25"}},
			{Value: "", Where: []string{"mx5.fabrikam.test 198.51.100.7:25"}},
		},
	}}
	d.Changes = []result.Change{
		{Kind: result.ChangeKeywordLost, Where: "mx5.fabrikam.test 198.51.100.7:25", Before: "STARTTLS", Regression: true, Message: "STARTTLS is not offered any more"},
		{Kind: result.ChangeMXAdded, Where: "mx4.fabrikam.test", Now: "40 mx4.fabrikam.test", Message: "a host more"},
	}
	return d
}
