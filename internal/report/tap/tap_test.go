package tap

import (
	"flag"
	"io"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func writer(w io.Writer) reporttest.Writer { return New(w, reporttest.Run()) }

func written(t *testing.T, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, writer, reporttest.EndOf(domains...), domains...)
}

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".tap", reporttest.Runs(), writer)
}

// TestNodeReadsWhatWasWritten has every point and every step read by
// tap-parser in its strict mode, to which a line that is no TAP is a failure.
func TestNodeReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, domains := range reporttest.Runs() {
		doc := parse(t, written(t, domains...))
		if len(doc.extra) > 0 {
			t.Errorf("%s: not TAP: %q", name, doc.extra)
		}
		i := 0
		for _, d := range domains {
			for e := range report.Entries(d) {
				if i == len(doc.points) {
					t.Fatalf("%s: only %d points", name, i)
				}
				comparePoint(t, name, &doc.points[i], &e)
				i++
			}
		}
		if i != len(doc.points) && name != "empty" { // which has one that says so
			t.Errorf("%s: %d points; want %d", name, len(doc.points), i)
		}
		exit := reporttest.EndOf(domains...).Exit
		if doc.ok != (exit == 0) {
			t.Errorf("%s: the document is ok: %t; the exit status is %d", name, doc.ok, exit)
		}
		if (doc.bailout != "") != (exit == 3) {
			t.Errorf("%s: bail out %q with exit status %d", name, doc.bailout, exit)
		}
	}
}

func comparePoint(t *testing.T, name string, got *nodePoint, e *report.Entry) {
	t.Helper()
	kind := e.Kind()
	if want := kind == report.Passed || kind == report.Skipped; got.OK != want {
		t.Errorf("%s: point %d is ok: %t; want %t", name, got.ID, got.OK, want)
	}
	if (got.Skip != nil) != (kind == report.Skipped) || (got.Todo != nil) != (kind == report.Excused) {
		t.Errorf("%s: point %d has skip %v and todo %v for kind %d", name, got.ID, got.Skip, got.Todo, kind)
	}
	if kind == report.Excused && got.Todo != e.Why() {
		t.Errorf("%s: point %d: TODO %q; want %q", name, got.ID, got.Todo, e.Why())
	}
	if !strings.HasPrefix(got.Name, e.Scenario()) || !strings.HasSuffix(got.Name, e.Place()) || !strings.Contains(got.Name, e.Subject()) {
		t.Errorf("%s: point %d is called %q; want %q, %q and %q in it", name, got.ID, got.Name, e.Scenario(), e.Subject(), e.Place())
	}
	if e.Status() != result.Pass && got.Diag["message"] != e.Why() {
		t.Errorf("%s: point %d has the message %q; want %q", name, got.ID, got.Diag["message"], e.Why())
	}
	if e.Check == nil {
		return
	}
	if len(got.steps) != len(e.Check.Steps) {
		t.Errorf("%s: point %d has %d steps; want %d", name, got.ID, len(got.steps), len(e.Check.Steps))
		return
	}
	for i := range got.steps {
		s, p := &e.Check.Steps[i], &got.steps[i]
		if p.OK != (s.Status <= result.Warn) {
			t.Errorf("%s: step %d of point %d is ok: %t; its status is %v", name, i, got.ID, p.OK, s.Status)
		}
		if (p.Skip != nil) != (s.Status == result.NotRun) {
			t.Errorf("%s: step %d of point %d has skip %v; its status is %v", name, i, got.ID, p.Skip, s.Status)
		}
		if said, _ := p.Diag["transcript"].(string); s.Status >= result.Inconclusive && said != strings.Join(report.Speech(s), "\n")+"\n" {
			t.Errorf("%s: step %d of point %d: transcript %q", name, i, got.ID, said)
		}
	}
}

// TestPerlReadsWhatWasWritten: TAP::Parser is what everybody has. It knows
// subtests as lines to pass over.
func TestPerlReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, domains := range reporttest.Runs() {
		got := perl(t, written(t, domains...))
		if got["errors"] != "" {
			t.Errorf("%s: %s", name, got["errors"])
		}
		var want []string
		bad := 0
		for _, d := range domains {
			for e := range report.Entries(d) {
				word := "ok"
				switch e.Kind() {
				case report.Skipped:
					word = "ok SKIP"
				case report.Excused:
					word = "not ok TODO"
				case report.Failed, report.Unknown:
					word = "not ok"
					bad++
				}
				want = append(want, word)
			}
		}
		if name == "empty" {
			want, bad = []string{"not ok"}, 1
		}
		if got["points"] != strings.Join(want, ",") {
			t.Errorf("%s: points %s; want %s", name, got["points"], strings.Join(want, ","))
		}
		if failed := got["failed"]; (failed == "0") != (bad == 0) {
			t.Errorf("%s: %s failed; want %d", name, failed, bad)
		}
	}
}

// TestBrokenTAPIsNoticed: the readers of this test can say no.
func TestBrokenTAPIsNoticed(t *testing.T) {
	t.Parallel()
	good := written(t, reporttest.PassingDomain())
	for _, broken := range [][2]string{{"\n1..3", "\n1..4"}, {"\nok 3 ", "\nnot ok 3 "}, {"    1..", "    1..1"}, {"\nok 2", "\nwhat\nok 2"}} {
		bad := strings.Replace(good, broken[0], broken[1], 1)
		if bad == good || parse(t, bad).ok {
			t.Errorf("%q in place of %q is accepted", broken[1], broken[0])
		}
	}
}

// TestRedWhereTheRunIs: no report is ok while the exit status is not 0.
func TestRedWhereTheRunIs(t *testing.T) {
	t.Parallel()
	for _, end := range []result.End{{Status: result.Pass, Exit: 1}, {Status: result.Pass, Exit: 130}, {Status: result.Pass, Exit: 143}, {Status: result.Inconclusive}, {Status: result.NotRun, Exit: 3}} {
		text := reporttest.Written(t, writer, &end, reporttest.PassingDomain())
		doc := parse(t, text)
		if last := doc.points[len(doc.points)-1]; doc.ok || last.OK || last.Name != "exit status" {
			t.Errorf("exit status %d, %v: ok, the last point is %+v", end.Exit, end.Status, last)
		}
		if stopped := end.Exit == 3 || end.Exit > 128; stopped != strings.Contains(text, "\nBail out!") {
			t.Errorf("exit status %d: %s", end.Exit, text)
		}
	}
}

// scalar is a member of the diagnostics whose value is quoted to its end.
var scalar = regexp.MustCompile(`^ +[\w.-]+: "([^"\\]|\\.)*"$`)

// TestNothingIsForged: every line begins with a word of this package, or in
// a literal block with who said it.
func TestNothingIsForged(t *testing.T) {
	t.Parallel()
	text := written(t, reporttest.HostileDomain(), reporttest.ForgingDomain())
	if !strings.Contains(text, "Bail out! forged") {
		t.Error("nobody tried to forge anything")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for _, r := range line {
			if !result.IsPrintable(r) {
				t.Errorf("%U in %q", r, line)
			}
		}
		ours := scalar.MatchString(line)
		for _, word := range []string{
			"TAP version 13", "# mxprobe ", "# Subtest: ", "ok ", "not ok ", "1..", "---", "...", "at:", "line: ", "column: ", "transcript: |", "C: ", "S: ",
		} {
			ours = ours || strings.HasPrefix(strings.TrimLeft(line, " "), word)
		}
		if !ours {
			t.Errorf("a line of somebody else: %q", line)
		}
	}
}

func TestErrorStays(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}
