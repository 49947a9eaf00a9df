package scenarios

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/yamlnode"
)

// expectation reads one key of what a reply must be.
func (p *parser) expectation(e *Expect, f field) {
	switch f.name {
	case "expect":
		e.Codes = p.codes(f.value, "expect")
		e.template = e.template || len(e.Codes.vars) > 0
	case "enhanced":
		e.Enhanced = collect(p, f, e, parseEnhanced, placeEnhanced)
	case "text":
		e.Text = collect(p, f, e, parseTextPattern, placePattern)
	case "lines":
		e.Lines = collect(p, f, e, parseLinePattern, func(x *LinePattern, at Pos, t *Text) { x.Pos, x.tmpl = at, t })
	case "offers":
		e.Offers = collect(p, f, e, parseKeyword, func(x *Keyword, at Pos, t *Text) { x.Pos, x.tmpl = at, t })
	case "lacks":
		e.Lacks = collect(p, f, e, parseKeyword, func(x *Keyword, at Pos, t *Text) { x.Pos, x.tmpl = at, t })
	case "within":
		e.Within = p.limit(f.value, "within", false)
	}
}

func placeEnhanced(x *EnhancedPattern, at Pos, t *Text) { x.Pos, x.tmpl = at, t }

func placePattern(x *TextPattern, at Pos, t *Text) {
	x.Pos, x.tmpl = at, t
	if t != nil {
		x.source = t.source
	}
}

// collect reads one or a list of T: at once where no variable is in the
// text, else the text is kept for later.
func collect[T any](p *parser, f field, e *Expect, parse func(string) (T, error), place func(*T, Pos, *Text)) []T {
	var out []T
	for _, n := range p.list(f.value, f.name) {
		t := p.text(n, f.name)
		if t.IsZero() {
			continue
		}
		var x T
		if literal, ok := t.Literal(); ok {
			var err error
			if x, err = parse(literal); err != nil {
				p.fail(yamlnode.Deref(n), "", "%v", err)
				continue
			}
			place(&x, t.pos, nil)
		} else {
			e.template = true
			place(&x, t.pos, &t)
		}
		out = append(out, x)
	}
	if emptyList(f.value) {
		p.fail(yamlnode.Deref(f.value), "", "%s is an empty list", f.name)
	}
	return out
}

// codes reads one alternative or a list of them.
func (p *parser) codes(n *yaml.Node, what string) Codes {
	n = yamlnode.Deref(n)
	c := Codes{Pos: pos(n)}
	for _, e := range p.list(n, what) {
		t := p.text(e, what)
		if t.IsZero() {
			continue
		}
		literal, ok := t.Literal()
		if !ok {
			c.vars = append(c.vars, t)
			continue
		}
		more, err := ParseCodes(literal)
		if err != nil {
			p.fail(yamlnode.Deref(e), "", "%v", err)
			continue
		}
		c.Any, c.EOF, c.None = c.Any || more.Any, c.EOF || more.EOF, c.None || more.None
		c.Silence = c.Silence || more.Silence
		c.ranges = append(c.ranges, more.ranges...)
	}
	if emptyList(n) {
		p.fail(n, "", "%s is an empty list %s", what, codeForms)
	}
	if err := c.check(); err != nil {
		p.fail(n, "", "%v", err)
	}
	return c
}

// captures reads what to keep of a reply.
func (p *parser) captures(n *yaml.Node) []Capture {
	fields, _ := p.fields(n, keySet{what: "capture"})
	var out []Capture
	for _, f := range fields {
		if !p.variableName(f.key) {
			continue
		}
		text, ok := p.word(f.value, "capture")
		if !ok {
			continue
		}
		if text == "code" {
			out = append(out, Capture{Pos: pos(f.key), Name: f.name})
			continue
		}
		re, err := parseRegexp(text)
		switch {
		case err != nil:
			p.fail(yamlnode.Deref(f.value), "", "%v", err)
		case re.NumSubexp() == 0:
			p.fail(yamlnode.Deref(f.value), `as in /queued as (\S+)/`, "the pattern has no group to keep")
		default:
			out = append(out, Capture{pos(f.key), f.name, re})
		}
	}
	return out
}

// sense refuses steps whose keys are right one by one and mean nothing together.
func (p *parser) sense(s *Step, n *yaml.Node, fields []field) {
	at := func(name string) *yaml.Node {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return nil
		}
		return fields[i].key
	}
	firstReading := func() *yaml.Node {
		for _, name := range []string{"enhanced", "text", "lines", "offers", "lacks", "within", "pass_if", "skip_if", "capture"} {
			if k := at(name); k != nil {
				return k
			}
		}
		return nil
	}
	codes, reading := &s.Expect.Codes, firstReading()
	onlyEnd := (codes.EOF || codes.Silence) && !codes.Any && len(codes.ranges) == 0 && len(codes.vars) == 0
	switch {
	case codes.None && s.Action == Read:
		p.fail(at("expect"), "", "the step does nothing: it neither sends nor reads")
	case codes.None && (s.Action == StartTLS || s.Action == Auth):
		p.fail(at("expect"), "", "%s cannot go on without a reply", s.Action)
	case codes.None && reading != nil:
		p.fail(reading, "remove it, or expect: none", "%s looks at a reply, but none is read", reading.Value)
	case (s.Action == Raw || s.Action == Bytes) && codes.IsZero() && reading != nil && at("expect") == nil:
		p.fail(reading, "add expect: any, or the codes wanted", "%s looks at a reply, but %s reads none by itself",
			reading.Value, s.Action)
	case onlyEnd && reading != nil && reading.Value != "within" && reading.Value != "pass_if" && reading.Value != "skip_if":
		p.fail(reading, "", "%s looks at a reply, but expect: %s wants none", reading.Value, codes)
	}
	if s.Action == Send && s.Verb != "" && s.Verb != "EHLO" && s.Verb != "LHLO" {
		for _, name := range []string{"offers", "lacks"} {
			if k := at(name); k != nil {
				p.fail(k, "", "%s is about the reply to EHLO, but this sends %s", name, strings.ToUpper(s.Verb))
			}
		}
	}
	if s.Action == Auth {
		p.authSense(s, n, at)
	}
}
