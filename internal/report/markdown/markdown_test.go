package markdown

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func writer(w io.Writer) reporttest.Writer { return New(w, reporttest.Run()) }

func limited(limit int) func(w io.Writer) reporttest.Writer {
	return func(w io.Writer) reporttest.Writer {
		m := New(w, reporttest.Run())
		m.Limit = limit
		return m
	}
}

func written(t *testing.T, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, writer, reporttest.EndOf(domains...), domains...)
}

// inputs are runs of every kind, by the name of their golden file.
func inputs() map[string][]*result.Domain {
	all := reporttest.Runs()
	all["changed"] = []*result.Domain{reporttest.ChangedDomain()}
	all["hostile"] = []*result.Domain{reporttest.HostileDomain(), reporttest.ForgingComparison()}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".md", inputs(), writer)
}

// rowsOf counts what the table has to have: a line for each address, and for
// what has none.
func rowsOf(domains []*result.Domain) int {
	n := 0
	for _, d := range domains {
		var last report.Entry
		for e := range report.Entries(d) {
			another := e.Check == nil || e.Address != last.Address
			if another && last.Address != nil && e.Address != nil && last.Host == e.Host && e.Address.Vantage != "" {
				another = e.Address.IP != last.Address.IP // else another vantage of it, which has a column
			}
			if e.Finding == nil && another {
				n++
			}
			last = e
		}
	}
	return n
}

// foundIn counts the rows that the table of findings has to have: one for each
// place where something is not sound, and one for all that is not known there
// for one reason.
func foundIn(domains []*result.Domain) int {
	n := 0
	for _, d := range domains {
		unclear := map[string]bool{}
		for _, f := range d.Findings {
			switch f.Severity {
			case result.SeverityOK:
			case result.SeverityInconclusive:
				unclear[f.Subject.String()+f.Evidence] = true
			default:
				n++
			}
		}
		n += len(unclear)
	}
	return n
}

// TestParserReadsWhatWasWritten has the document read by another program: the
// table has all rows, and every failure its dialogue.
func TestParserReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, domains := range inputs() {
		p := read(t, written(t, domains...))
		first, found := rowsOf(domains), foundIn(domains)
		if want := first + found; p.rows != want {
			t.Errorf("%s: %d rows; want %d", name, p.rows, want)
		}
		scenarios := map[string]bool{}
		for _, d := range domains {
			for e := range report.Entries(d) {
				if e.Check != nil {
					scenarios[e.Scenario()+report.From(e.Address)] = true
				}
				comparePart(t, name, &p, &e)
			}
		}
		for i, n := range p.cells {
			want := 4 + len(scenarios)
			if i >= first {
				want = 5
			}
			if n != want {
				t.Errorf("%s: row %d has %d cells; want %d", name, i, n, want)
			}
		}
	}
}

func comparePart(t *testing.T, name string, p *page, e *report.Entry) {
	t.Helper()
	why := cut(e.Why())
	if e.Finding != nil && e.Finding.Severity == result.SeverityInconclusive {
		// It stands with others of the same reason, or alone in its own words.
		if joined := "not known: " + e.Finding.Evidence; p.hasCode(joined) {
			why = joined
		}
		if !slices.ContainsFunc(p.code, func(c string) bool { return strings.Contains(c, e.Finding.ID) }) {
			t.Errorf("%s: %q is not in the document", name, e.Finding.ID)
		}
	}
	if e.Finding != nil {
		why = strings.ReplaceAll(why, "|", `\x7c`) // it stands in a table
	}
	if why != "" && e.Kind() != report.Passed && e.Kind() != report.Skipped && !p.hasCode(why) {
		t.Errorf("%s: %q is not in the document", name, why)
	}
	if e.Kind() != report.Failed && e.Kind() != report.Unknown {
		return
	}
	if h := e.Hint(); h != "" && !p.hasCode(cut(h)) {
		t.Errorf("%s: the hint %q is not in the document", name, h)
	}
	if e.Check == nil || len(e.Check.Steps) == 0 {
		return
	}
	if said := strings.Join(report.Conversation(e.Check, e.Decider()), "\n"); !p.hasBlock(said) {
		t.Errorf("%s: the document has no block\n%s", name, said)
	}
}

// TestServersWriteNoMarkdown: nothing from outside is anything but code, so
// that nothing of it acts on a page, whatever that page does with names,
// numbers and addresses in its text.
func TestServersWriteNoMarkdown(t *testing.T) {
	t.Parallel()
	for _, domains := range inputs() {
		p := read(t, written(t, domains...))
		if len(p.forbidden) > 0 {
			t.Errorf("the document has %q", p.forbidden)
		}
		for _, text := range p.plain {
			for _, foreign := range []string{"forged", "octo", "cat", "x.test", "http", "@", "#", "owned", "script", ":tada", "|", "<", ">", "fabrikam", "mx1"} {
				if strings.Contains(text, foreign) {
					t.Errorf("the text %q holds %q, which is not code", text, foreign)
				}
			}
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"250 Ok", "`250 Ok`"},
		{"a`b", "``a`b``"},
		{"``", "``` `` ```"},
		{"`", "`` ` ``"},
		{" a ", "`  a  `"},
		{`a|b\`, "`a|b\\`"},
		{"a\nb", "`a\\x0ab`"},
	} {
		if got := code(tt.in); got != tt.want {
			t.Errorf("code(%q) = %s; want %s", tt.in, got, tt.want)
		}
		if tt.in != "" && tt.in != "a\nb" {
			if p := read(t, "x "+code(tt.in)+" y\n"); !p.hasCode(tt.in) {
				t.Errorf("code(%q) is read as %q", tt.in, p.code)
			}
		}
	}
	if got := cell(`a|b\|c`); got != "`a\\x7cb\\\\x7cc`" {
		t.Errorf("cell = %s", got)
	}
	if got := fenced([]string{"a", "````", "b"}); got != "`````text\na\n````\nb\n`````\n" {
		t.Errorf("fenced = %s", got)
	}
}

// many is a list in which every tenth domain fails.
func many(n int) []*result.Domain {
	var all []*result.Domain
	for i := range n {
		d := reporttest.PassingDomain()
		if i%10 == 9 {
			d = reporttest.MixedDomain()
		}
		d.Domain = fmt.Sprintf("d%05d.test", i)
		all = append(all, d)
	}
	return all
}

// TestLimitIsKept: GitHub throws a summary away that is too long, and with it
// everything that failed.
func TestLimitIsKept(t *testing.T) {
	t.Parallel()
	domains := many(3000)
	for _, limit := range []int{0, 1, 5000, 20_000, 65_536, 300_000} {
		text := reporttest.Written(t, limited(limit), reporttest.EndOf(domains...), domains...)
		most := max(limit, minLimit)
		if limit == 0 {
			most = 1 << 20
		}
		if len(text) > most {
			t.Errorf("limit %d: %d bytes", limit, len(text))
		}
		if len(text) < most/2 && limit != 0 { // which is room for all that is shown
			t.Errorf("limit %d: only %d bytes", limit, len(text))
		}
		p := read(t, text)
		if left := strings.Contains(text, "**Left out here, because the report would be too long: "); len(p.forbidden) > 0 || left != (limit != 0) {
			t.Errorf("limit %d: %q, or no remark in\n%s", limit, p.forbidden, text[:min(len(text), 500)])
		}
		if !strings.HasPrefix(text, "## ❌ FAIL mxprobe\n\n8400 passed, 900 failed, 300 skipped, among them 300 hosts without address, in 0.90s.") {
			t.Errorf("limit %d begins with %q", limit, text[:120])
		}
	}
}

// TestWhatFailedComesFirst: nobody scrolls past thousands of rows that passed.
func TestWhatFailedComesFirst(t *testing.T) {
	t.Parallel()
	domains := many(300)
	for limit, most := range map[int]int{0: maxPassed, 20_000: 10} {
		text := reporttest.Written(t, limited(limit), reporttest.EndOf(domains...), domains...)
		top, passed, _ := strings.Cut(text, "\n### What passed, or was skipped\n")
		if got := strings.Count(top, "\n| ❌ FAIL |"); got != 90 || strings.Contains(top, "\n| ✅ PASS |") {
			t.Errorf("limit %d: %d rows that failed, or one that passed above; want 90 and none", limit, got)
		}
		rows := strings.Count(passed, "\n| ✅ PASS |")
		if rows > most || limit == 0 && rows != most {
			t.Errorf("limit %d: %d rows that passed; want %d", limit, rows, most)
		}
		if want := fmt.Sprintf("\n**Not shown, because they passed or were skipped: %d.**\n", 810-rows); !strings.Contains(text, want) {
			t.Errorf("limit %d: no %q", limit, want)
		}
	}
	// A list that is well says nothing of senders, which are no news.
	if text := written(t, many(9)...); strings.Contains(text, "A sender would") || !strings.Contains(text, "| ✅ PASS | `d00000.test` |") {
		t.Errorf("a sender's view, or no rows, in\n%s", text)
	}
	// Without failures there is still something to see.
	if p := read(t, written(t, many(9)...)); p.rows != 27 {
		t.Errorf("%d rows; want 27", p.rows)
	}
}

// TestVerdictOfTheHeading: a run whose exit status is bad has no green
// heading.
func TestVerdictOfTheHeading(t *testing.T) {
	t.Parallel()
	for _, end := range []result.End{{Status: result.Pass, Exit: 1}, {Status: result.Pass, Exit: 130}} {
		text := reporttest.Written(t, writer, &end, reporttest.PassingDomain())
		want := fmt.Sprintf("\n❌ FAIL: `the run ended with exit status %d and the verdict pass although no dialogue failed`\n", end.Exit)
		if !strings.HasPrefix(text, "## ❌ FAIL mxprobe\n") || !strings.Contains(text, want) {
			t.Errorf("exit status %d:\n%s", end.Exit, text)
		}
	}
}

func TestLongDialoguesAreShortened(t *testing.T) {
	t.Parallel()
	c := reporttest.Failed("mx1")
	long := make([]result.Line, 500)
	for i := range long {
		long[i] = result.Line{From: "S", Text: fmt.Sprintf("250-%d", i)}
	}
	long[499].Text = strings.Repeat("x", 5000)
	c.Steps[3].Transcript = long
	text := written(t, reporttest.Domain("a.test", reporttest.Host(1, "mx1", reporttest.Address("192.0.2.1", c))))
	for _, want := range []string{"\nS: 220 mx1 ESMTP\n", "\n-- 389 lines left out\n", "\nS: 250-498\n", "x... (4003 more bytes)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestErrorStays(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}
