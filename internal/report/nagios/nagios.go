// Package nagios writes what a run saw as the output of a monitoring plugin,
// after the guidelines of the Monitoring Plugins project: one short line with
// the state, the cause and the performance data, then a line for everything
// that did not pass. Icinga, Naemon, Nagios and whatever else calls such
// plugins read it.
//
// A dialogue that failed and need not pass is counted among failed, as in every
// report; the limits of that value let it be a warning.
//
// The whole output stays below 8 KiB, which is as much as Nagios reads, and
// the text of its first line below 200 characters. What does not fit is
// counted. Text from servers cannot begin performance data, a line, markup
// or a macro (see clean).
package nagios

import (
	"io"
	"time"

	"mxprobe/probe/result"
)

// Thresholds are the limits of the time that the whole run takes: beyond
// Warning its state is WARNING, beyond Critical CRITICAL. A limit of 0 is none.
type Thresholds struct {
	Warning, Critical time.Duration
}

// The exit statuses of a plugin, which are its states.
const (
	OK       = 0
	Warning  = 1
	Critical = 2
	Unknown  = 3
)

// Writer collects what is to be said and writes it when the run ends, since
// the most important thing comes first. It keeps a bounded part of each
// domain, however many there are.
type Writer struct {
	w      io.Writer
	limits Thresholds
	tally  tally
	err    error
}

// New returns a writer of the output of a plugin to w. limits are those that
// the exit status was decided by.
func New(w io.Writer, limits Thresholds) *Writer {
	return &Writer{w: w, limits: limits}
}

// Domain takes the next domain in. Nothing is written yet.
func (w *Writer) Domain(d *result.Domain) error {
	if w.err == nil {
		w.tally.add(d)
	}
	return w.err
}

// End writes the whole output in one Write. end.Exit is the exit status of a
// plugin, 0 to 3, and the state word is the one that belongs to it; any other
// status is UNKNOWN, as it is to who called the plugin.
func (w *Writer) End(end *result.End) error {
	if w.err == nil {
		_, w.err = w.w.Write(w.tally.output(end, w.limits))
	}
	return w.err
}

// stateWord is the word for an exit status.
func stateWord(exit int) string {
	switch exit {
	case OK:
		return "OK"
	case Warning:
		return "WARNING"
	case Critical:
		return "CRITICAL"
	}
	return "UNKNOWN"
}
