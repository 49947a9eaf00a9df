package cli

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/term"

	"mxprobe/internal/report"
	"mxprobe/probe"
	"mxprobe/probe/result"
)

// reporter takes the results of a run in their order.
type reporter interface {
	Domain(d *result.Domain) error
	End(end *result.End) error
}

type againFunc = func(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string

// header is what a report says of the program and the run.
func (p *Program) header(runID string) *result.Run {
	return &result.Run{
		V: result.Version, Type: "run", Program: "mxprobe " + p.versionName(nil), RunID: runID, Started: time.Now().UTC(),
	}
}

// occasion returns what the reports of this session may be told.
func (r *session) occasion(again againFunc) *occasion {
	on := &occasion{header: r.header(r.runID), text: r.textOptions(&r.settings.out), limits: r.settings.limits}
	on.text.List, on.text.Again, on.text.Known = r.isList(), again, r.memory.known
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
	file, isFile := w.(*os.File)
	if !isFile {
		return 0, false
	}
	fd = int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// events writes JSON Lines while the run goes on. Its writer keeps the first
// error and gives it back with the next domain.
type events struct{ *report.JSONL }

func (e *events) Domain(d *result.Domain) error { return e.DomainDone(d) }

// Routed is part of probe.Watcher.
func (e *events) Routed(d *result.Domain) { _ = e.JSONL.Routed(d) }

// Stepped is part of probe.Watcher.
func (e *events) Stepped(t probe.Target, check string, s *result.Step) {
	_ = e.JSONL.Stepped(place(t), check, s)
}

// Checked is part of probe.Watcher.
func (e *events) Checked(t probe.Target, c *result.Check) { _ = e.JSONL.Checked(place(t), c) }

func place(t probe.Target) report.Place {
	at := report.Place{Domain: t.Domain, Host: t.Host, Preference: t.Preference, Port: t.Port}
	if t.IP.IsValid() { // a Unix socket has none
		at.IP = t.IP.String()
	}
	return at
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

func (ws watchers) Stepped(t probe.Target, check string, s *result.Step) {
	for _, w := range ws {
		w.Stepped(t, check, s)
	}
}

func (ws watchers) Checked(t probe.Target, c *result.Check) {
	for _, w := range ws {
		w.Checked(t, c)
	}
}
