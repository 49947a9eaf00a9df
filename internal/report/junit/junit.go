// Package junit writes a report as JUnit XML, which CI systems read.
//
// There is no standard. The shape is that of the schema junit-10.xsd of the
// Jenkins xUnit plugin (github.com/jenkinsci/xunit-plugin), with three
// attributes more that others read: file and line of a testcase, for which
// GitLab and the report actions of GitHub look, and skipped of testsuites. A
// testsuite is a dialogue with an address, a testcase one of its steps; what
// rules found of a domain is a testsuite, each finding a testcase whose name is
// the rule with its place.
// GitLab drops cases whose classname and name were there before, so both
// together occur once in a report, whatever scenarios and lists repeat.
//
// A reader of JUnit knows passed, failure, error and skipped:
//
//   - fail is a failure if the expectation was not met, else an error, as it is
//     for a connection, TLS or DNS. The type is the reason.
//   - inconclusive is an error with its reason as type, such as temporary:
//     the test could not be made. So is a dialogue that was never begun,
//     unless it was not needed.
//   - warn is passed, with the remark in system-out.
//   - A failure that does not count, because of may_fail or --require, is
//     skipped, and the message says why. So are steps that were not run, and
//     steps that failed in an attempt that was not the last.
//
// A host or domain without an address has a suite with the one case 00
// look-up, and a domain that failed because it got worse one with the case
// regression, a failure. If the exit status is not explained by any of this, a last suite
// named mxprobe has an error, so that a report is never green by mistake.
package junit

import (
	"io"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// Writer writes one report, suite by suite as they come: the totals, which
// readers add up themselves, are left out of testsuites. It keeps eight bytes
// of each suite. One goroutine at a time may use it.
type Writer struct {
	w       io.Writer
	err     error
	stamp   string
	x       document
	classes unique
	ledger  report.Ledger
}

// New returns a writer of JUnit XML to w. header holds program, run id and
// start of the run; its domains and end are not looked at. Nothing is written
// before the first Domain or End.
func New(w io.Writer, header *result.Run) *Writer {
	j := &Writer{w: w, classes: unique{}}
	if !header.Started.IsZero() {
		j.stamp = header.Started.UTC().Format(time.RFC3339)
	}
	j.x.b = append(j.x.b, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"...)
	j.x.open(0, "testsuites", false, attr{"name", "mxprobe", true})
	return j
}

// Domain writes what was found of one domain.
func (j *Writer) Domain(d *result.Domain) error {
	j.ledger.Add(d)
	var found *suite
	for e := range report.Entries(d) {
		if e.Finding != nil {
			if found == nil {
				found = j.newSuite("findings, "+e.Subject(), "findings."+e.Subject())
				found.properties = about(d)
			}
			found.finding(&e)
			continue
		}
		s := j.newSuite(nameOf(&e, ", ", " "), nameOf(&e, ".", "."))
		s.entry(&e)
		s.write(&j.x, j.stamp)
	}
	if found != nil {
		found.write(&j.x, j.stamp)
	}
	return j.flush()
}

// End closes the document.
func (j *Writer) End(end *result.End) error {
	if why := j.ledger.Missing(end); why != "" {
		s := j.newSuite("mxprobe", "mxprobe")
		s.add(&testcase{name: "exit status", element: failing, reason: end.Status.String(), message: why, body: []string{why}})
		s.write(&j.x, j.stamp)
	}
	j.x.close(0, "testsuites")
	return j.flush()
}

func (j *Writer) newSuite(name, class string) *suite {
	return &suite{name: name, class: j.classes.of(class), names: unique{}}
}

func (j *Writer) flush() error {
	if j.err == nil {
		_, j.err = j.w.Write(j.x.b)
	}
	j.x.b = j.x.b[:0]
	return j.err
}
