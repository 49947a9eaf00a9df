// Package tap writes a report in the Test Anything Protocol
// (testanything.org/tap-version-14-specification.html). Its first line says
// version 13, which every reader takes: TAP::Harness before 3.48 refuses 14,
// and what 14 adds, subtests, are lines that readers of 13 pass over.
//
// A test point is a dialogue with an address, or a host or domain without
// one; the steps of the dialogue are its subtest, diagnostics are YAML. The
// plan stands at the end, since nobody knows before how many addresses there
// are. TAP knows ok and not ok, and two directives:
//
//   - pass and warn are ok; fail and inconclusive are not ok, with the verdict
//     and its reason among the diagnostics. So is a dialogue that was never
//     begun, unless it was not needed.
//   - skip, and steps that were not run, are ok with SKIP.
//   - A failure that does not count, because of may_fail or --require, is not
//     ok with TODO, and so is a step that failed in an attempt that was not
//     the last: harnesses show them and do not count them.
//
// "Bail out!" is written where the run did not come to a verdict, which is an
// exit status of 3, or was stopped by a signal, 130 or 143. If the exit status
// is not explained by any point, a last one says so.
package tap

import (
	"io"
	"strconv"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// Writer writes one report, domain by domain as they come. One goroutine at a
// time may use it.
type Writer struct {
	w      io.Writer
	err    error
	page   page
	points int
	ledger report.Ledger
}

// New returns a writer of TAP to w. header holds program, run id and start of
// the run; its domains and end are not looked at.
func New(w io.Writer, header *result.Run) *Writer {
	t := &Writer{w: w}
	t.page.line(0, "TAP version 13")
	if header.Program != "" {
		t.page.line(0, "# "+escape(header.Program))
	}
	return t
}

// Domain writes the test points of one domain. After an error of the writer
// below, every call returns that error and writes nothing.
func (t *Writer) Domain(d *result.Domain) error {
	t.ledger.Add(d)
	for e := range report.Entries(d) {
		t.points++
		entry(&t.page, t.points, &e)
	}
	for i := range d.Changes {
		t.page.line(0, "# changed: "+escape(report.Title(d)+": "+d.Changes[i].Message))
	}
	return t.flush()
}

// End writes the plan, and whether the run came to its end.
func (t *Writer) End(end *result.End) error {
	if why := t.ledger.Missing(end); why != "" {
		t.points++
		t.page.point(0, &point{number: t.points, name: "exit status"})
		t.page.yaml(0, []field{{"message", why}})
	}
	// Behind the plan it would be out of the document to some readers.
	switch end.Exit {
	case 3:
		t.page.line(0, "Bail out! the run is inconclusive: nothing failed, but not everything is known")
	case 130, 143:
		t.page.line(0, "Bail out! the run was stopped by a signal")
	}
	plan := "1.." + strconv.Itoa(t.points)
	if t.points == 0 {
		plan += " # SKIP nothing was asked for"
	}
	t.page.line(0, plan)
	return t.flush()
}

func (t *Writer) flush() error {
	if t.err == nil {
		_, t.err = t.w.Write(t.page.b)
	}
	t.page.b = t.page.b[:0]
	return t.err
}
