package nagios

import (
	"flag"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

// plugin returns what a plugin prints that ends with a status.
func plugin(t testing.TB, exit int, limits Thresholds, domains ...*result.Domain) string {
	t.Helper()
	end := reporttest.EndOf(domains...)
	end.Exit = exit
	return written(t, end, limits, domains...)
}

func written(t testing.TB, end *result.End, limits Thresholds, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, func(w io.Writer) reporttest.Writer { return New(w, limits) }, end, domains...)
}

// usual are the limits of the examples.
func usual() Thresholds { return Thresholds{Warning: 5 * time.Second, Critical: 15 * time.Second} }

func TestGolden(t *testing.T) {
	t.Parallel()
	one := func(d *result.Domain) []*result.Domain { return []*result.Domain{d} }
	for _, tt := range []struct {
		name    string
		exit    int
		limits  Thresholds
		domains []*result.Domain
	}{
		{"pass", OK, usual(), one(reporttest.PassingDomain())},
		{"mixed", Critical, usual(), one(reporttest.MixedDomain())},
		{"regressed", Critical, Thresholds{}, one(reporttest.RegressedDomain())},
		{"relaxed", Warning, Thresholds{}, reporttest.Runs()["relaxed"]},
		{"list-relaxed", Warning, Thresholds{}, append(reporttest.Runs()["relaxed"], reporttest.NamedServer())},
		{"uncertain", Warning, Thresholds{}, one(reporttest.UncertainDomain())},
		{"interrupted", Unknown, Thresholds{}, one(reporttest.Interrupted())},
		{"null-mx", Critical, Thresholds{}, one(reporttest.NullMX())},
		{"no-such-domain", Critical, Thresholds{}, one(reporttest.NoSuchDomain())},
		{"encrypted", Critical, Thresholds{Critical: 500 * time.Millisecond}, one(reporttest.EncryptedDomain())},
		{"list", Critical, usual(), reporttest.List()},
		{"list-pass", OK, usual(), []*result.Domain{reporttest.PassingDomain(), reporttest.ImplicitMX(), reporttest.NamedServer()}},
		{"hostile", Critical, usual(), one(reporttest.HostileDomain())},
		{"forging", Critical, usual(), one(reporttest.ForgingDomain())},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := plugin(t, tt.exit, tt.limits, tt.domains...)
			keepsToTheRules(t, got)
			reporttest.Golden(t, *update, tt.name+".txt", got)
		})
	}
}

// keepsToTheRules holds what every output has to keep to, whatever is in it.
func keepsToTheRules(t *testing.T, got string) {
	t.Helper()
	if len(got) > 8191 {
		t.Errorf("the output has %d bytes; want at most 8191", len(got))
	}
	if !utf8.ValidString(got) || !strings.HasSuffix(got, "\n") {
		t.Errorf("not UTF-8, or no newline at its end: %q", got)
	}
	if n := strings.Count(got, "|"); n != 1 {
		t.Errorf("%d bars; want the one before the performance data:\n%s", n, got)
	}
	text, _, found := strings.Cut(strings.SplitN(got, "\n", 2)[0], " | ")
	if !found || len(text) > 200 {
		t.Errorf("the first line has %d bytes of text; want at most 200, and performance data: %q", len(text), text)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(got, "\n"), "\n") {
		if strings.TrimSpace(line) == "" || strings.ContainsAny(line, "<>`\"$&\\") {
			t.Errorf("a line says nothing, or something to a shell or a page: %q", line)
		}
		for _, r := range line {
			if !result.IsPrintable(r) {
				t.Errorf("%U in %q", r, line)
			}
		}
	}
}

// TestStateFollowsTheExitStatus: the word and the status are read by
// different people.
func TestStateFollowsTheExitStatus(t *testing.T) {
	t.Parallel()
	for exit, want := range map[int]string{0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN", 4: "UNKNOWN", 130: "UNKNOWN", -1: "UNKNOWN"} {
		for _, d := range []*result.Domain{reporttest.PassingDomain(), reporttest.MixedDomain(), reporttest.UncertainDomain()} {
			if got := plugin(t, exit, usual(), d); !strings.HasPrefix(got, "MXPROBE "+want+" - "+d.Domain+": ") {
				t.Errorf("status %d: %q; want the state %s and a reason", exit, got, want)
			}
		}
	}
}

// TestReasonFitsTheState: of all that was found, the first line names what
// made the state.
func TestReasonFitsTheState(t *testing.T) {
	t.Parallel()
	noRoute := reporttest.Unanswered()
	noRoute.Status, noRoute.Reason, noRoute.Message = result.Inconclusive, result.NoRoute, "no way to IPv6"
	temporary := reporttest.Greylisted("mx1")
	temporary.Status, temporary.Reason, temporary.Message = result.Inconclusive, result.Temporary, "got 451"
	both := reporttest.Domain("both.test", reporttest.Host(10, "mx1.both.test", reporttest.Address("192.0.2.1", temporary)),
		reporttest.Host(20, "mx2.both.test", reporttest.Address("2001:db8::2", noRoute)))
	skip := result.Check{Scenario: "DSN", Status: result.Skip, Reason: result.Condition, Message: "no DSN"}
	skipped := reporttest.Domain("skip.test", reporttest.Host(10, "mx1.skip.test", reporttest.Address("192.0.2.1", skip)))
	excused := reporttest.MixedDomain() // --require any
	excused.Status = result.Warn
	worse := reporttest.PassingDomain()
	worse.Changes = []result.Change{
		{Kind: result.ChangeMXAdded, Message: "mx9 is new"},
		{Kind: result.ChangeKeywordLost, Message: "STARTTLS is gone", Regression: true},
	}
	for _, tt := range []struct {
		name   string
		exit   int
		limits Thresholds
		d      *result.Domain
		want   string
	}{
		{"a temporary answer", Warning, Thresholds{}, both, "both.test: 2 of 2 addresses inconclusive: mx1.both.test 192.0.2.1:25 basic send: got 451"},
		{"our own fault", Unknown, Thresholds{}, both, "both.test: 2 of 2 addresses inconclusive: mx2.both.test [2001:db8::2]:25 basic send: no way to IPv6"},
		{"too slow", Warning, Thresholds{Warning: 800 * time.Millisecond}, reporttest.PassingDomain(), "fabrikam.test: the run took 0.90s, more than 800ms"},
		{"as slow as it may be", Warning, Thresholds{Warning: 900 * time.Millisecond, Critical: 900 * time.Millisecond}, reporttest.PassingDomain(), "fabrikam.test: 3 of 3 addresses passed"},
		{
			"much too slow", Critical,
			Thresholds{Warning: 100 * time.Millisecond, Critical: 800 * time.Millisecond},
			reporttest.PassingDomain(), "fabrikam.test: the run took 0.90s, more than 800ms",
		},
		{"failed and slow", Critical, Thresholds{Critical: time.Millisecond}, reporttest.NoSuchDomain(), "nosuch.test: no such domain"},
		{"a skip that counts", Critical, Thresholds{}, skipped, "skip.test: 1 of 1 address skipped: mx1.skip.test 192.0.2.1:25 DSN: no DSN"},
		{"a skip that does not", OK, Thresholds{}, skipped, "skip.test: 1 of 1 address skipped: mx1.skip.test 192.0.2.1:25 DSN: no DSN"},
		{
			"a failure that is forgiven", Warning, Thresholds{}, excused, "fabrikam.test: 2 of 2 addresses and 1 host without an address failed: " +
				"mx1.fabrikam.test 192.0.2.10:25 bad sender is refused: need not pass: expected 5xx, got 250 2.1.5 Ok",
		},
		{"a limit as it was set", Warning, Thresholds{Warning: 10 * time.Microsecond}, reporttest.PassingDomain(), "fabrikam.test: the run took 0.90s, more than 10µs"},
		{"a change for the worse", Critical, Thresholds{}, worse, "fabrikam.test: STARTTLS is gone"},
	} {
		text, _, _ := strings.Cut(plugin(t, tt.exit, tt.limits, tt.d), " | ")
		_, got, _ := strings.Cut(text, " - ")
		// The first line has an end, which is not what is tested here.
		if got = strings.TrimSuffix(got, dots); got == "" || !strings.HasPrefix(tt.want, got) || len(got) < min(len(tt.want), 150) {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

// TestTheSenderComesLast: what sums a domain up stands below all that is wrong
// with it.
func TestTheSenderComesLast(t *testing.T) {
	t.Parallel()
	grey := reporttest.UncertainDomain().Hosts[0]
	d := reporttest.Domain("fabrikam.test", append(reporttest.MixedDomain().Hosts, grey)...)
	d.Sender = &result.Sender{View: result.ViewDown}
	lines := strings.Split(strings.TrimSpace(plugin(t, Critical, Thresholds{}, d)), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "sender:") != (i == len(lines)-1) {
			t.Errorf("line %d of %d: %s", i+1, len(lines), l)
		}
	}
}

// TestNothingIsDoneInSilence: a run that was stopped before its first domain
// has something to say.
func TestNothingIsDoneInSilence(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]*result.End{
		"MXPROBE UNKNOWN - no domain was looked at | time=0s;;;0":     {Exit: 3},
		"MXPROBE UNKNOWN - stopped by SIGTERM | time=0s;;;0 hosts=0;": {Exit: 143, Notes: []string{"stopped by SIGTERM"}},
	} {
		got := written(t, end, Thresholds{})
		keepsToTheRules(t, got)
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}

// TestLongListsStayShort: a plugin that prints a megabyte is cut off by who
// called it, at a place that may look well.
func TestLongListsStayShort(t *testing.T) {
	t.Parallel()
	var domains []*result.Domain
	for i := range 3000 {
		d := reporttest.MixedDomain()
		d.Domain = strings.Repeat("very-long-", 20) + strconv.Itoa(i) + ".test"
		domains = append(domains, d)
	}
	domains = append(domains, reporttest.PassingDomain())
	got := plugin(t, Critical, usual(), domains...)
	keepsToTheRules(t, got)
	for _, want := range []string{"MXPROBE CRITICAL - 3000 of 3001 domains failed: very-long-", " failed=9000;;0;0 ", " hosts=9002;", "\n... and 119"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	var kept int
	var tl tally
	for _, d := range domains {
		tl.add(d)
	}
	for _, lines := range tl.details.lines {
		for _, l := range lines {
			kept += len(l.text)
		}
	}
	if kept > 8*maxOutput || len(tl.series.hosts) > maxSeries {
		t.Errorf("%d bytes of lines and %d hosts are kept; want a bound", kept, len(tl.series.hosts))
	}
}

func TestErrorsOfTheWriterStay(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, func(w io.Writer) reporttest.Writer { return New(w, Thresholds{}) })
}

func FuzzForeignText(f *testing.F) {
	f.Add("550 5.7.1 <kate@fabrikam.test>: no | time=0s;;;0\nOK", "mx1.fabrikam.test", "192.0.2.1", Critical)
	f.Add(reporttest.Forged, "[2001:db8::1]", "2001:db8::1", OK)
	f.Add(reporttest.Hostile, strings.Repeat("\xc3", 300), "'=| ", Unknown)
	f.Fuzz(func(t *testing.T, text, host, ip string, exit int) {
		c := reporttest.Failed(host)
		c.Scenario, c.Message, c.Hint = text, text, text
		d := reporttest.Domain(text, reporttest.Host(10, host, reporttest.Address(ip, c), reporttest.Address(ip, c)), reporttest.DeadHost())
		d.Message, d.Hint = text, text
		end := reporttest.EndOf(d)
		end.Exit, end.Notes = exit, []string{text}
		keepsToTheRules(t, written(t, end, usual(), d))
	})
}
