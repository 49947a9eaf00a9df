// Package report writes what a run saw: as text for people (Text, MX), as
// one JSON document (WriteJSON, JSON) and as JSON Lines while it happens
// (JSONL). Schema describes the two JSON forms.
//
// A writer is a function of package result's data and of Options: it asks
// nothing of a terminal, an environment or a clock, and decides no verdict
// and no exit status. Text from outside is made printable once more here,
// although it arrives printable, so that no change elsewhere can let a
// server write to somebody's terminal.
package report

import (
	"io"
	"net/netip"

	"mxprobe/probe/result"
)

// Options says how text is written. The zero value means no colour, lines of
// any length, the usual amount of text, and one domain.
type Options struct {
	// Color allows escape sequences for colour. Colour never says anything
	// that words do not say as well.
	Color bool
	// Width is the number of columns to keep to, 0 or less for no limit.
	// Values below 40 are taken as 40.
	Width int
	// Whole keeps a command to copy on one line however long it is, for shells
	// that know no backslash at the end of a line.
	Whole bool
	// Verbose is -1 for what is wrong alone, 0 for the usual, 1 for every
	// step with its reply, 2 for every line of every attempt.
	Verbose int
	// List is set where a run has more than one domain: one that passed or
	// was skipped then takes a single line.
	List bool
	// Again returns a command that looks closer at a failure, or nothing: at
	// one dialogue, at one host where the check is nil, at all that failed of a
	// domain where the host is nil as well. A nil Again prints none.
	Again func(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string
	// Known reports whether everything there is to say against a domain has
	// been said in an earlier run: a quiet report leaves it out. A nil Known
	// knows nothing.
	Known func(d *result.Domain) bool
}

// Writer writes one report, domain by domain as they come. One goroutine at a
// time may use it. After an error of the writer below, every call returns that
// error and writes nothing. End has to be called, also where a run was stopped.
type Writer interface {
	Domain(d *result.Domain) error
	End(end *result.End) error
}

// Live is a Writer that wants to see the run go on as well. Routed, Stepped
// and Checked may be called by several goroutines.
type Live interface {
	Writer
	Routed(d *result.Domain) error
	Stepped(at Place, check string, s *result.Step) error
	Checked(at Place, c *result.Check) error
}

// Place says where an event of a dialogue happened.
type Place struct {
	Domain     string
	Host       string
	Preference uint16
	IP         netip.Addr // not valid for a Unix socket
	Port       uint16
	Vantage    string // as in result.Address
}

// sink passes whole pieces of output on and remembers the first error, so
// that nothing is written behind a gap.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) write(b []byte) error {
	if s.err == nil && len(b) > 0 {
		_, s.err = s.w.Write(b)
	}
	return s.err
}
