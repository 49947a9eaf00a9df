// Package junit writes a report as JUnit XML, which CI systems read.
//
// There is no standard. The shape is that of the schema junit-10.xsd of the
// Jenkins xUnit plugin (github.com/jenkinsci/xunit-plugin), with three
// attributes more that others read: file and line of a testcase, for which
// GitLab and the report actions of GitHub look, and skipped of testsuites. A
// testsuite is a dialogue with an address, a testcase one of its steps.
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
	"slices"
	"time"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// Writer writes one report. The whole document is kept in memory until End,
// because the totals stand in front. One goroutine at a time may use it.
type Writer struct {
	w       io.Writer
	err     error
	stamp   string
	suites  [][]byte // what is full, and what is being filled
	totals  counts
	classes unique
	ledger  report.Ledger
}

// New returns a writer of JUnit XML to w. header holds program, run id and
// start of the run; its domains and end are not looked at.
func New(w io.Writer, header *result.Run) *Writer {
	j := &Writer{w: w, classes: unique{}}
	if !header.Started.IsZero() {
		j.stamp = header.Started.UTC().Format(time.RFC3339)
	}
	return j
}

// Domain takes in what was found of one domain.
func (j *Writer) Domain(d *result.Domain) error {
	if j.err != nil {
		return j.err
	}
	j.ledger.Add(d)
	for e := range report.Entries(d) {
		s := j.newSuite(suiteName(&e), className(&e))
		s.entry(&e)
		j.finish(s)
	}
	return nil
}

// End writes the document.
func (j *Writer) End(end *result.End) error {
	if j.err != nil {
		return j.err
	}
	if why := j.ledger.Missing(end); why != "" {
		s := j.newSuite("mxprobe", "mxprobe")
		s.add(&testcase{name: "exit status", element: failing, reason: end.Status.String(), message: why, body: []string{why}})
		j.finish(s)
	}
	total := j.totals
	total.time = end.Millis // suites run side by side
	var x document
	x.b = append(x.b, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"...)
	x.open(0, "testsuites", false, append([]attr{{"name", "mxprobe", true}}, total.attrs()...)...)
	begin := len(x.b)
	x.close(0, "testsuites")
	for _, piece := range slices.Concat([][]byte{x.b[:begin]}, j.suites, [][]byte{x.b[begin:]}) {
		if _, j.err = j.w.Write(piece); j.err != nil {
			break
		}
	}
	return j.err
}

// pieceSize is how much is kept in one piece: a slice that grew to hold the
// report of a long list would be copied again and again.
const pieceSize = 1 << 20

// piece returns the piece that is being filled.
func (j *Writer) piece() *[]byte {
	last := len(j.suites) - 1
	if last < 0 || len(j.suites[last]) > pieceSize {
		j.suites = append(j.suites, nil)
		last++
	}
	return &j.suites[last]
}

func (j *Writer) newSuite(name, class string) *suite {
	return &suite{name: name, class: j.classes.of(class), names: unique{}}
}

func (j *Writer) finish(s *suite) {
	j.totals.add(s.counts)
	to := j.piece()
	x := document{*to}
	s.write(&x, j.stamp)
	*to = x.b
}
