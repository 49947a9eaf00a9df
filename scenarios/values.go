package scenarios

import (
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/timespan"

	"mxprobe/internal/yamlnode"
)

// word returns a scalar that may not be empty and holds no variables.
func (p *parser) word(n *yaml.Node, what string) (string, bool) {
	s, ok := p.scalar(n, what)
	switch {
	case !ok:
		return "", false
	case strings.Contains(s, "${"):
		p.fail(yamlnode.Deref(n), "", "%s cannot hold variables", what)
		return "", false
	case strings.TrimSpace(s) == "":
		p.fail(yamlnode.Deref(n), "", "%s is empty", what)
		return "", false
	}
	return s, true
}

// text returns a scalar with variables.
func (p *parser) text(n *yaml.Node, what string) Text { return p.template(n, what, false) }

func (p *parser) template(n *yaml.Node, what string, breaks bool) Text {
	n = yamlnode.Deref(n)
	s, ok := p.scalar(n, what)
	if !ok {
		return Text{}
	}
	v := variablePlaces{p: p, node: n, at: -1}
	t, err := parseText(s, pos(n), breaks, v.place)
	if err != nil {
		v.at = -1
		p.failAt(v.place(err.n), err.width, err.hint, "%s", err.message)
	}
	p.forbidEnvironment(&t)
	return t
}

// variablePlaces finds the places of the variables of a scalar in the
// source. Escapes of YAML cannot make up a "${", so that looking for it is
// enough.
type variablePlaces struct {
	p    *parser
	node *yaml.Node
	at   int // offset after the last one found, -1 before the first
	next int // number of the next one
}

// place returns the place of the i-th "${". Those after it can be asked for
// later, those before it only after at was set to -1.
func (v *variablePlaces) place(i int) Pos {
	src := v.p.src
	if v.at < 0 {
		v.at, v.next = v.p.at.offsetOf(src, pos(v.node)), 0
	}
	for v.at < len(src.text) {
		skip := strings.IndexByte(src.text[v.at:], '$')
		if skip < 0 {
			break
		}
		v.at += skip + 1
		switch {
		case strings.HasPrefix(src.text[v.at:], "$"):
			v.at++
		case strings.HasPrefix(src.text[v.at:], "{"):
			if v.next++; v.next > i {
				return v.p.at.posOf(src, v.at-1)
			}
		}
	}
	return pos(v.node)
}

// line returns a text of one line that is not empty.
func (p *parser) line(n *yaml.Node, what string) Text {
	t := p.text(n, what)
	switch {
	case t.IsZero():
	case strings.TrimSpace(t.source) == "":
		p.fail(yamlnode.Deref(n), "", "%s is empty", what)
	case strings.ContainsAny(strings.TrimRight(t.source, "\n"), "\r\n"):
		p.fail(yamlnode.Deref(n), "", "%s has more than one line", what)
	}
	return t
}

// boolean reads true or false.
func (p *parser) boolean(n *yaml.Node, what string) bool {
	s, ok := p.scalar(n, what)
	if ok && s != "true" && s != "false" {
		p.fail(yamlnode.Deref(n), "allowed: false, true", "%s is true or false, not %q", what, s)
	}
	return s == "true"
}

// duration reads a time; zero is for those that may be none.
func (p *parser) duration(n *yaml.Node, what string, zero bool) time.Duration {
	s, ok := p.word(n, what)
	if !ok {
		return 0
	}
	d, err := timespan.Parse(s)
	switch {
	case err != nil:
		p.fail(yamlnode.Deref(n), "", "%v", err)
	case d == 0 && !zero:
		p.fail(yamlnode.Deref(n), "", "%s must be longer than nothing", what)
	}
	return d
}

// limit reads a time, or a map of warn and fail. Of within the time to warn
// is the shorter one; where more is better, as with the days that a
// certificate is valid for, it is the longer one.
func (p *parser) limit(n *yaml.Node, what string, more bool) Limit {
	n = yamlnode.Deref(n)
	l := Limit{Pos: pos(n)}
	if n.Kind != yaml.MappingNode {
		l.Fail = p.duration(n, what, false)
		return l
	}
	fields, ok := p.fields(n, keySet{what: what, keys: limitKeys()})
	for _, f := range fields {
		switch f.name {
		case "warn":
			l.Warn = p.duration(f.value, "warn", false)
		case "fail":
			l.Fail = p.duration(f.value, "fail", false)
		}
	}
	switch {
	case !ok:
	case len(n.Content) == 0:
		p.fail(n, "allowed: fail, warn", "%s has no time in it", what)
	case l.Warn == 0 || l.Fail == 0:
	case !more && l.Warn >= l.Fail:
		p.fail(n, "", "warn must be shorter than fail, or it never warns")
	case more && l.Warn <= l.Fail:
		p.fail(n, "", "warn must be longer than fail, or it never warns")
	}
	return l
}

// number reads a whole number within bounds.
func (p *parser) number(n *yaml.Node, what string, low, high int) int {
	s, ok := p.word(n, what)
	if !ok {
		return 0
	}
	value := 0
	for _, r := range s {
		if r < '0' || r > '9' || value > high {
			value = -1
			break
		}
		value = value*10 + int(r-'0')
	}
	if value < low || value > high || utf8.RuneCountInString(s) > 9 {
		p.fail(yamlnode.Deref(n), "", "%s is a whole number from %d to %d, not %q", what, low, high, s)
		return 0
	}
	return value
}
