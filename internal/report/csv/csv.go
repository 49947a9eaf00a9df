// Package csv writes a report as comma-separated values (RFC 4180), a line
// for each domain, for people with spreadsheets. Of a domain that was checked as
// a whole findings are counted by severity, and no dialogues.
//
// A cell that begins with =, +, - or @ is a formula to a spreadsheet: text
// that does has an apostrophe put before it. Control characters, line breaks
// among them, have been made printable, so that each domain is one line.
package csv

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// Writer writes one report, domain by domain as they come. One goroutine at a
// time may use it.
type Writer struct {
	w     *csv.Writer
	begun bool
}

// New returns a writer of CSV to w. Nothing is written before the first Domain
// or End.
func New(w io.Writer) *Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &Writer{w: out}
}

// row is what is known of a domain; at is the entry that decided it.
type row struct {
	d         *result.Domain
	at        report.Entry
	addresses int
	dialogues result.Counts
	shared    int // dialogues that were played for another domain
}

// column is a column with its name, which never changes.
type column struct {
	name string
	of   func(r *row) string
}

// columns are all columns in their order; new ones come at the end.
func columns() []column {
	return []column{
		{"domain", func(r *row) string { return r.d.Domain }},
		{"server", func(r *row) string { return r.d.Server }},
		{"verdict", func(r *row) string { return r.d.Status.String() }},
		{"reason", func(r *row) string { return string(r.reason()) }},
		{"cause", func(r *row) string { return r.check().Cause }},
		{"whose", func(r *row) string { return r.check().Whose }},
		{"view", func(r *row) string { return r.view() }},
		{"sentence", func(r *row) string { return report.Sentence(r.d) }},
		{"hint", func(r *row) string { return report.Advice(r.d) }},
		{"hosts", func(r *row) string { return strconv.Itoa(len(r.d.Hosts)) }},
		{"addresses", func(r *row) string { return strconv.Itoa(r.addresses) }},
		{"dialogues", func(r *row) string { return strconv.Itoa(r.dialogues.Total()) }},
		{"failed", func(r *row) string { return strconv.Itoa(r.dialogues.Fail) }},
		{"inconclusive", func(r *row) string { return strconv.Itoa(r.dialogues.Inconclusive) }},
		{"provider", func(r *row) string { return report.Provider(r.d) }},
		{"software", func(r *row) string { return report.Software(r.d) }},
		{"dns_ms", func(r *row) string { return millis(r.d.DNSMillis) }},
		{"ms", func(r *row) string { return millis(r.d.Millis) }},
		finding(result.SeverityFail, "finding_fail"),
		finding(result.SeverityInconclusive, "finding_inconclusive"),
		finding(result.SeverityWarn, "finding_warn"),
		finding(result.SeverityNote, "finding_note"),
		finding(result.SeverityOK, "finding_ok"),
		{"changes", changes},
		{"shared", func(r *row) string { return strconv.Itoa(r.shared) }},
		{"vantages", func(r *row) string { return report.Views(r.d) }},
		{"disagreements", disagreements},
	}
}

// finding is the column of how many findings have a severity.
func finding(s result.Severity, name string) column {
	return column{name, func(r *row) string { return strconv.Itoa(report.Severities(r.d)[s]) }}
}

// changes are what is not as it was, those for the worse first.
func changes(r *row) string {
	var worse, other []string
	for i := range r.d.Changes {
		if c := &r.d.Changes[i]; c.Regression {
			worse = append(worse, c.Message)
		} else {
			other = append(other, c.Message)
		}
	}
	return result.Printable([]byte(strings.Join(append(worse, other...), "; ")), maxChanges)
}

// disagreements are what vantages do not agree in.
func disagreements(r *row) string {
	var all []string
	for i := range r.d.Disagreements {
		all = append(all, r.d.Disagreements[i].Message)
	}
	return result.Printable([]byte(strings.Join(all, "; ")), maxChanges)
}

// maxChanges bounds a cell.
const maxChanges = 4000

// Domain writes the line of a domain.
func (w *Writer) Domain(d *result.Domain) error {
	w.begin()
	r := row{d: d, at: report.Worst(d)}
	for i := range d.Hosts {
		r.addresses += report.Addresses(&d.Hosts[i])
	}
	for p := range d.Played() {
		if !d.Audited() { // else they decide nothing
			r.dialogues.Add(p.Check.Status)
		}
		if p.Check.Shared != nil {
			r.shared++
		}
	}
	var line []string
	for _, c := range columns() {
		line = append(line, cell(c.of(&r)))
	}
	return w.line(line)
}

// End writes the names of the columns where there was no domain.
func (w *Writer) End(*result.End) error {
	w.begin()
	w.w.Flush()
	return w.w.Error()
}

func (w *Writer) begin() {
	if w.begun {
		return
	}
	w.begun = true
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	_ = w.w.Write(names) // the error comes again
}

func (w *Writer) line(cells []string) error {
	if err := w.w.Write(cells); err != nil {
		return err
	}
	w.w.Flush()
	return w.w.Error()
}

func (r *row) reason() result.Reason {
	if reason := r.at.Reason(); reason != result.None {
		return reason
	}
	return r.d.Reason
}

// check is the dialogue that decided, an empty one where none did.
func (r *row) check() *result.Check {
	if r.at.Check == nil || r.d.Status == result.Pass {
		return &result.Check{}
	}
	return r.at.Check
}

func (r *row) view() string {
	if r.d.Sender == nil {
		return ""
	}
	return string(r.d.Sender.View)
}

func millis(m result.Millis) string {
	return strconv.FormatFloat(float64(m.Duration().Microseconds())/1000, 'f', -1, 64)
}

// cell makes text harmless to a spreadsheet. Where the comma is for decimals, a
// spreadsheet takes the semicolon for the end of a cell, and does not heed
// quotes that do not stand at its beginning.
func cell(s string) string {
	s = result.PrintableString(s)
	if strings.HasPrefix(s, "::") {
		return "'" + s
	}
	var b strings.Builder
	begins := true
	for _, c := range s {
		if begins && strings.ContainsRune("=+-@", c) {
			b.WriteByte('\'')
		}
		b.WriteRune(c)
		begins = c == ';' || c == '\t' || begins && (c == ' ' || c == '"')
	}
	return b.String()
}
