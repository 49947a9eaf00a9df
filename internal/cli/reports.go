package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"mxprobe/internal/atomicfile"
	"mxprobe/internal/report"
	"mxprobe/internal/report/formats"
	"mxprobe/probe"
	"mxprobe/probe/result"

	"mxprobe/internal/spelling"
)

// reportFile is one --report.
type reportFile struct{ format, path string }

// setReport takes FORMAT=FILE.
func (o *output) setReport(text string) error {
	format, path, ok := strings.Cut(text, "=")
	switch {
	case !ok || path == "":
		return fmt.Errorf("%q is not FORMAT=FILE, such as junit=mail.xml", text)
	case path == "-":
		return errors.New("- is no file; what goes to standard output is chosen by --format")
	case !slices.Contains(formats.Names(), format):
		return fmt.Errorf("%q is none of %s%s", format, strings.Join(formats.Names(), ", "), spelling.DidYouMean(format, formats.Names()))
	}
	o.reports = append(o.reports, reportFile{format, path})
	return nil
}

// reports is every report of a run: one on standard output, the others in
// files. A report that cannot be written ends, and the others go on.
type reports struct {
	all []*openReport
	// kept is true if a file comes of the run: a report, or what is
	// remembered.
	kept bool
	// compares is true if a report shows in what hosts differ.
	compares bool
	// line is told of each domain as well, nil where there is none.
	line *progress
}

type openReport struct {
	report.Writer
	name   string // as in "--report junit=mail.xml"
	plugin bool   // its status is that of a monitoring plugin
	file   target // nil for standard output
	err    error
}

// target is what a report is written to: all of it, or nothing.
type target interface {
	io.Writer
	Commit() error
	Discard()
}

// onStdout returns the reports of a run that has no other.
func onStdout(out report.Writer) *reports { return &reports{all: []*openReport{{Writer: out}}} }

// openReports begins every report. Files are created here, so that one that
// cannot be is known before anything is sent.
func openReports(o *output, stdout io.Writer, on *formats.Occasion) (*reports, error) {
	if _, tty := terminal(stdout); o.format == formats.JSONL && !tty {
		stdout = report.Gather(stdout) // thousands of lines a second, and nobody who looks on
	}
	rs := onStdout(formats.New(o.format, stdout, on))
	rs.all[0].plugin = o.format == formats.Nagios
	rs.compares = formats.Compares(o.format, &on.Text)
	aside := *on // files are read elsewhere
	aside.Text.Color, aside.Text.Width = false, 0
	for _, r := range o.reports {
		file, err := atomicfile.Create(r.path, 0o644)
		if err != nil {
			rs.discard()
			return nil, usagef("--report %s: %s", r.format, err)
		}
		aside.File = r.path
		rs.add("--report "+r.format+"="+shown(r.path), r.format, file, &aside)
	}
	if o.format == formats.GitHub && o.summary != "" {
		rs.add("GITHUB_STEP_SUMMARY", formats.Markdown, &appended{path: o.summary}, &aside)
	}
	return rs, nil
}

func (rs *reports) add(name, format string, file target, on *formats.Occasion) {
	rs.compares = rs.compares || formats.Compares(format, &on.Text)
	rs.all = append(rs.all, &openReport{name: name, Writer: formats.New(format, file, on), plugin: format == formats.Nagios, file: file})
}

// appended is a file that others write to as well, such as the summary of a
// job: what is written goes to its end in one piece.
type appended struct {
	bytes.Buffer
	path string
}

// Commit writes everything to the end of the file.
func (a *appended) Commit() error {
	f, err := os.OpenFile(a.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(a.Bytes())
	return errors.Join(err, f.Close())
}

// Discard gives up what was written.
func (a *appended) Discard() {}

// discard gives up the files of a run that did not come to its end.
func (rs *reports) discard() {
	for _, r := range rs.all {
		if r.file != nil {
			r.file.Discard()
		}
	}
}

// watchers are the reports, and the line, that want to see the run go on.
func (rs *reports) watchers() []probe.Watcher {
	var all []probe.Watcher
	for _, r := range rs.all {
		if w, ok := r.Writer.(report.Live); ok {
			all = append(all, &live{w})
		}
	}
	return append(all, rs.line.watchers()...)
}

// Domain passes a domain to every report.
func (rs *reports) Domain(d *result.Domain) {
	for _, r := range rs.all {
		if r.err == nil {
			r.err = r.Domain(d)
		}
	}
}

// lost reports whether a report could not be written so far.
func (rs *reports) lost() bool {
	return slices.ContainsFunc(rs.all, func(r *openReport) bool { return r.err != nil })
}

// told reports whether somebody still reads standard output, or has a file to
// read instead.
func (rs *reports) told() bool { return !rs.all[0].unread() || len(rs.all) > 1 }

// inVain reports whether standard output cannot be written and nothing else
// comes of the run.
func (rs *reports) inVain() bool { return rs.all[0].err != nil && !rs.kept }

// End ends every report and puts the files in their places. The exit status
// in the reports for a monitoring system is plugin. That nobody reads standard
// output is no error: who closed it knows.
func (rs *reports) End(end *result.End, plugin int) error {
	var all []error
	for _, r := range rs.all {
		last := *end
		if r.plugin {
			last.Exit = plugin
		}
		if r.err == nil {
			r.err = r.End(&last)
		}
		switch {
		case r.file == nil:
		case r.err != nil:
			r.file.Discard()
		default:
			r.err = r.file.Commit()
		}
		if r.err != nil && !r.unread() {
			all = append(all, r.fault())
		}
	}
	return errors.Join(all...)
}

// unread reports whether the report went to a pipe that its reader closed.
func (r *openReport) unread() bool { return r.file == nil && errors.Is(r.err, syscall.EPIPE) }

// fault says which report has the error, and the error.
func (r *openReport) fault() error {
	if r.file == nil {
		return cause(r.err)
	}
	return fmt.Errorf("%s: %w", r.name, cause(r.err))
}
