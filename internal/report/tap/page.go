package tap

import (
	"strconv"
	"strings"

	"mxprobe/probe/result"
)

// page collects lines. Nothing but its own words begins a line, and nothing
// from outside ends one, so that no server can forge a test point.
type page struct{ b []byte }

// subtest is how far the lines of a subtest are set in.
const subtest = 4

func (p *page) line(indent int, s string) {
	for range indent {
		p.b = append(p.b, ' ')
	}
	p.b = append(p.b, s...)
	p.b = append(p.b, '\n')
}

// point is a test point.
type point struct {
	ok        bool
	number    int
	name      string
	directive string // SKIP or TODO, or nothing
	why       string
}

func (p *page) point(indent int, t *point) {
	line := "ok "
	if !t.ok {
		line = "not ok "
	}
	line += strconv.Itoa(t.number) + " - " + escape(t.name)
	if t.directive != "" {
		line += " # " + t.directive
		if t.why != "" {
			line += " " + escape(t.why)
		}
	}
	p.line(indent, line)
}

// field is a member of the diagnostics. Its value is a string, a number, a
// list of fields, or a block of lines.
type field struct {
	key   string
	value any
}

// yaml writes diagnostics below a test point. Readers of TAP know but a part
// of YAML: block mappings, quoted strings and literal blocks are in it, flow
// mappings are not.
func (p *page) yaml(indent int, fields []field) {
	if len(fields) == 0 {
		return
	}
	indent += 2
	p.line(indent, "---")
	p.fields(indent, fields)
	p.line(indent, "...")
}

func (p *page) fields(indent int, fields []field) {
	for _, f := range fields {
		switch v := f.value.(type) {
		case int:
			p.line(indent, f.key+": "+strconv.Itoa(v))
		case string:
			p.line(indent, f.key+": "+quote(v))
		case []field:
			p.line(indent, f.key+":")
			p.fields(indent+2, v)
		case []string:
			// Each line begins with who said it, so that none can look
			// like the end of the block.
			p.line(indent, f.key+": |")
			for _, l := range v {
				p.line(indent+2, l)
			}
		}
	}
}

// escape makes a description or a reason of text: a # would begin a
// directive.
func escape(s string) string {
	s = strings.TrimSpace(result.PrintableString(s))
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "#", `\#`)
}

// quote writes a double-quoted scalar.
func quote(s string) string {
	s = result.PrintableString(s)
	return `"` + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) + `"`
}
