package scenarios

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/spelling"

	"mxprobe/internal/yamlnode"
)

// maxAttempts is how often a dialogue may be started again.
const maxAttempts = 100

// defaultWait is the wait before a new attempt where none is given: long
// enough for the usual greylist (RFC 6647 section 5).
const defaultWait = 5 * time.Minute

// conditions reads if or unless.
func (p *parser) conditions(n *yaml.Node, what string) []Condition {
	var out []Condition
	for _, e := range p.list(n, what) {
		word, ok := p.word(e, what)
		if !ok {
			continue
		}
		c, err := parseCondition(strings.TrimSpace(word))
		if err != nil {
			p.fail(yamlnode.Deref(e), "an EHLO keyword, tls, authenticated, ipv4 or ipv6", "%v", err)
			continue
		}
		c.Pos = pos(yamlnode.Deref(e))
		c.Keyword.Pos = c.Pos
		out = append(out, c)
	}
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "%s is empty", what)
	}
	return out
}

// greeting reads what the greeting must be: codes, or a map.
func (p *parser) greeting(n *yaml.Node) Expect {
	var e Expect
	if yamlnode.Deref(n).Kind != yaml.MappingNode || p.slipOfShape(yamlnode.Deref(n)) {
		e.Codes = p.codes(n, "greeting")
		e.template = len(e.Codes.vars) > 0
		return e
	}
	fields, _ := p.fields(n, keySet{what: "greeting", keys: greetingKeys()})
	for _, f := range fields {
		p.expectation(&e, f)
	}
	if e.Codes.None && len(fields) > 1 {
		p.fail(yamlnode.Deref(n), "write greeting: none alone", "none says that no greeting is read")
	}
	return e
}

// secrets reads a map of where secrets come from.
func (p *parser) secrets(n *yaml.Node) []Secret {
	fields, _ := p.fields(n, keySet{what: "secrets"})
	var out []Secret
	for _, f := range fields {
		if !p.variableName(f.key) {
			continue
		}
		if s, ok := p.secret(f); ok {
			out = append(out, s)
		}
	}
	return out
}

func (p *parser) secret(f field) (Secret, bool) {
	s := Secret{Pos: pos(f.key), Name: f.name}
	v := yamlnode.Deref(f.value)
	if v.Kind != yaml.MappingNode {
		// The value itself must not be repeated in an error.
		p.failAt(pos(f.key), p.src.width(pos(f.key)), "allowed: {env: NAME}, {file: PATH}, {command: PROGRAM}",
			"a secret says where it comes from, not what it is")
		return s, false
	}
	fields, ok := p.fields(v, keySet{what: "a secret", keys: secretKeys()})
	if ok && len(v.Content) != 2 {
		p.fail(v, "allowed: {env: NAME}, {file: PATH}, {command: PROGRAM}", "a secret comes from one place")
		return s, false
	}
	if len(fields) != 1 {
		return s, false
	}
	switch e := fields[0]; e.name {
	case "env":
		p.forbid(e.value, "variable of the environment", "put the secret into a file below the folder of the scenario")
		s.Env, ok = p.word(e.value, "env")
		if ok && (!isName(s.Env) || strings.ContainsAny(s.Env, ".-")) {
			p.fail(yamlnode.Deref(e.value), "", "%q cannot be the name of an environment variable", s.Env)
		}
	case "file":
		s.Path, ok = p.word(e.value, "file")
	case "command":
		p.forbidCommand(e.value)
		s.Command, ok = p.command(e.value)
	}
	return s, ok
}

// command reads a program with arguments, as a list or as words.
func (p *parser) command(n *yaml.Node) ([]string, bool) {
	n = yamlnode.Deref(n)
	if n.Kind != yaml.SequenceNode {
		line, ok := p.word(n, "command")
		return strings.Fields(line), ok
	}
	var out []string
	for i, e := range n.Content {
		arg, ok := p.scalar(e, "argument")
		if !ok {
			return nil, false
		}
		if i == 0 && arg == "" {
			p.fail(yamlnode.Deref(e), "", "the program has no name")
			return nil, false
		}
		out = append(out, arg)
	}
	if len(out) == 0 {
		p.fail(n, "", "command is empty")
	}
	return out, len(out) > 0
}

// hosts reads the list of differences between hosts.
func (p *parser) hosts(n *yaml.Node) []HostRule {
	var out []HostRule
	for _, e := range p.list(n, "hosts") {
		out = append(out, p.host(yamlnode.Deref(e)))
	}
	return out
}

func (p *parser) host(n *yaml.Node) HostRule {
	r := HostRule{Pos: pos(n)}
	fields, ok := p.fields(n, keySet{what: "an entry of hosts", keys: hostKeys()})
	for _, f := range fields {
		switch f.name {
		case "match":
			r.Match = p.hostMatch(f.value)
		case "vars":
			r.Vars = p.vars(f.value, "vars")
		case "skip":
			r.Skip = p.reason(f.value, "skip")
		case "may_fail":
			r.MayFail = p.reason(f.value, "may_fail")
		}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f field) bool { return f.name == name })
	}
	switch {
	case !ok || len(fields)*2 != len(n.Content):
	case !has("match"):
		p.fail(n, "add match: with a name, an address, a network or pref>=20", "this entry of hosts matches nothing")
	case len(fields) == 1:
		p.fail(n, "allowed: may_fail, skip, vars", "this entry of hosts changes nothing")
	case has("skip") && len(fields) > 2:
		p.fail(n, "", "a host that is skipped needs nothing else")
	}
	return r
}

func (p *parser) hostMatch(n *yaml.Node) HostMatch {
	n = yamlnode.Deref(n)
	text, ok := p.word(n, "match")
	if !ok {
		return HostMatch{}
	}
	m, err := parseHostMatch(strings.TrimSpace(text))
	if err != nil {
		p.fail(n, "", "%v", err)
	}
	m.Pos = pos(n)
	return m
}

// reason reads why a host is treated otherwise.
func (p *parser) reason(n *yaml.Node, what string) string {
	s, ok := p.word(n, what)
	if ok && (s == "true" || s == "false") {
		p.fail(yamlnode.Deref(n), "say why, in a few words", "%s takes a reason, not %s", what, s)
	}
	return s
}

// retry reads which failures start the dialogue again.
func (p *parser) retry(n *yaml.Node) *Retry {
	n = yamlnode.Deref(n)
	r := &Retry{Pos: pos(n), On: codeSet("4xx"), Wait: defaultWait}
	fields, ok := p.fields(n, keySet{what: "retry", keys: retryKeys()})
	times := false
	for _, f := range fields {
		switch f.name {
		case "on":
			p.retryOn(r, f.value)
		case "times":
			times = true
			r.Times = p.number(f.value, "times", 1, maxAttempts)
		case "wait":
			r.Wait = p.duration(f.value, "wait", true)
		}
	}
	if ok && !times && len(fields)*2 == len(n.Content) {
		p.fail(n, "add times: 3", "retry does not say how many times")
	}
	return r
}

func (p *parser) retryOn(r *Retry, n *yaml.Node) {
	r.On = Codes{Pos: pos(yamlnode.Deref(n))}
	if emptyList(n) {
		p.fail(yamlnode.Deref(n), "", "on is empty")
	}
	for _, e := range p.list(n, "on") {
		word, ok := p.word(e, "on")
		if !ok {
			continue
		}
		switch word {
		case "connect":
			r.Connect = true
		case "eof":
			r.EOF = true
		case "timeout":
			r.Timeout = true
		default:
			if rng, ok := parseCodeRange(word); ok {
				r.On.ranges = append(r.On.ranges, rng)
				continue
			}
			p.fail(yamlnode.Deref(e), "allowed: 4xx, 45x, 451, connect, eof, timeout, or a list",
				"%q cannot be retried on%s", word, spelling.DidYouMean(word, []string{"connect", "eof", "timeout"}))
		}
	}
}
