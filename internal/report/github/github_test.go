package github

import (
	"flag"
	"io"
	"strings"
	"testing"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

const token = "d41d8cd98f00b204e9800998"

func writer(w io.Writer) reporttest.Writer {
	return New(w, report.Options{Again: reporttest.Again}, token)
}

func written(t *testing.T, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, writer, reporttest.EndOf(domains...), domains...)
}

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".log", reporttest.Runs(), writer)
}

// wanted is an annotation that there has to be.
type wanted struct {
	name  string
	holds []string
}

// wantedOf are the annotations of a domain: one for each entry that needs one,
// one for what a rule found anywhere, one for what is not known for one reason.
func wantedOf(d *result.Domain) []wanted {
	var all []wanted
	for e := range report.Entries(d) {
		if e.Finding != nil {
			continue
		}
		switch k := e.Kind(); {
		case k == report.Failed || k == report.Unknown:
			all = append(all, wanted{"error", []string{e.Why(), e.Place()}})
		case k == report.Excused || e.Status() == result.Warn:
			all = append(all, wanted{"warning", []string{e.Why(), e.Place()}})
		}
	}
	names := map[result.Severity]string{result.SeverityFail: "error", result.SeverityInconclusive: "error", result.SeverityWarn: "warning", result.SeverityNote: "notice"}
	for _, s := range result.Severities() {
		var last wanted
		reason := ""
		for _, f := range d.Findings {
			if f.Severity != s || s == result.SeverityOK {
				continue
			}
			about := f.ID
			if s == result.SeverityInconclusive {
				about = f.Subject.String() + f.Evidence
			}
			if about != reason && reason != "" {
				all = append(all, last)
				last.holds = nil
			}
			reason = about
			last.name = names[s]
			last.holds = append(last.holds, result.PrintableString(f.ID), result.PrintableString(f.Evidence))
		}
		if reason != "" {
			all = append(all, last)
		}
	}
	return all
}

// TestRunnerObeysNothingElse: what the runner takes for commands is one
// annotation for each entry that needs one, and what it shows is the text.
func TestRunnerObeysNothingElse(t *testing.T) {
	t.Parallel()
	all := reporttest.Runs()
	all["compared"] = []*result.Domain{reporttest.ChangedDomain(), reporttest.ForgingComparison()}
	for name, domains := range all {
		var r reporttest.Runner
		r.Run(written(t, domains...))
		if r.StopToken != "" {
			t.Errorf("%s: commands stay stopped", name)
		}
		var want []wanted
		for _, d := range domains {
			want = append(want, wantedOf(d)...)
		}
		if name == "empty" {
			want = []wanted{{name: "error"}}
		}
		if len(r.Obeyed) != len(want) {
			t.Fatalf("%s: %d commands; want %d: %+v", name, len(r.Obeyed), len(want), r.Obeyed)
		}
		for i := range want {
			c := r.Obeyed[i]
			if c.Name != want[i].name || c.Properties["title"] == "" {
				t.Errorf("%s: command %d is %+v; want %s with a title", name, i, c, want[i].name)
			}
			for _, part := range want[i].holds {
				if !strings.Contains(c.Data, part) {
					t.Errorf("%s: the message %q does not hold %q", name, c.Data, part)
				}
			}
		}
		var text strings.Builder
		w := report.NewText(&text, report.Options{Again: reporttest.Again})
		for _, d := range domains {
			_ = w.Domain(d)
		}
		_ = w.End(reporttest.EndOf(domains...))
		var lines []string
		for l := range strings.Lines(text.String()) {
			if l != "\n" {
				lines = append(lines, strings.TrimSuffix(l, "\n"))
			}
		}
		if got := strings.Join(r.Shown, "\n"); got != strings.Join(lines, "\n") {
			t.Errorf("%s: shown:\n%s\nwant:\n%s", name, got, text.String())
		}
	}
}

// TestAnnotation names by hand where annotations point.
func TestAnnotation(t *testing.T) {
	t.Parallel()
	var r reporttest.Runner
	r.Run(written(t, reporttest.MixedDomain(), reporttest.UncertainDomain()))
	type place struct{ name, file, line, col, title, first string }
	var got []place
	for _, c := range r.Obeyed {
		first, _, _ := strings.Cut(c.Data, "\n")
		got = append(got, place{c.Name, c.Properties["file"], c.Properties["line"], c.Properties["col"], c.Properties["title"], first})
	}
	want := []place{
		{"error", "bad-sender.yaml", "9", "13", "FAIL bad sender is refused", "fabrikam.test, mx1.fabrikam.test 192.0.2.10:25: expected 5xx, got 250 2.1.5 Ok"},
		{"error", "", "", "", "FAIL basic send", "fabrikam.test, mx2.fabrikam.test [2001:db8::20]:25: connect: no answer in 10s"},
		{"error", "", "", "", "FAIL fabrikam.test", "fabrikam.test, mx3.fabrikam.test: no such name: mx3.fabrikam.test"},
		{"warning", "", "", "", "WARN basic send", "contoso.test, mx1.contoso.test 192.0.2.30:25: the greeting took 6.2s, more than 5s"},
		{"warning", "bad-sender.yaml", "9", "13", "WARN bad sender is refused", "contoso.test, mx1.contoso.test 192.0.2.30:25: may fail (the old machine goes in March): expected 5xx, got 250 2.1.5 Ok"},
		{"error", "send.yaml", "6", "5", "INCONCLUSIVE basic send", "contoso.test, mx1.contoso.test [2001:db8::30]:25: expected 2xx, got 451 4.7.1 Greylisted, come back later"},
		{"error", "", "", "", "NOT RUN basic send", "contoso.test, mx2.contoso.test 192.0.2.31:25: stopped"},
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("annotations:\n%+v\nwant:\n%+v", got, want)
		}
	}
	// A built-in scenario is no file that GitHub could show.
	d := reporttest.MixedDomain()
	d.Hosts[0].Addresses[0].Checks[1].Steps[3].File = "@bad-sender"
	r = reporttest.Runner{}
	r.Run(written(t, d))
	if p := r.Obeyed[0].Properties; p["file"] != "" || p["line"] != "" || p["title"] == "" {
		t.Errorf("properties of a built-in scenario: %v", p)
	}
}

func TestEscapes(t *testing.T) {
	t.Parallel()
	const s = "100%, a:b\r\n%0A::error::x"
	line := command("error", []property{{"file", "a,b:c%0A.yaml"}, {"title", "t"}}, s)
	if want := "::error file=a%2Cb%3Ac%250A.yaml,title=t::100%25, a:b%0D%0A%250A::error::x\n"; line != want {
		t.Errorf("command = %q; want %q", line, want)
	}
	var r reporttest.Runner
	r.Run(line)
	if c := r.Obeyed[0]; c.Data != s || c.Properties["file"] != "a,b:c%0A.yaml" {
		t.Errorf("read back: %+v", c)
	}
}

// TestQuietRunsWriteNothing: the text of a quiet run in which all is well is
// empty, and so is the log.
func TestQuietRunsWriteNothing(t *testing.T) {
	t.Parallel()
	quiet := func(w io.Writer) reporttest.Writer { return New(w, report.Options{Verbose: -1}, token) }
	d := reporttest.PassingDomain()
	if got := reporttest.Written(t, quiet, reporttest.EndOf(d), d); got != "" {
		t.Errorf("quiet: %q", got)
	}
	got := reporttest.Written(t, quiet, &result.End{Status: result.Pass, Exit: 130}, d)
	if !strings.Contains(got, "\n::error title=mxprobe::the run ended with exit status 130") {
		t.Errorf("stopped: %q", got)
	}
}

// TestTokenHasToBeSound: a token that a server could guess, or that ends the
// line, is worse than none, since people rely on it.
func TestTokenHasToBeSound(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "pause", "error-error-err", "0123456789abcde\n", "0123456789abc::def", "0123456789abcdéf"} {
		var out strings.Builder
		w := New(&out, report.Options{}, bad)
		if w.Domain(reporttest.PassingDomain()) == nil || w.End(&result.End{}) == nil || out.Len() > 0 {
			t.Errorf("the token %q is accepted", bad)
		}
	}
}

func TestErrorStays(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}
