package report

import (
	"bytes"
	"strings"

	"mxprobe/probe/result"
)

// minWidth is the narrowest terminal that lines are laid out for.
const minWidth = 40

// The colours, as parameters of the escape sequence SGR (ECMA-48).
const (
	bold    = "1"
	faint   = "2"
	red     = "1;31"
	green   = "32"
	yellow  = "33"
	magenta = "35"
)

// page collects lines. It keeps blank lines apart from each other: one asked
// for before the first line, after the last or twice is not written.
type page struct {
	b       []byte
	color   bool
	width   int // 0: no limit
	begun   bool
	pending bool
}

func newPage(o Options) page {
	p := page{color: o.Color, width: max(o.Width, 0)}
	if p.width > 0 {
		p.width = max(p.width, minWidth)
	}
	return p
}

// blank asks for a blank line before the next line.
func (p *page) blank() { p.pending = p.begun }

func (p *page) line(parts ...string) {
	if p.pending {
		p.b = append(p.b, '\n')
	}
	p.begun, p.pending = true, false
	start := len(p.b)
	for _, s := range parts {
		p.b = append(p.b, s...)
	}
	p.b = append(append(p.b[:start], noCommand(p.b[start:])...), '\n')
}

// noCommand takes apart what the log of a CI system would take for a command:
// :: at the start of a line and ##[ anywhere, which may come about where parts
// of a line meet.
func noCommand(line []byte) []byte {
	if bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("::")) {
		line = bytes.Replace(line, []byte(":"), []byte(`\x3a`), 1)
	}
	if bytes.Contains(line, []byte("##[")) {
		line = bytes.ReplaceAll(line, []byte("##["), []byte(`##\x5b`))
	}
	return line
}

// room returns the columns that are left behind an indent, 0 for no limit.
func (p *page) room(indent int) int {
	if p.width == 0 {
		return 0
	}
	return max(p.width-indent, 20)
}

// text writes s behind a label, wrapped, later lines under the first. A
// later line is always set in, so that no word of a server begins a line,
// where it might be taken for a verdict.
func (p *page) text(indent, label, s string) { p.styled("", indent, label, s) }

// styled is text with a label in a colour.
func (p *page) styled(style, indent, label, s string) {
	hang := max(cells(indent)+cells(label), 2)
	for i, l := range wrap(s, p.room(hang)) {
		if i > 0 {
			indent, label = strings.Repeat(" ", hang), ""
		}
		p.line(indent, p.paint(style, label), l)
	}
}

// paint is called after widths have been counted, because an escape
// sequence takes no column.
func (p *page) paint(style, s string) string {
	if !p.color || style == "" || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// Word is a verdict as a reader sees it. It is the model's own word: who
// looks up INCONCLUSIVE in the manual, in JSON or in the exit statuses finds
// it under that name, which an abbreviation of four letters would not allow.
// Its price is a column that is wider in the domains that need it.
func Word(v result.Verdict) string {
	switch v {
	case result.Pass:
		return "PASS"
	case result.Fail:
		return "FAIL"
	case result.Warn:
		return "WARN"
	case result.Skip:
		return "SKIP"
	case result.NotRun:
		return "NOT RUN"
	}
	return strings.ToUpper(v.String())
}

func style(v result.Verdict) string {
	switch v {
	case result.Pass:
		return green
	case result.Fail:
		return red
	case result.Warn:
		return yellow
	case result.Inconclusive:
		return magenta
	}
	return faint
}

// verdict returns the verdict's word in its colour, padded.
func (p *page) verdict(v result.Verdict, width int) string {
	w := Word(v)
	return p.paint(style(v), w) + strings.Repeat(" ", max(width-len(w), 0))
}
