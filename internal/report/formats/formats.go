// Package formats is the table of the formats of a report: the command line,
// its help, its completion and the documents read it. A format is one package
// and one row here.
package formats

import (
	"crypto/rand"
	"io"
	"path/filepath"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/internal/report/csv"
	"mxprobe/internal/report/github"
	"mxprobe/internal/report/html"
	"mxprobe/internal/report/junit"
	"mxprobe/internal/report/markdown"
	"mxprobe/internal/report/nagios"
	"mxprobe/internal/report/prometheus"
	"mxprobe/internal/report/tap"
	"mxprobe/probe/result"
)

// The formats that callers treat apart.
const (
	Text     = "text"
	JSON     = "json"
	JSONL    = "jsonl"
	HTML     = "html"
	Nagios   = "nagios"
	Markdown = "markdown"
	GitHub   = "github"
)

// Occasion is what a report may be told of a run beside its results.
type Occasion struct {
	// Header has the program, the run id and the start.
	Header *result.Run
	Text   report.Options
	Limits nagios.Thresholds
	// File is where the report goes, empty for standard output.
	File string
}

// Format is one row of the table.
type Format struct {
	Name string
	// For is who reads it: people, programs, CI or monitoring.
	For string
	// Compares is true for a format that shows in what hosts differ: for others
	// that need not be worked out.
	Compares bool
	// New returns a writer of a report to w.
	New func(w io.Writer, on *Occasion) report.Writer
}

// The readers of a report.
const (
	people     = "people"
	programs   = "programs"
	ci         = "CI"
	monitoring = "monitoring"
)

// All returns the formats in the order of the help.
func All() []Format {
	return []Format{
		{Text, people, true, func(w io.Writer, on *Occasion) report.Writer { return report.NewText(w, on.Text) }},
		{JSON, programs, true, func(w io.Writer, on *Occasion) report.Writer { return report.NewJSON(w, on.Header) }},
		{JSONL, programs, true, func(w io.Writer, _ *Occasion) report.Writer { return report.NewJSONL(w) }},
		{"csv", people, false, func(w io.Writer, _ *Occasion) report.Writer { return csv.New(w) }},
		{"junit", ci, false, func(w io.Writer, on *Occasion) report.Writer { return junit.New(w, on.Header) }},
		{"tap", ci, false, func(w io.Writer, on *Occasion) report.Writer { return tap.New(w, on.Header) }},
		{Nagios, monitoring, false, func(w io.Writer, on *Occasion) report.Writer { return nagios.New(w, on.Limits) }},
		{"prometheus", monitoring, false, func(w io.Writer, on *Occasion) report.Writer { return prometheus.New(w, on.Header, on.labels()...) }},
		{Markdown, people, true, func(w io.Writer, on *Occasion) report.Writer { return markdown.New(w, on.Header) }},
		{HTML, people, true, func(w io.Writer, on *Occasion) report.Writer { return html.New(w, on.Header) }},
		{GitHub, ci, true, func(w io.Writer, on *Occasion) report.Writer { return github.New(w, on.Text, rand.Text()) }},
	}
}

// New returns the writer of a format of the table; nil for another name.
func New(name string, w io.Writer, on *Occasion) report.Writer {
	for _, f := range All() {
		if f.Name == name {
			return f.New(w, on)
		}
	}
	return nil
}

// Compares reports whether a format of the table shows in what hosts differ. A
// quiet text does not.
func Compares(name string, o *report.Options) bool {
	for _, f := range All() {
		if f.Name == name {
			return f.Compares && (o.Verbose >= 0 || name != Text && name != GitHub)
		}
	}
	return false
}

// Names returns the names of all formats.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}

// Group is the formats of one kind of reader.
type Group struct {
	For   string
	Names []string
}

// Groups returns the formats by who reads them.
func Groups() []Group {
	groups := []Group{{For: people}, {For: programs}, {For: ci}, {For: monitoring}}
	for _, f := range All() {
		for i := range groups {
			if groups[i].For == f.For {
				groups[i].Names = append(groups[i].Names, f.Name)
			}
		}
	}
	return groups
}

// labels tell the metrics of one file from those of another: the collector
// refuses all files where two hold the same series.
func (on *Occasion) labels() []prometheus.Label {
	if on.File == "" {
		return nil
	}
	name, _ := strings.CutSuffix(filepath.Base(on.File), ".prom")
	return []prometheus.Label{{Name: "run", Value: name}}
}
