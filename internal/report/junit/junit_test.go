package junit

import (
	"encoding/xml"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gojunit "github.com/joshdk/go-junit"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/result"
)

var update = flag.Bool("update", false, "rewrite the wanted text in testdata; read the difference before keeping it")

func writer(w io.Writer) reporttest.Writer { return New(w, reporttest.Run()) }

func documentOf(t *testing.T, domains ...*result.Domain) string {
	t.Helper()
	return reporttest.Written(t, writer, reporttest.EndOf(domains...), domains...)
}

// inputs are runs of every kind, by the name of their golden file.
func inputs() map[string][]*result.Domain {
	twice := reporttest.PassingDomain()
	twice.Hosts = append(twice.Hosts, twice.Hosts[0]) // a list that names a host twice
	same := &twice.Hosts[0].Addresses[0]
	same.Checks = append(same.Checks, same.Checks[0]) // a scenario that is given twice
	all := reporttest.Runs()
	all["twice"] = []*result.Domain{twice, twice}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	reporttest.Goldens(t, *update, ".xml", inputs(), writer)
}

// read parses with a JUnit library and with the XML reader of Go.
func read(t *testing.T, text string) []gojunit.Suite {
	t.Helper()
	suites, err := gojunit.Ingest([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var top struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &top); err != nil {
		t.Fatal(err)
	}
	for i, s := range top.Suites {
		sum := suites[i].Totals // counted by the library, case by case
		if s.Tests != sum.Tests || s.Failures != sum.Failed || s.Errors != sum.Error || s.Skipped != sum.Skipped {
			t.Errorf("suite %d says %+v, and has %+v", i, s, sum)
		}
	}
	return suites
}

func TestLibraryReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, domains := range inputs() {
		suites := read(t, documentOf(t, domains...))
		i := 0
		for _, d := range domains {
			found := 0
			for e := range report.Entries(d) {
				if e.Finding != nil {
					found++
					continue
				}
				s := &suites[i]
				i++
				if got := s.Properties["status"]; got != e.Status().String() {
					t.Errorf("%s: suite %d has the status %q; want %v", name, i, got, e.Status())
				}
				red := s.Totals.Failed + s.Totals.Error
				if bad := e.Kind() == report.Failed || e.Kind() == report.Unknown; bad != (red > 0) {
					t.Errorf("%s: suite %q has %d failures and errors; bad is %t", name, s.Name, red, bad)
				}
				if e.Kind() == report.Excused && s.Totals.Skipped == 0 {
					t.Errorf("%s: suite %q does not say what is excused", name, s.Name)
				}
				if e.Check != nil && len(s.Tests) < len(e.Check.Steps) {
					t.Errorf("%s: suite %q has %d cases for %d steps", name, s.Name, len(s.Tests), len(e.Check.Steps))
				}
			}
			if found > 0 {
				compareFindings(t, name, &suites[i], d)
				i++
			}
		}
		if i != len(suites) && name != "empty" { // which has one that says so
			t.Errorf("%s: %d suites; want %d", name, len(suites), i)
		}
	}
}

// compareFindings holds a suite against the findings of a domain: a case each,
// and those are red that decide against it.
func compareFindings(t *testing.T, name string, s *gojunit.Suite, d *result.Domain) {
	t.Helper()
	n := map[result.Severity]int{}
	for _, f := range d.Findings {
		n[f.Severity]++
	}
	got := s.Totals
	if got.Tests != len(d.Findings) || got.Failed != n[result.SeverityFail] || got.Error != n[result.SeverityInconclusive] {
		t.Errorf("%s: suite %q has %+v; want %d cases, %d failures, %d errors", name, s.Name, got, len(d.Findings), n[result.SeverityFail], n[result.SeverityInconclusive])
	}
	for i, c := range s.Tests {
		if f := d.Findings[i]; !strings.HasPrefix(c.Name, result.PrintableString(f.ID)) {
			t.Errorf("%s: case %d is %q; want the rule %q", name, i, c.Name, f.ID)
		}
	}
}

// TestNamesAreUnique: GitLab drops a case whose class and name were there
// before, and with it perhaps the only failure.
func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	for name, domains := range inputs() {
		seen := map[string]bool{}
		for _, s := range read(t, documentOf(t, domains...)) {
			for _, c := range s.Tests {
				key := c.Classname + "\x00" + c.Name
				if seen[key] || c.Name == "" || c.Classname == "" {
					t.Errorf("%s: %q of %q is there twice, or has no name", name, c.Name, c.Classname)
				}
				seen[key] = true
			}
		}
	}
}

func findCase(t *testing.T, suites []gojunit.Suite, class, name string) gojunit.Test {
	t.Helper()
	var all []string
	for _, s := range suites {
		for _, c := range s.Tests {
			if c.Classname == class && c.Name == name {
				return c
			}
			all = append(all, c.Classname+" / "+c.Name)
		}
	}
	t.Fatalf("no case %q of %q among\n%s", name, class, strings.Join(all, "\n"))
	return gojunit.Test{}
}

// TestCases names by hand what becomes of steps of every kind.
func TestCases(t *testing.T) {
	t.Parallel()
	all := []*result.Domain{reporttest.PassingDomain(), reporttest.MixedDomain(), reporttest.UncertainDomain(), reporttest.EncryptedDomain(), reporttest.NullMX()}
	var suites []gojunit.Suite
	for _, d := range all {
		suites = append(suites, read(t, documentOf(t, d))...)
	}
	for _, tt := range []struct {
		class, name string
		status      gojunit.Status
		kind        string // type of the failure or error
		message     string
		holds       string // in the body
	}{
		{"basic send.fabrikam.test.mx1.fabrikam.test.192.0.2.10:25", "03 RCPT TO:<kate@fabrikam.test>", gojunit.StatusPassed, "", "", ""},
		{"basic send.fabrikam.test.mx2.fabrikam.test.198.51.100.7:25", "03 RCPT TO:<kate@fabrikam.test> (attempt 1 of 2)", gojunit.StatusSkipped, "", "attempt 1 of 2, tried again: expected 2xx, got 451 4.7.1 Greylisted, come back later", ""},
		{"bad sender is refused.fabrikam.test.mx1.fabrikam.test.192.0.2.10:25", "03 refused at RCPT at the latest", gojunit.StatusFailed, "reply", "expected 5xx, got 250 2.1.5 Ok", "at bad-sender.yaml:9:13\n\nS: 220 mx1.fabrikam.test ESMTP\nC: EHLO"},
		{"basic send.fabrikam.test.mx2.fabrikam.test.[2001:db8::20]:25", "00 connect", gojunit.StatusError, "timeout", "connect: no answer in 10s", "hint: mx1.fabrikam.test answered from this machine"},
		{"basic send.fabrikam.test.mx2.fabrikam.test.[2001:db8::20]:25", "01 EHLO ${helo}", gojunit.StatusSkipped, "", "not run", ""},
		{"DSN request.fabrikam.test.mx1.fabrikam.test.192.0.2.10:25", "00 connect", gojunit.StatusSkipped, "", "the server does not offer DSN", ""},
		{"fabrikam.test.mx3.fabrikam.test", "00 look-up", gojunit.StatusError, "dns", "no such name: mx3.fabrikam.test", "typing error"},
		{"bad sender is refused.contoso.test.mx1.contoso.test.192.0.2.30:25", "03 refused at RCPT at the latest", gojunit.StatusSkipped, "", "may fail (the old machine goes in March): expected 5xx, got 250 2.1.5 Ok", ""},
		{"basic send.contoso.test.mx1.contoso.test.[2001:db8::30]:25", "03 RCPT TO:<kate@fabrikam.test>", gojunit.StatusError, "temporary", "expected 2xx, got 451 4.7.1 Greylisted, come back later", "hint: this looks like greylisting"},
		{"basic send.contoso.test.mx2.contoso.test.192.0.2.31:25", "00 connect", gojunit.StatusError, "interrupted", "stopped", ""},
		{"basic send.fabrikam.test.mx1.fabrikam.test.[2001:db8::10]:25", "02 STARTTLS", gojunit.StatusError, "tls", "the certificate expired 3 days ago", ""},
		{"nomail.test", "00 look-up", gojunit.StatusError, "null_mx", "the domain takes no mail: its only MX record is the null MX (RFC 7505)", ""},
	} {
		c := findCase(t, suites, tt.class, tt.name)
		if c.Status != tt.status || c.Message != tt.message {
			t.Errorf("%s / %s: %s, %q; want %s, %q", tt.class, tt.name, c.Status, c.Message, tt.status, tt.message)
		}
		var failure gojunit.Error
		if c.Error != nil {
			failure = c.Error.(gojunit.Error)
		}
		if failure.Type != tt.kind || !strings.Contains(failure.Body, tt.holds) {
			t.Errorf("%s / %s: type %q, body %q; want %q, with %q", tt.class, tt.name, failure.Type, failure.Body, tt.kind, tt.holds)
		}
	}
	if c := findCase(t, suites, "bad sender is refused.fabrikam.test.mx1.fabrikam.test.192.0.2.10:25", "03 refused at RCPT at the latest"); c.Properties["file"] != "bad-sender.yaml" || c.Properties["line"] != "9" || c.Properties["time"] != "0.042" {
		t.Errorf("attributes %v; want file, line and 0.042 s", c.Properties)
	}
}

// TestRegressionIsAFailure: every dialogue passed, and what got worse fails
// the domain. The test was made, so it is no error, and it was none of the
// connection.
func TestRegressionIsAFailure(t *testing.T) {
	t.Parallel()
	c := findCase(t, read(t, documentOf(t, reporttest.RegressedDomain())), "fabrikam.test", "regression")
	failure, ok := c.Error.(gojunit.Error)
	if !ok || c.Status != gojunit.StatusFailed || failure.Type != "regression" {
		t.Fatalf("%s, %#v; want failed, of the type regression", c.Status, c.Error)
	}
	for _, want := range []string{"worse: mx1.fabrikam.test 192.0.2.10:25 no longer offers STARTTLS", "worse: mx2.fabrikam.test is gone"} {
		if strings.Count(failure.Body, want) != 1 {
			t.Errorf("not once %q in %q", want, failure.Body)
		}
	}
	if strings.Contains(failure.Body, "more addresses") {
		t.Errorf("a change that is none for the worse in %q", failure.Body)
	}
}

// TestBuiltInScenariosAreNoFiles: @send is nothing that GitLab could link to.
func TestBuiltInScenariosAreNoFiles(t *testing.T) {
	t.Parallel()
	d := reporttest.PassingDomain()
	d.Hosts[0].Addresses[0].Checks[0].Steps[3].File = "@send"
	c := findCase(t, read(t, documentOf(t, d)), "basic send.fabrikam.test.mx1.fabrikam.test.192.0.2.10:25", "03 RCPT TO:<kate@fabrikam.test>")
	if _, ok := c.Properties["file"]; ok || c.Properties["line"] != "" {
		t.Errorf("attributes %v; want neither file nor line", c.Properties)
	}
}

// TestRedWhereTheRunIs: no report is green while the exit status is not 0.
func TestRedWhereTheRunIs(t *testing.T) {
	t.Parallel()
	for _, end := range []result.End{{Status: result.Pass, Exit: 1}, {Status: result.Pass, Exit: 130}, {Status: result.Inconclusive}, {Status: result.NotRun, Exit: 3}} {
		suites := read(t, reporttest.Written(t, writer, &end, reporttest.PassingDomain()))
		if last := suites[len(suites)-1]; last.Name != "mxprobe" || last.Totals.Error != 1 {
			t.Errorf("exit status %d, %v: the last suite is %q with %d errors", end.Exit, end.Status, last.Name, last.Totals.Error)
		}
	}
	// Every step went well, and the dialogue did not.
	c := reporttest.Passed("basic send", "mx1")
	c.Status, c.Reason, c.Message = result.Fail, result.Protocol, "one reply too many"
	suites := read(t, documentOf(t, reporttest.Domain("a.test", reporttest.Host(1, "mx1", reporttest.Address("192.0.2.1", c)))))
	if v := findCase(t, suites, "basic send.a.test.mx1.192.0.2.1:25", "verdict"); v.Status != gojunit.StatusFailed {
		t.Errorf("verdict is %s; want failed", v.Status)
	}
}

// TestNothingForbiddenIsWritten: XML 1.0 section 2.2, and what acts on a
// terminal beside it.
func TestNothingForbiddenIsWritten(t *testing.T) {
	t.Parallel()
	text := documentOf(t, reporttest.HostileDomain(), reporttest.ForgingDomain())
	if !utf8.ValidString(text) {
		t.Error("not UTF-8")
	}
	for _, r := range text {
		if r != '\n' && !result.IsPrintable(r) {
			t.Errorf("%U is written", r)
		}
	}
	suites := read(t, text)
	if got, want := len(suites), 6; got != want {
		t.Errorf("%d suites; want %d", got, want)
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	known := []string{"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out"}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if !slices.Contains(known, token.Name.Local) {
				t.Errorf("an element <%s> came from outside", token.Name.Local)
			}
		case xml.Comment, xml.Directive:
			t.Errorf("%T came from outside", token)
		}
	}
}

// TestSuitesAreWrittenAsTheyCome: the report of a long list is not kept.
func TestSuitesAreWrittenAsTheyCome(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := New(&out, reporttest.Run())
	before := 0
	for range 3 {
		if err := w.Domain(reporttest.MixedDomain()); err != nil {
			t.Fatal(err)
		}
		if out.Len() == before {
			t.Fatal("nothing was written of a domain")
		}
		before = out.Len()
	}
}

func TestErrorStays(t *testing.T) {
	t.Parallel()
	reporttest.FailsForGood(t, writer)
}
