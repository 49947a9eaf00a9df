package prometheus

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func writer(w io.Writer) reporttest.Writer { return New(w, reporttest.Run()) }

func metricsOf(t testing.TB, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, writer, reporttest.EndOf(domains...), domains...)
}

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".prom", reporttest.Runs(), writer)
}

// parse reads metrics as Prometheus does and holds what it asks for beyond
// the format: no labels twice, each metric once.
func parse(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\n") {
		t.Errorf("not UTF-8, or no newline at the end: %q", text[max(0, len(text)-40):])
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, f := range families {
		if n := strings.Count("\n"+text, "\n# TYPE "+name+" gauge\n"); n != 1 || f.GetHelp() == "" {
			t.Errorf("%s is a gauge %d times, with the help %q; want once and some help", name, n, f.GetHelp())
		}
		seen := map[string]bool{}
		for _, m := range f.Metric {
			labels := m.Label
			slices.SortFunc(labels, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
			key := ""
			for _, l := range labels {
				key += l.GetName() + "=" + l.GetValue() + "\n"
				if l.GetValue() != result.PrintableString(l.GetValue()) || len(l.GetValue()) > 4*maxLabel {
					t.Errorf("%s has the label %s=%q", name, l.GetName(), l.GetValue())
				}
			}
			if seen[key] || m.TimestampMs != nil {
				t.Errorf("%s has twice, or with a timestamp: %s", name, key)
			}
			seen[key] = true
		}
	}
	return families
}

// value returns the value of the series with these labels, pairs of name and
// value; ok is false if there is none.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) (v float64, ok bool) {
	want := map[string]string{}
	for i := 0; i < len(labels); i += 2 {
		want[labels[i]] = labels[i+1]
	}
	for _, m := range families[name].GetMetric() {
		got := map[string]string{}
		for _, l := range m.Label {
			got[l.GetName()] = l.GetValue()
		}
		if maps.Equal(got, want) {
			return m.GetGauge().GetValue(), true
		}
	}
	return 0, false
}

func TestEveryInputIsRead(t *testing.T) {
	t.Parallel()
	for name, domains := range reporttest.Runs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			families := parse(t, metricsOf(t, domains...))
			for _, always := range []string{
				"mxprobe_build_info", "mxprobe_last_run_exit_code", "mxprobe_last_run_timestamp_seconds", "mxprobe_last_run_duration_seconds",
			} {
				if len(families[always].GetMetric()) != 1 {
					t.Errorf("no %s", always)
				}
			}
			oneIsSet(t, families, len(domains), "mxprobe_domain_success", "mxprobe_domain_failed", "mxprobe_domain_inconclusive", "mxprobe_domain_skipped")
			checks := reporttest.EndOf(domains...).Dialogues
			all := checks.Total()
			if name == "checked" {
				all = 0 // findings say what those dialogues came to
				if n := len(families["mxprobe_findings"].GetMetric()); n != len(result.Severities()) {
					t.Errorf("%d counts of findings; want one for each severity", n)
				}
			}
			oneIsSet(t, families, all, "mxprobe_success", "mxprobe_failed", "mxprobe_inconclusive", "mxprobe_skipped")
		})
	}
}

// oneIsSet holds that each of n label sets has all of the metrics and that
// one of them is 1, so that an alert on one never misses the other.
func oneIsSet(t *testing.T, families map[string]*dto.MetricFamily, n int, names ...string) {
	t.Helper()
	sums := map[string]float64{}
	for _, name := range names {
		for _, m := range families[name].GetMetric() {
			key := ""
			for _, l := range m.Label {
				key += l.String()
			}
			sums[key] += m.GetGauge().GetValue()
		}
		if got := len(families[name].GetMetric()); got != n {
			t.Errorf("%s has %d series; want %d", name, got, n)
		}
	}
	for key, sum := range sums {
		if sum != 1 {
			t.Errorf("of %v the sum is %v for %s; want 1", names, sum, key)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	encrypted := reporttest.EncryptedDomain()
	encrypted.Domain = "secure.test"
	domains := append(reporttest.List(), encrypted)
	domains[0].Domain = "pass.test"
	offering := &domains[0].Hosts[0].Addresses[0].Checks[0].Steps[1]
	offering.Text = append(offering.Text, "starttls")
	explained := &domains[1].Hosts[1].Addresses[0].Checks[0]
	explained.Cause, explained.Whose = "network-silence", "network"
	examined := reporttest.ExaminedDomain()
	examined.Domain = "audit.test"
	f := parse(t, metricsOf(t, append(domains, examined)...))
	at := func(domain, scenario, mx, ip string, more ...string) []string {
		return append([]string{"domain", domain, "scenario", scenario, "mx", mx, "ip", ip, "port", "25"}, more...)
	}
	const mx1, mx2 = "mx1.fabrikam.test", "mx2.fabrikam.test"
	bad := "bad sender is refused"
	for _, tt := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"mxprobe_build_info", []string{"version", "0.1.0"}, 1},
		{"mxprobe_last_run_exit_code", nil, 1},
		{"mxprobe_last_run_duration_seconds", nil, 0.9},
		{"mxprobe_last_run_timestamp_seconds", nil, float64(time.Date(2026, 3, 4, 5, 6, 7, 9e8, time.UTC).UnixMilli()) / 1000},
		{"mxprobe_domain_success", []string{"domain", "pass.test"}, 1},
		{"mxprobe_domain_failed", []string{"domain", "fabrikam.test"}, 1},
		{"mxprobe_domain_failed", []string{"domain", "nosuch.test"}, 1},
		{"mxprobe_domain_failed", []string{"domain", "contoso.test"}, 0},
		{"mxprobe_domain_inconclusive", []string{"domain", "contoso.test"}, 1},
		{"mxprobe_domain_accepts_mail", []string{"domain", "pass.test"}, 1},
		{"mxprobe_domain_accepts_mail", []string{"domain", "fabrikam.test"}, 1},
		{"mxprobe_domain_accepts_mail", []string{"domain", "nosuch.test"}, 0},
		{"mxprobe_domain_degraded", []string{"domain", "fabrikam.test"}, 1},
		{"mxprobe_domain_degraded", []string{"domain", "pass.test"}, 0},
		{"mxprobe_domain_hosts", []string{"domain", "nomail.test"}, 0},
		{"mxprobe_dns_lookup_duration_seconds", []string{"domain", "nomail.test"}, 0.004},
		{"mxprobe_mx_preference", []string{"domain", "fabrikam.test", "mx", mx2}, 20},
		{"mxprobe_mx_addresses", []string{"domain", "fabrikam.test", "mx", "mx3.fabrikam.test"}, 0},
		{"mxprobe_success", at("pass.test", "basic send", mx1, "192.0.2.10"), 1},
		{"mxprobe_duration_seconds", at("pass.test", "basic send", mx2, "198.51.100.7"), 121},
		{"mxprobe_attempts", at("pass.test", "basic send", mx2, "198.51.100.7"), 2},
		{"mxprobe_connect_duration_seconds", at("pass.test", "basic send", mx1, "192.0.2.10"), 0.009},
		{"mxprobe_starttls_offered", at("pass.test", "basic send", mx1, "192.0.2.10"), 1},
		{"mxprobe_starttls_offered", at("pass.test", "basic send", mx1, "2001:db8::10"), 0},
		{"mxprobe_failed", at("fabrikam.test", bad, mx1, "192.0.2.10"), 1},
		{"mxprobe_failed_step", at("fabrikam.test", bad, mx1, "192.0.2.10", "reason", "reply"), 3},
		{"mxprobe_failed_step", at("fabrikam.test", "basic send", mx2, "2001:db8::20", "reason", "timeout", "cause", "network-silence", "whose", "network"), 0},
		{"mxprobe_finding", []string{"domain", "audit.test", "mx", mx1, "ip", "192.0.2.10", "id", "ptr.missing", "severity", "fail"}, 1},
		{"mxprobe_finding", []string{"domain", "audit.test", "mx", "", "ip", "", "id", "dmarc.none", "severity", "warn"}, 1},
		{"mxprobe_skipped", at("fabrikam.test", "DSN request", mx1, "192.0.2.10"), 1},
		{"mxprobe_step_duration_seconds", at("fabrikam.test", bad, mx1, "192.0.2.10", "step", "3"), 0.0415},
		{"mxprobe_step_reply_code", at("fabrikam.test", bad, mx1, "192.0.2.10", "step", "3"), 250},
		{"mxprobe_step_reply_code", at("fabrikam.test", bad, mx1, "192.0.2.10", "step", "0"), 220},
		{"mxprobe_step_reply_code", at("pass.test", "basic send", mx2, "198.51.100.7", "step", "3"), 250}, // it was 451 at first
		{"mxprobe_warning", at("contoso.test", "basic send", "mx1.contoso.test", "192.0.2.30"), 1},
		{"mxprobe_inconclusive", at("contoso.test", "basic send", "mx2.contoso.test", "192.0.2.31"), 1}, // not run
		{"mxprobe_tls_info", at("secure.test", "basic send", mx1, "192.0.2.10", "version", "TLS 1.3", "cipher", "TLS_AES_128_GCM_SHA256"), 1},
		{
			"mxprobe_tls_certificate_not_after_timestamp_seconds", at("secure.test", "basic send", mx1, "192.0.2.10"),
			float64(time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC).Unix()),
		},
	} {
		if got, ok := value(f, tt.name, tt.labels...); !ok || got != tt.want {
			t.Errorf("%s%q = %v, %v; want %v", tt.name, tt.labels, got, ok, tt.want)
		}
	}
	for _, tt := range []struct {
		name   string
		labels []string
	}{
		{"mxprobe_domain_accepts_mail", []string{"domain", "contoso.test"}}, // mail waits
		{"mxprobe_failed_step", at("pass.test", "basic send", mx1, "192.0.2.10", "reason", "")},
		{"mxprobe_connect_duration_seconds", at("fabrikam.test", "basic send", mx2, "2001:db8::20")},
		{"mxprobe_starttls_offered", at("fabrikam.test", "basic send", mx2, "2001:db8::20")},
		{"mxprobe_step_reply_code", at("fabrikam.test", "basic send", mx2, "2001:db8::20", "step", "0")},
		{"mxprobe_tls_info", at("pass.test", "basic send", mx1, "192.0.2.10", "version", "", "cipher", "")},
	} {
		if got, ok := value(f, tt.name, tt.labels...); ok {
			t.Errorf("%s%q = %v; want no value", tt.name, tt.labels, got)
		}
	}
}

// TestNoLabelsTwice: Prometheus drops a whole file in which two series have
// the same labels.
func TestNoLabelsTwice(t *testing.T) {
	t.Parallel()
	again := reporttest.Passed("basic send", "mx1")
	numbered := reporttest.Passed("basic send#2", "mx1")
	long := reporttest.Passed(strings.Repeat("x", 500)+"1", "mx1")
	other := reporttest.Passed(strings.Repeat("x", 500)+"2", "mx1")
	a := reporttest.Address("192.0.2.1", again, numbered, again, again, long, other)
	d := reporttest.Domain("fabrikam.test", reporttest.Host(10, "mx1", a, a), reporttest.Host(20, "mx1", a))
	f := parse(t, metricsOf(t, d, d, reporttest.NullMX(), reporttest.NullMX()))
	if got, want := len(f["mxprobe_success"].GetMetric()), 2*3*6; got != want {
		t.Errorf("%d series; want %d", got, want)
	}
	for _, labels := range [][]string{
		{"domain", "fabrikam.test", "scenario", "basic send", "mx", "mx1", "ip", "192.0.2.1", "port", "25"},
		{"domain", "fabrikam.test", "scenario", "basic send#2", "mx", "mx1", "ip", "192.0.2.1", "port", "25"},
		{"domain", "fabrikam.test", "scenario", "basic send#3", "mx", "mx1", "ip", "192.0.2.1", "port", "25"},
		{"domain", "fabrikam.test", "scenario", "basic send", "mx", "mx1#2", "ip", "192.0.2.1", "port", "25"},
		{"domain", "fabrikam.test#2", "scenario", "basic send", "mx", "mx1", "ip", "192.0.2.1", "port", "25"},
	} {
		if _, ok := value(f, "mxprobe_success", labels...); !ok {
			t.Errorf("no mxprobe_success%q", labels)
		}
	}
}

// TestServerOfADomain: a server that a scenario names for a domain is told
// from the domain in the way in which all reports tell them.
func TestServerOfADomain(t *testing.T) {
	t.Parallel()
	d, at := reporttest.PassingDomain(), reporttest.MixedDomain()
	at.Domain, at.Server = d.Domain, "mx9.fabrikam.test"
	f := parse(t, metricsOf(t, d, at))
	for name, want := range map[string]float64{d.Domain: 1, d.Domain + " at mx9.fabrikam.test": 0} {
		if got, ok := value(f, "mxprobe_domain_success", "domain", name); !ok || got != want {
			t.Errorf("mxprobe_domain_success of %q = %v, %t; want %v", name, got, ok, want)
		}
	}
}

// TestConstantLabels: two files of one collector must have no series in
// common.
func TestConstantLabels(t *testing.T) {
	t.Parallel()
	d := reporttest.EncryptedDomain()
	write := func(run string) string {
		return reporttest.Written(t, func(w io.Writer) reporttest.Writer {
			return New(w, reporttest.Run(), Label{"run", run})
		}, reporttest.EndOf(d), d)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(write("hourly") + write("da\"ily")) {
		if !strings.HasPrefix(line, "#") && lines[line] {
			t.Errorf("twice: %s", line)
		}
		lines[line] = true
	}
	if v, ok := value(parse(t, write("da\"ily")), "mxprobe_last_run_exit_code", "run", "da\"ily"); !ok || v != 1 {
		t.Errorf("the exit status with the label = %v, %v; want 1", v, ok)
	}
}

func TestErrorsOfTheWriterStay(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}

func FuzzNames(f *testing.F) {
	f.Add("fabrikam.test", "basic send", "mx1.fabrikam.test", "192.0.2.1")
	f.Add(reporttest.Hostile, reporttest.Forged, "a\nb{c=\"d\"} 1", "\\\"\n")
	f.Add("basic send#2", "basic send", "\xff\xfe", "}")
	f.Fuzz(func(t *testing.T, domain, scenario, mx, ip string) {
		c := reporttest.Failed(mx)
		c.Scenario, c.Reason = scenario, result.Reason(mx)
		c.TLS = &result.TLSState{Version: domain, Cipher: scenario}
		d := reporttest.Domain(domain, reporttest.Host(10, mx, reporttest.Address(ip, c, c)), reporttest.Host(10, scenario))
		families := parse(t, metricsOf(t, d, d))
		if got := len(families["mxprobe_failed_step"].GetMetric()); got != 4 {
			t.Errorf("%d series of 4 are read", got)
		}
		if _, ok := value(families, "mxprobe_domain_hosts", "domain", label(domain)); !ok {
			t.Errorf("the domain %q is not read back", domain)
		}
	})
}

// TestALongListHasTheWorst: of a list without an end a thousand domains have series,
// those that failed in front wherever they stand, and what is left out is counted.
func TestALongListHasTheWorst(t *testing.T) {
	t.Parallel()
	const passed, waiting, failed = 2500, 400, 7
	domains := make([]*result.Domain, 0, passed+waiting+failed)
	for i := range passed + waiting + failed {
		d := result.Domain{Domain: fmt.Sprintf("d%d.test", i), Status: result.Pass, Hosts: []result.Host{{Name: "mx1.example.org", Addresses: []result.Address{}}}}
		switch {
		case i >= passed+waiting:
			d.Status = result.Fail
		case i >= passed:
			d.Status = result.Inconclusive
		}
		domains = append(domains, &d)
	}
	end := &result.End{Exit: 1, Status: result.Fail, List: &result.List{Domains: result.Counts{Pass: passed, Inconclusive: waiting, Fail: failed}}}
	end.List.Providers.Rows = []result.Row{{Name: "others", Domains: result.Counts{Pass: 1}}, {Name: "example.org", Domains: result.Counts{Fail: failed}}}
	end.List.Providers.Others = result.Counts{Pass: 3}
	families := parse(t, reporttest.Written(t, writer, end, domains...))
	sum := func(name string) (n, sum float64) {
		for _, m := range families[name].GetMetric() {
			n++
			sum += m.GetGauge().GetValue()
		}
		return n, sum
	}
	for name, want := range map[string]float64{"failed": failed, "inconclusive": waiting, "success": maxDomains - waiting - failed} {
		if n, got := sum("mxprobe_domain_" + name); n != maxDomains || got != want {
			t.Errorf("mxprobe_domain_%s: %v series with the sum %v; want %d with %v", name, n, got, maxDomains, want)
		}
	}
	if n, _ := sum("mxprobe_mx_preference"); n != maxDomains {
		t.Errorf("%v hosts; want those of %d domains", n, maxDomains)
	}
	for _, tt := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"domains", []string{"verdict", "pass"}, passed},
		{"domains", []string{"verdict", "fail"}, failed},
		{"domains", []string{"verdict", "warn"}, 0},
		{"domains_left_out", nil, passed + waiting + failed - maxDomains},
		{"provider_domains", []string{"provider", "example.org", "verdict", "fail"}, failed},
		{"provider_domains", []string{"provider", "others", "verdict", "pass"}, 1},
		{"provider_domains", []string{"provider", "others#2", "verdict", "pass"}, 3},
	} {
		if got, ok := value(families, "mxprobe_last_run_"+tt.name, tt.labels...); !ok || got != tt.want {
			t.Errorf("mxprobe_last_run_%s%v is %v, %t; want %v", tt.name, tt.labels, got, ok, tt.want)
		}
	}
}
