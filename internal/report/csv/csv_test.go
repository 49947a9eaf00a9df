package csv

import (
	"encoding/csv"
	"flag"
	"io"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func writer(w io.Writer) reporttest.Writer { return New(w) }

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".csv", reporttest.Runs(), writer)
}

// read returns the cells of the only domain by the names of their columns.
func read(t testing.TB, d *result.Domain) map[string]string {
	t.Helper()
	text := reporttest.Written(t, writer, reporttest.EndOf(d), d)
	if strings.Count(text, "\r\n") != 2 || strings.Count(text, "\n") != 2 {
		t.Errorf("not two lines that end in CRLF: %q", text)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v in %q", len(rows), err, text)
	}
	cells := map[string]string{}
	for i, name := range rows[0] {
		cells[name] = rows[1][i]
	}
	return cells
}

func TestCells(t *testing.T) {
	t.Parallel()
	d := reporttest.MixedDomain()
	decided := &d.Hosts[0].Addresses[0].Checks[1]
	decided.Cause, decided.Whose, decided.Hint = "relay-open", "server", "close it"
	got := read(t, d)
	for name, want := range map[string]string{
		"domain": "fabrikam.test", "server": "", "verdict": "fail", "reason": "reply", "cause": "relay-open", "whose": "server", "view": "degraded",
		"hint": "close it", "hosts": "3", "addresses": "2", "dialogues": "4", "failed": "2", "inconclusive": "0",
		"provider": "fabrikam.test", "software": "not named", "dns_ms": "12", "ms": "900",
		"sentence": "Both addresses of fabrikam.test failed, and it has 1 host without address. First: mx1.fabrikam.test 192.0.2.10:25, bad sender is refused: expected 5xx, got 250 2.1.5 Ok",
	} {
		if got[name] != want {
			t.Errorf("%s is %q; want %q", name, got[name], want)
		}
	}
	got = read(t, reporttest.NoSuchDomain())
	if got["reason"] != "dns" || got["hosts"] != "0" || got["view"] != "returned" {
		t.Errorf("a domain without hosts is %v", got)
	}
}

// TestNoFormula: a spreadsheet runs what begins so (owasp.org, CSV Injection).
func TestNoFormula(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "::error::x"} {
		d := reporttest.ForeignDomain(text)
		for name, cell := range read(t, d) {
			if cell != "" && strings.ContainsRune("=+-@:\t\r", rune(cell[0])) {
				t.Errorf("%q: the cell %s is %q", text, name, cell)
			}
		}
		if got := read(t, d)["domain"]; got != "'"+text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

func TestErrorStays(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}

func FuzzCells(f *testing.F) {
	f.Add("=1,\"x\"\r\n")
	f.Add(reporttest.Forged)
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := read(t, reporttest.ForeignDomain(text))["domain"], cell(text); got != want {
			t.Errorf("%q is read back as %q; want %q", text, got, want)
		}
	})
}
