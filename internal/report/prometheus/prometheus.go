// Package prometheus writes what a run saw as metrics in the text format of
// Prometheus, for the textfile collector of its node exporter: base units, no
// timestamps, and the whole state in each file, so that a host that is gone
// is gone there as well.
//
// Alerts ask the metrics of domains, mxprobe_domain_*, which every domain
// has, one that is not found included, and for which --require and may_fail
// count. The metrics of dialogues, with the labels domain, scenario, mx, ip
// and port, tell where it went wrong: of mxprobe_success, mxprobe_failed,
// mxprobe_inconclusive and mxprobe_skipped exactly one is 1. All are gauges,
// since a program that runs once cannot count.
//
// Of a list of more than a thousand domains the worst thousand have series, as their
// verdicts go: a file with thirty series for each of a million domains is more than
// any collector reads. What a list came to on the whole is in the metrics
// mxprobe_last_run_*, which every list has, and so is how many domains were left out.
//
// Label values are names that were asked for or looked up and words of closed
// lists, made printable and cut at 200 bytes; what a server said is never
// one. No two series have the same labels: the second of two scenarios of one
// name is "name#2".
package prometheus

import (
	"io"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// Writer collects a run, because in the format all series of a metric stand
// together. It keeps a few numbers of each step, and no text of servers: some 1.5 KB
// of a dialogue, of at most a thousand domains of each verdict.
type Writer struct {
	w        io.Writer
	header   *result.Run
	constant []Label
	worst    worst
	err      error
}

// Label is a label that every series has.
type Label struct{ Name, Value string }

// New returns a writer of metrics to w. header has the program with its
// version and the start of the run; its domains and its end are not looked at.
//
// The textfile collector takes no series from two files, and the metrics of
// the run are in each. Who writes several files for one collector gives each
// a constant label of its own, such as run; its name must be one for labels,
// and none of this package's.
func New(w io.Writer, header *result.Run, constant ...Label) *Writer {
	return &Writer{w: w, header: header, constant: constant, worst: newWorst()}
}

// Domain takes the next domain in. Nothing is written yet.
func (w *Writer) Domain(d *result.Domain) error {
	if w.err == nil {
		w.worst.add(d)
	}
	return w.err
}

// End writes all metrics, sorted by their names, and the series of each by
// their labels. After an error of the writer below, every call returns that
// error.
func (w *Writer) End(end *result.End) error {
	if w.err != nil {
		return w.err
	}
	kept, leftOut := w.worst.records()
	kept.sort()
	all := slices.Concat(runFamilies(w.header, end), listFamilies(end.List, leftOut), domainFamilies(kept), hostFamilies(kept), checkFamilies(kept))
	slices.SortFunc(all, func(a, b family) int { return strings.Compare(a.name, b.name) })
	for i := range all {
		if w.err = all[i].writeTo(w.w, w.constant); w.err != nil {
			return w.err
		}
	}
	return nil
}
