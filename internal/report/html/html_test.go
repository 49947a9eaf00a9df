package html

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "write the golden files again")

// pageOf writes a run as a page.
func pageOf(t testing.TB, again bool, domains ...result.Domain) []byte {
	t.Helper()
	run := reporttest.Run(domains...)
	var b bytes.Buffer
	w := New(&b, run)
	if again {
		w.Again = reporttest.Again
	}
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
		"no-domain": nil,
	} {
		got := pageOf(t, name != "pass", domains...)
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs; read it and write it again with -update", file)
		}
	}
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
