package cli

import (
	"io"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/term"

	"mxprobe/internal/report"
	"mxprobe/internal/report/formats"
	"mxprobe/internal/report/nagios"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// againFunc is the command that looks closer at a failure.
type againFunc = func(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string

// defaultFormat is the format of run where none is given.
func (p *Program) defaultFormat() string {
	if p.plugin {
		return formats.Nagios
	}
	if on, _ := p.LookupEnv("GITHUB_ACTIONS"); on == "true" {
		return formats.GitHub
	}
	return formats.Text
}

// header is what a report says of the program and the run.
func (p *Program) header(runID string) *result.Run {
	return &result.Run{
		V: result.Version, Type: "run", Program: "mxprobe " + p.versionName(nil), RunID: runID, Started: time.Now().UTC(),
	}
}

// occasion returns what the reports of this session may be told.
func (r *session) occasion(again againFunc) *formats.Occasion {
	limits := r.settings.limits
	on := &formats.Occasion{
		Header: r.header(r.runID), Text: r.textOptions(&r.settings.out),
		Limits: nagios.Thresholds{Warning: limits.warning, Critical: limits.critical},
	}
	on.Text.List, on.Text.Again, on.Text.Known = r.domains.isList(), again, r.memory.known
	return on
}

// textOptions says how text for standard output is written.
func (p *Program) textOptions(o *output) report.Options {
	options := report.Options{Color: p.colored(o.color), Verbose: o.verbose, Whole: runtime.GOOS == "windows"}
	if o.quiet {
		options.Verbose = -1
	}
	if fd, ok := terminal(p.Stdout); ok {
		if width, _, err := term.GetSize(fd); err == nil {
			options.Width = width
		}
	} else if columns, _ := p.LookupEnv("COLUMNS"); columns != "" {
		options.Width, _ = strconv.Atoi(columns)
	}
	return options
}

// colored decides on colour: the flag, then NO_COLOR, CLICOLOR_FORCE and
// TERM, then whether standard output is a terminal.
func (p *Program) colored(when string) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	if v, _ := p.LookupEnv("NO_COLOR"); v != "" {
		return false
	}
	if v, _ := p.LookupEnv("CLICOLOR_FORCE"); v != "" && v != "0" {
		return true
	}
	if v, _ := p.LookupEnv("TERM"); v == "dumb" {
		return false
	}
	_, ok := terminal(p.Stdout)
	return ok
}

// terminal returns the descriptor of w if it is a terminal.
func terminal(w io.Writer) (fd int, ok bool) {
	f := file(w)
	if f == nil {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// live passes what happens on to a report that wants to see it. The report
// keeps the first error and gives it back with the next domain.
type live struct{ report.Live }

// Routed is part of probe.Watcher.
func (l *live) Routed(d *result.Domain) { _ = l.Live.Routed(d) }

// Stepped is part of probe.Watcher.
func (l *live) Stepped(t *probe.Target, check string, s *result.Step) {
	_ = l.Live.Stepped(place(t), check, s)
}

// Checked is part of probe.Watcher.
func (l *live) Checked(t *probe.Target, c *result.Check) { _ = l.Live.Checked(place(t), c) }

func place(t *probe.Target) report.Place {
	return report.Place{Domain: t.Domain, Host: t.Host, Preference: t.Preference, IP: t.IP, Port: t.Port}
}

// watchers tells several watchers.
type watchers []probe.Watcher

// watching returns a watcher for all, nil if there is none: a run that nobody
// watches does not pay for it.
func watching(all ...probe.Watcher) probe.Watcher {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return watchers(all)
}

func (ws watchers) Routed(d *result.Domain) {
	for _, w := range ws {
		w.Routed(d)
	}
}

func (ws watchers) Stepped(t *probe.Target, check string, s *result.Step) {
	for _, w := range ws {
		w.Stepped(t, check, s)
	}
}

func (ws watchers) Checked(t *probe.Target, c *result.Check) {
	for _, w := range ws {
		w.Checked(t, c)
	}
}
