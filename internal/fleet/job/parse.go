package job

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
	"mxprobe/scenarios"
)

// Flags knows the flags of mxprobe. Its errors say what is wrong with a name, or
// with a value.
type Flags struct {
	Name  func(play, name string) error
	Value func(play, name, value string) error
}

// Parse reads a job as people write it:
//
//	version: 1
//	run: [rcpt.yaml, "@starttls"]      # or check: true
//	flags: {helo: probe.example.org, per-host: 1, only: [mx1.*, mx2.*]}
//	vantages: {names: [fra1, nyc1], each: all}
//	limits: {batch: 100, attempts: 5, lease: 1m, quiet: 1h}
//
// The job that it returns has the names of its scenario files, and no more of
// them; it has no name and no list. The error is scenarios.Problems, every
// mistake with its place.
func Parse(file string, src []byte, flags Flags) (*Job, error) {
	r := &reader{file: file, lines: strings.Split(string(src), "\n"), flags: flags, job: &Job{Format: Format, Limits: DefaultLimits()}}
	r.read(src)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.job, nil
}

// maxProblems is how many mistakes are told of a file.
const maxProblems = 20

// reader walks the nodes of a job and collects what is wrong.
type reader struct {
	file     string
	lines    []string
	flags    Flags
	job      *Job
	problems scenarios.Problems
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.failAt(n.Line, n.Column, utf8.RuneCountInString(n.Value), format, args...)
}

func (r *reader) failAt(line, col, width int, format string, args ...any) {
	if len(r.problems) >= maxProblems {
		return
	}
	p := scenarios.Problem{File: r.file, Width: max(width, 1), Message: fmt.Sprintf(format, args...)}
	p.Pos.Line, p.Pos.Col = max(line, 1), max(col, 1)
	if p.Pos.Line <= len(r.lines) {
		if text := strings.TrimRight(r.lines[p.Pos.Line-1], "\r"); len(text) <= 200 {
			p.Source = text
			p.Width = max(min(p.Width, utf8.RuneCountInString(text)-p.Pos.Col+1), 1)
		}
	}
	r.problems = append(r.problems, p)
}

func (r *reader) read(src []byte) {
	if len(src) > MaxSource {
		r.failAt(1, 1, 1, "the file is larger than %d KiB", MaxSource>>10)
		return
	}
	if !utf8.Valid(src) {
		r.failAt(1, 1, 1, "the file is not in UTF-8")
		return
	}
	nodes, err := yamlnode.Decode(string(src))
	switch {
	case err != nil:
		message, line := yamlnode.Message(err)
		r.failAt(line, 1, 1, "%s", message)
		return
	case len(nodes) == 0:
		r.failAt(1, 1, 1, "the file is empty; a job has at least version: 1, and run: or check:")
		return
	case len(nodes) > 1:
		r.fail(nodes[1], "a file holds one job")
		return
	}
	r.document(nodes[0].Content[0])
}

func (r *reader) document(n *yaml.Node) {
	if !r.version(n) {
		return // what else there is may mean something else
	}
	entries := r.entries(n, "a job", "version", "run", "check", "flags", "vantages", "limits")
	r.play(n, entries)
	for _, e := range entries {
		switch e.Key.Value {
		case "flags":
			r.readFlags(e.Value)
		case "vantages":
			r.vantages(e.Value)
		case "limits":
			r.limits(e.Value)
		}
	}
}

// version looks for a version that is known.
func (r *reader) version(n *yaml.Node) bool {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if value := n.Content[i+1]; n.Content[i].Value == "version" && value.Value != strconv.Itoa(Format) {
			r.fail(value, "this is version %s of the format, and this program knows version %d", yamlnode.Kind(value), Format)
			return false
		} else if n.Content[i].Value == "version" {
			return true
		}
	}
	if n.Kind == yaml.MappingNode {
		r.fail(n, "there is no version; a job begins with version: %d", Format)
	}
	return true
}

// play reads what is played.
func (r *reader) play(n *yaml.Node, entries []yamlnode.Entry) {
	var first *yaml.Node
	for _, e := range entries {
		if e.Key.Value != PlayRun && e.Key.Value != PlayCheck {
			continue
		}
		if first != nil {
			r.fail(e.Key, "a job runs scenarios or checks domains: %s stands on line %d already", first.Value, first.Line)
			return
		}
		first, r.job.Play = e.Key, e.Key.Value
		if e.Key.Value == PlayCheck {
			if e.Value.Tag != "!!bool" || e.Value.Value != "true" {
				r.fail(e.Value, "expected true, found %s; what is looked at stands under flags:", yamlnode.Kind(e.Value))
			}
			continue
		}
		for _, text := range r.texts(e.Value) {
			r.job.Files = append(r.job.Files, File{Name: text})
		}
		if len(r.job.Files) > MaxFiles {
			r.fail(e.Value, "a job has at most %d scenario files", MaxFiles)
		}
	}
	if first == nil && len(r.problems) == 0 {
		r.fail(n, "nothing is asked for: write run: and scenarios, or check: true")
	}
}

// readFlags reads the flags, each as the command has it: its name without the
// hyphens, and a value, several values, or true for a switch.
func (r *reader) readFlags(n *yaml.Node) {
	if r.job.Play == "" {
		return
	}
	seen := map[string]bool{}
	for _, e := range r.entries(n, "flags") {
		name := e.Key.Value
		if err := r.flags.Name(r.job.Play, name); err != nil {
			r.fail(e.Key, "%s", err)
			continue
		}
		seen[name] = true
		for _, v := range r.list(e.Value) {
			value := r.text(v)
			if value == "" {
				continue
			}
			if len(value) > maxValue {
				r.fail(v, "the value is longer than %d bytes", maxValue)
				continue
			}
			if err := r.flags.Value(r.job.Play, name, value); err != nil {
				r.fail(v, "%s: %s", name, err)
				continue
			}
			r.job.Flags = append(r.job.Flags, Flag{name, value})
		}
	}
	if len(r.job.Flags) > MaxFlags {
		r.fail(n, "a job has at most %d flags", MaxFlags)
	}
}

func (r *reader) vantages(n *yaml.Node) {
	v := &r.job.Vantages
	var each *yaml.Node
	for _, e := range r.entries(n, "vantages", "names", "each") {
		if e.Key.Value == "each" {
			each = e.Value
			continue
		}
		for _, name := range r.list(e.Value) {
			switch text := r.text(name); {
			case text == "":
			case !IsVantage(text):
				r.fail(name, "%s is not a vantage: up to 24 small letters, digits and hyphens, and not any", yamlnode.Kind(name))
			case slices.Contains(v.Names, text):
				r.fail(name, "%s is named twice", text)
			default:
				v.Names = append(v.Names, text)
			}
		}
	}
	if len(v.Names) > MaxVantages {
		r.fail(n, "a job has at most %d vantages", MaxVantages)
	}
	if v.Each = len(v.Names); v.Each == 0 && len(r.problems) == 0 {
		r.fail(n, "vantages: without names: leave it out, and any worker will do")
	}
	if each != nil && each.Value != "all" {
		number, err := strconv.Atoi(each.Value)
		if err != nil || number < 1 || number > len(v.Names) {
			r.fail(each, "each: expected all, or a number from 1 to %d, found %s", len(v.Names), yamlnode.Kind(each))
			return
		}
		v.Each = number
	}
}

func (r *reader) limits(n *yaml.Node) {
	l := &r.job.Limits
	for _, e := range r.entries(n, "limits", "attempts", "batch", "lease", "quiet") {
		switch e.Key.Value {
		case "attempts":
			l.Attempts = r.number(e.Value, 100)
		case "batch":
			l.Batch = r.number(e.Value, MaxBatch)
		case "lease":
			l.Lease = r.duration(e.Value)
		case "quiet":
			l.Quiet = r.duration(e.Value)
		}
	}
}
