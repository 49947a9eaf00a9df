package report

import (
	"bytes"
	"flag"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func textOf(t *testing.T, o Options, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, func(w io.Writer) reporttest.Writer { return NewText(w, o) }, reporttest.EndOf(domains...), domains...)
}

func TestTextGolden(t *testing.T) {
	t.Parallel()
	one := func(d *result.Domain) []*result.Domain { return []*result.Domain{d} }
	for _, tt := range []struct {
		name    string
		opt     Options
		domains []*result.Domain
	}{
		{"pass", Options{}, one(reporttest.PassingDomain())},
		{"pass-80-color", Options{Width: 80, Color: true}, one(reporttest.PassingDomain())},
		{"pass-v", Options{Verbose: 1}, one(reporttest.PassingDomain())},
		{"pass-vv", Options{Verbose: 2}, one(reporttest.PassingDomain())},
		{"mixed", Options{Again: reporttest.Again}, one(reporttest.MixedDomain())},
		{"mixed-80", Options{Width: 80, Again: reporttest.Again}, one(reporttest.MixedDomain())},
		{"mixed-80-color", Options{Width: 80, Color: true, Again: reporttest.Again}, one(reporttest.MixedDomain())},
		{"mixed-40", Options{Width: 40, Again: reporttest.Again}, one(reporttest.MixedDomain())},
		{"mixed-v", Options{Verbose: 1, Again: reporttest.Again}, one(reporttest.MixedDomain())},
		{"uncertain", Options{Again: reporttest.Again}, one(reporttest.UncertainDomain())},
		{"uncertain-80", Options{Width: 80}, one(reporttest.UncertainDomain())},
		{"nohosts", Options{Again: reporttest.Again}, []*result.Domain{reporttest.NullMX(), reporttest.NoSuchDomain(), reporttest.ImplicitMX(), reporttest.NamedServer()}},
		{"list", Options{List: true, Again: reporttest.Again}, []*result.Domain{reporttest.PassingDomain(), reporttest.ImplicitMX(), reporttest.NullMX(), reporttest.PassingDomain(), reporttest.MixedDomain(), reporttest.NamedServer()}},
		{"mixed-quiet", Options{Verbose: -1}, one(reporttest.MixedDomain())},
		{"list-quiet", Options{List: true, Verbose: -1}, []*result.Domain{reporttest.PassingDomain(), reporttest.NullMX(), reporttest.ImplicitMX(), reporttest.NoSuchDomain()}},
		{"changed", Options{Again: reporttest.Again}, one(reporttest.ChangedDomain())},
		{"changed-80-color", Options{Width: 80, Color: true}, one(reporttest.ChangedDomain())},
		{"examined", Options{}, one(reporttest.ExaminedDomain())},
		{"checked", Options{}, one(reporttest.CheckedDomain())},
		{"checked-80-v", Options{Width: 80, Verbose: 1}, one(reporttest.CheckedDomain())},
		{"checked-quiet", Options{Verbose: -1}, one(reporttest.CheckedDomain())},
		{"examined-80-v", Options{Width: 80, Verbose: 1}, one(reporttest.ExaminedDomain())},
		{"regressed", Options{}, one(reporttest.RegressedDomain())},
		{"changed-40", Options{Width: 40}, one(reporttest.ChangedDomain())},
		{"changed-quiet", Options{Verbose: -1}, one(reporttest.ChangedDomain())},
		{"changed-list", Options{List: true}, []*result.Domain{reporttest.ChangedDomain(), reporttest.ImplicitMX()}},
		{"forging-80", Options{Width: 80}, one(reporttest.ForgingComparison())},
		{"hostile", Options{Again: reporttest.Again}, one(reporttest.HostileDomain())},
		{"hostile-80-v", Options{Width: 80, Verbose: 1, Again: reporttest.Again}, one(reporttest.HostileDomain())},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reporttest.Golden(t, *update, "text-"+tt.name+".txt", textOf(t, tt.opt, tt.domains...))
		})
	}
}

func TestMXGolden(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"mx": {}, "mx-80-color": {Width: 80, Color: true}} {
		var out bytes.Buffer
		for _, d := range []*result.Domain{reporttest.MixedDomain(), reporttest.NullMX(), reporttest.NoSuchDomain(), reporttest.ImplicitMX(), reporttest.NamedServer(), reporttest.HostileDomain()} {
			if err := MX(&out, o, d); err != nil {
				t.Fatal(err)
			}
		}
		reporttest.Golden(t, *update, name+".txt", out.String())
	}
}

func everyDomain() []*result.Domain {
	var all []*result.Domain
	for _, d := range reporttest.AllDomains() {
		all = append(all, &d)
	}
	return append(all, reporttest.HostileDomain())
}

// TestNoWidthLosesAddressOrVerdict: the narrower the terminal, the shorter
// the names, but what failed and where stays whole, and on a line that a
// search finds.
func TestNoWidthLosesAddressOrVerdict(t *testing.T) {
	t.Parallel()
	for _, width := range []int{-5, 1, 40, 41, 60, 72, 79, 80, 81, 100, 132, 200} {
		for _, d := range reporttest.AllDomains() {
			text := textOf(t, Options{Width: width}, &d)
			lines := strings.Split(text, "\n")
			verdicts := 0
			for _, l := range lines {
				if w, _, _ := strings.Cut(l, "  "); w == "PASS" || w == "FAIL" || w == "WARN" || w == "SKIP" || w == "INCONCLUSIVE" || w == "NOT RUN" {
					verdicts++
				}
				if strings.HasSuffix(l, " ") {
					t.Errorf("width %d, %s: blanks at the end of %q", width, d.Domain, l)
				}
			}
			want := 0
			for i := range d.Hosts {
				if len(d.Hosts[i].Addresses) == 0 {
					want++
				}
				for j := range d.Hosts[i].Addresses {
					a := &d.Hosts[i].Addresses[j]
					want += len(a.Checks)
					if at := HostPort(a.IP, a.Port); len(a.Checks) > 0 && !strings.Contains(text, at) {
						t.Errorf("width %d, %s: no %s in\n%s", width, d.Domain, at, text)
					}
				}
			}
			if len(d.Hosts) == 0 {
				want = 1
			}
			for i := range d.Findings {
				if v := d.Findings[i].Severity.Verdict(); v > result.Pass {
					want++
				}
			}
			if verdicts != want {
				t.Errorf("width %d, %s: %d verdicts; want %d in\n%s", width, d.Domain, verdicts, want, text)
			}
		}
	}
}

// TestRowsFitWhereTheyCan: at 80 columns no row of usual length is wider.
func TestRowsFitWhereTheyCan(t *testing.T) {
	t.Parallel()
	for _, d := range reporttest.AllDomains() {
		for line := range strings.Lines(textOf(t, Options{Width: 80}, &d)) {
			if n := cells(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%s: %d columns: %q", d.Domain, n, line)
			}
		}
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestColorSaysNothingAlone: without its colours the text is the same, and
// they are switched off again at the end of every line.
func TestColorSaysNothingAlone(t *testing.T) {
	t.Parallel()
	for _, d := range everyDomain() {
		for _, o := range []Options{{}, {Width: 80}, {Verbose: 2}} {
			plain := textOf(t, o, d)
			o.Color = true
			colored := textOf(t, o, d)
			if got := sgr.ReplaceAllString(colored, ""); got != plain {
				t.Errorf("%s: colour changes the text (-plain +coloured):\n%s", d.Domain, cmp.Diff(plain, got))
			}
			if colored == plain {
				t.Errorf("%s: no colour at all", d.Domain)
			}
			for line := range strings.Lines(colored) {
				if codes := sgr.FindAllString(line, -1); len(codes) > 0 && codes[len(codes)-1] != "\x1b[0m" {
					t.Errorf("%s: the colour of %q goes on", d.Domain, line)
				}
			}
		}
	}
}

// TestHostileTextStaysText: whatever a server says, nothing of it acts on a
// terminal, and it cannot begin a line.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Width: 80}, {Verbose: 1}, {Verbose: 2}, {Verbose: -1}, {List: true}, {Again: reporttest.Again}} {
		text := textOf(t, o, reporttest.HostileDomain())
		var mx bytes.Buffer
		_ = MX(&mx, o, reporttest.HostileDomain())
		for line := range strings.Lines(text + mx.String()) {
			if line = strings.TrimSuffix(line, "\n"); !harmless([]byte(line)) || strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("options %+v: %q", o.Verbose, line)
			}
		}
	}
}

// TestQuietIsEmptyWhenAllIsWell: cron sends mail for any output.
func TestQuietIsEmptyWhenAllIsWell(t *testing.T) {
	t.Parallel()
	quiet := Options{Verbose: -1}
	skipped := *reporttest.ImplicitMX()
	skipped.Status = result.Skip
	if got := textOf(t, quiet, reporttest.PassingDomain(), &skipped); got != "" {
		t.Errorf("quiet and all well: %q", got)
	}
	for _, d := range []*result.Domain{reporttest.MixedDomain(), reporttest.UncertainDomain(), reporttest.NullMX(), reporttest.NoSuchDomain()} {
		got := textOf(t, quiet, reporttest.PassingDomain(), d)
		if !strings.Contains(got, d.Domain) || !strings.Contains(got, " passed, ") || strings.Count(got, "PASS  basic send") > 1 {
			t.Errorf("quiet with %s:\n%s", d.Domain, got)
		}
	}
	// All passed, but the exit status is not 0 (--fail-on-skip).
	var out bytes.Buffer
	_ = NewText(&out, quiet).End(&result.End{Status: result.Skip, Exit: 1})
	if out.Len() == 0 {
		t.Error("quiet and exit status 1: no output")
	}
}

// TestSummaryIsNoFalseCalm: what had no dialogue is in no count of
// dialogues, but "0 failed" alone would be a lie.
func TestSummaryIsNoFalseCalm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		domains []*result.Domain
		want    string
	}{
		{"all well", []*result.Domain{reporttest.PassingDomain()}, "3 passed, 0 failed, 0 skipped in 0.90s\n"},
		{"no domain", nil, "0 passed, 0 failed, 0 skipped in 0.90s, exit status 3\n"},
		{"null MX", []*result.Domain{reporttest.NullMX()}, "0 passed, 1 failed, 0 skipped, among them 1 domain without hosts, in 0.90s\n"},
		{"two dead domains", []*result.Domain{reporttest.NullMX(), reporttest.NoSuchDomain()}, "0 passed, 2 failed, 0 skipped, among them 2 domains without hosts, in 0.90s\n"},
		{"dead host", []*result.Domain{reporttest.Domain("a.test", reporttest.DeadHost())}, "0 passed, 1 failed, 0 skipped, among them 1 host without address, in 0.90s\n"},
		{"every kind", []*result.Domain{reporttest.UncertainDomain()}, "0 passed, 0 failed, 0 skipped, 2 warnings, 1 inconclusive, 1 not run in 0.90s\n"},
	} {
		text := textOf(t, Options{}, tt.domains...)
		if got := text[strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")+1:]; got != tt.want {
			t.Errorf("%s: summary = %q; want %q", tt.name, got, tt.want)
		}
	}
}

// TestForgivenFailureIsExplained: a row says FAIL and the domain does not,
// since not every host has to pass; the reader must not be left to wonder.
func TestForgivenFailureIsExplained(t *testing.T) {
	t.Parallel()
	d := reporttest.MixedDomain()
	d.Status, d.Message = result.Warn, "mx2.fabrikam.test: connect: no answer in 10s"
	want := "WARN  fabrikam.test: a host that need not pass did not (mx2.fabrikam.test: connect: no answer in 10s)\n"
	if got := textOf(t, Options{}, d); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
	if got := textOf(t, Options{}, reporttest.MixedDomain()); strings.Contains(got, "FAIL  fabrikam.test:") {
		t.Errorf("the verdict is said twice:\n%s", got)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 ms"},
		{time.Nanosecond, "0.1 ms"},
		{412 * time.Microsecond, "0.4 ms"},
		{949 * time.Microsecond, "0.9 ms"},
		{960 * time.Microsecond, "1 ms"},
		{12 * time.Millisecond, "12 ms"},
		{99400 * time.Microsecond, "99 ms"},
		{99600 * time.Microsecond, "0.10s"},
		{410 * time.Millisecond, "0.41s"},
		{9994 * time.Millisecond, "9.99s"},
		{9996 * time.Millisecond, "10.0s"},
		{12340 * time.Millisecond, "12.3s"},
		{59940 * time.Millisecond, "59.9s"},
		{59960 * time.Millisecond, "1m00s"},
		{2*time.Minute + time.Second, "2m01s"},
		{59*time.Minute + 59*time.Second + 400*time.Millisecond, "59m59s"},
		{59*time.Minute + 59*time.Second + 600*time.Millisecond, "1h00m"},
		{26*time.Hour + 2*time.Minute, "26h02m"},
		{-12 * time.Millisecond, "-12 ms"},
		{math.MinInt64, "-2562047h47m"},
	} {
		if got := Duration(tt.d); got != tt.want {
			t.Errorf("Duration(%v) = %q; want %q", tt.d, got, tt.want)
		}
	}
}

// TestSkippedScenariosAreFolded holds that many scenarios which were left out for
// one reason take one line, and that -v shows each.
func TestSkippedScenariosAreFolded(t *testing.T) {
	t.Parallel()
	left := func(name, why string) result.Check {
		return result.Check{Scenario: name, Status: result.Skip, Reason: result.Condition, Message: why}
	}
	d := reporttest.Domain("fabrikam.test", reporttest.Host(10, "mx1.fabrikam.test",
		reporttest.Address("192.0.2.1", left("one", "the first says it"), left("two", "the first says it"), left("three", "the first says it"), left("four", "no DSN")),
		reporttest.Address("192.0.2.2", left("one", "the first says it"), left("two", "the first says it"))))
	if got := textOf(t, Options{}, d); strings.Count(got, "3 scenarios") != 1 || strings.Count(got, "SKIP") != 4 || !strings.Contains(got, "four") {
		t.Errorf("want one line for three scenarios, and one for each other:\n%s", got)
	}
	if got := textOf(t, Options{Verbose: 1}, d); strings.Count(got, "SKIP") != 6 {
		t.Errorf("want a line for each with -v:\n%s", got)
	}
}
