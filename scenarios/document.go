package scenarios

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"mxprobe/internal/hostname"
	"mxprobe/internal/spelling"
	"mxprobe/internal/yamlnode"
)

// document reads one scenario; number counts the documents of the file.
func (p *parser) document(n *yaml.Node, number int) []*Scenario {
	s := &Scenario{File: p.src.file, Pos: pos(n), source: p.src, reach: p.reach, outputs: &outputs{}}
	if root := yamlnode.Deref(n); root.Kind == yaml.MappingNode && p.otherVersion(root) {
		return nil
	}
	before := len(p.problems)
	fields, ok := p.fields(n, keySet{what: "a scenario", keys: scenarioKeys()})
	if !ok {
		return nil
	}
	known := len(p.problems) == before
	p.steps = 0
	rows := []row{{}}
	for _, f := range fields {
		if f.name == "each" {
			rows = p.each(f.value)
			continue
		}
		p.setting(s, f)
	}
	if known && !slices.ContainsFunc(fields, func(f field) bool { return f.name == "steps" }) {
		p.fail(n, "add steps: and a list", "the scenario has no steps")
	}
	if s.Name.IsZero() {
		s.Name = defaultName(p.src.file, number, s.Pos)
	}
	p.agreement(s, rows)
	p.sendersPlace(s, fields)
	s.Delivers = delivers(s.Steps)
	s.columns = columnsOf(rows)
	out := make([]*Scenario, len(rows))
	for i := range rows {
		each := *s
		each.Row, each.rowTexts, each.RowNumber = rows[i].columns, rows[i].texts, rows[i].number
		each.place = rows[i].place
		out[i] = &each
	}
	return out
}

// otherVersion reports a scenario in a format that is not ours. Nothing else
// is said about it then.
func (p *parser) otherVersion(n *yaml.Node) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "version" {
			continue
		}
		v, ok := p.scalar(n.Content[i+1], "version")
		if ok && v != "1" {
			p.fail(yamlnode.Deref(n.Content[i+1]), "a newer mxprobe may read it", "this mxprobe reads version 1")
		}
		return !ok || v != "1"
	}
	return false
}

// defaultName names a scenario that has no name after its file.
func defaultName(file string, number int, at Pos) Text {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if name == "" || name == "-" {
		name = "scenario"
	}
	if number > 1 {
		name = fmt.Sprintf("%s %d", name, number)
	}
	return Text{pos: at, source: name, value: name, given: true}
}

// setting reads one key of a scenario.
func (p *parser) setting(s *Scenario, f field) {
	switch f.name {
	case "name":
		s.Name = p.line(f.value, "name")
	case "description":
		s.Description, _ = p.scalar(f.value, "description")
	case "tags":
		s.Tags = p.tags(f.value)
	case "sender":
		s.Sender = p.boolean(f.value, "sender")
	case "if":
		s.If = p.conditions(f.value, "if")
	case "unless":
		s.Unless = p.conditions(f.value, "unless")
	case "unless_passed":
		s.UnlessPassed = p.earlier(f.value)
	case "vars":
		s.Vars = p.vars(f.value, "vars")
	case "secrets":
		s.Secrets = p.secrets(f.value)
	case "hosts":
		s.Hosts = p.hosts(f.value)
	case "target":
		s.Target = p.target(f.value)
	case "port":
		s.Ports = p.ports(f.value)
	case "tls":
		p.tlsOf(s, f.value)
	case "greeting":
		s.Greeting = p.greeting(f.value)
		if s.Greeting.Codes.None {
			s.Greeting, s.SpeakFirst = Expect{}, true
		}
	case "timeout":
		s.Timeout = p.duration(f.value, "timeout", false)
	case "retry":
		s.Retry = p.retry(f.value)
	case "protocol":
		s.LMTP = p.protocol(f.value)
	case "pipeline":
		s.Grouped = p.grouped(f.value)
	case "reuse":
		s.Reuse = p.boolean(f.value, "reuse")
	case "quit":
		s.NoQuit = !p.boolean(f.value, "quit")
	case "steps":
		s.Steps = p.stepList(f.value)
	}
}

// protocol reads whether the server speaks LMTP.
func (p *parser) protocol(n *yaml.Node) bool {
	word, ok := p.word(n, "protocol")
	if ok && word != "lmtp" && word != "smtp" {
		p.fail(yamlnode.Deref(n), "allowed: smtp, lmtp", "%q is not a protocol that can be played", word)
	}
	return word == "lmtp"
}

// grouped reads whether commands go out in groups.
func (p *parser) grouped(n *yaml.Node) bool {
	if yamlnode.Deref(n).Kind == yaml.SequenceNode {
		p.fail(yamlnode.Deref(n), "put it into steps:, as - pipeline:", "a group of lines is a step")
		return false
	}
	word, ok := p.word(n, "pipeline")
	if ok && word != "auto" {
		p.fail(yamlnode.Deref(n), "allowed: auto; a group of your own is a step, - pipeline:", "pipeline is auto, not %q", word)
	}
	return ok
}

func (p *parser) tags(n *yaml.Node) []string {
	var out []string
	for _, e := range p.list(n, "tags") {
		tag, ok := p.word(e, "tag")
		if ok && strings.ContainsAny(tag, " \t\r\n,") {
			p.fail(yamlnode.Deref(e), "write a list: [dsn, cron]", "a tag is one word, not %q", tag)
		}
		if ok && !slices.Contains(out, tag) {
			out = append(out, tag)
		}
	}
	return out
}

// vars reads a map of variables.
func (p *parser) vars(n *yaml.Node, what string) []Var {
	fields, _ := p.fields(n, keySet{what: what})
	out := make([]Var, 0, len(fields))
	for _, f := range fields {
		if p.variableName(f.key) {
			out = append(out, Var{pos(f.key), f.name, p.template(f.value, "value of "+f.name, true)})
		}
	}
	return out
}

// variableName reports whether a key can name a variable.
func (p *parser) variableName(key *yaml.Node) bool {
	switch name := key.Value; {
	case !isName(name):
		p.fail(key, "letters, digits, _ . and -", "%q cannot be the name of a variable", name)
		return false
	case strings.HasPrefix(name, "env."):
		p.fail(key, "", "%q cannot be set: env. names the environment", name)
		return false
	}
	return true
}

// target reads the host to speak to.
func (p *parser) target(n *yaml.Node) Text {
	t := p.line(n, "target")
	p.forbidTarget(n, &t)
	for i := range t.parts {
		switch name := t.parts[i].name; name {
		case "mx.name", "mx.pref", "ip", "port":
			p.failAt(t.parts[i].pos, len(name)+3, "", "${%s} is not known before there is a target", name)
		}
	}
	if host, ok := t.Literal(); ok && !t.IsZero() {
		if err := checkTarget(strings.TrimSpace(host)); err != nil {
			p.fail(yamlnode.Deref(n), "", "%v", err)
		}
	}
	return t
}

// checkTarget refuses what is neither a host name nor an address.
func checkTarget(host string) error {
	if path, ok := strings.CutPrefix(host, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("%q is not a socket: write unix: and its whole path", host)
		}
		return nil
	}
	if _, ok := hostname.Addr(host); ok {
		return nil
	}
	switch {
	case host == "":
		return errors.New("the target is empty")
	case strings.Contains(host, ":"):
		return fmt.Errorf("%q is not a host: the port has a key of its own, port", host)
	}
	if err := hostname.Check(host); err != nil {
		return fmt.Errorf("%q is not a host name or an address: %w", host, err)
	}
	return nil
}

// agreement checks what keys of a scenario say about each other.
func (p *parser) agreement(s *Scenario, rows []row) {
	for i := range s.Secrets {
		secret := &s.Secrets[i]
		for _, other := range s.Vars {
			if other.Name == secret.Name {
				p.failAt(secret.Pos, len(secret.Name), "remove it from vars",
					"%q is in vars (%d:%d) and in secrets", secret.Name, other.Pos.Line, other.Pos.Col)
			}
		}
		for _, rule := range s.Hosts {
			if find(rule.Vars, secret.Name) != nil {
				p.failAt(secret.Pos, len(secret.Name), "give one of them another name",
					"%q is in secrets and in hosts (%d:%d)", secret.Name, rule.Pos.Line, rule.Pos.Col)
			}
		}
		if slices.ContainsFunc(rows, func(r row) bool { _, ok := r.columns[secret.Name]; return ok }) {
			p.failAt(secret.Pos, len(secret.Name), "give one of them another name",
				"%q is in secrets and a column of each", secret.Name)
		}
	}
	p.captureNames(s, s.Steps)
	p.opportunistic(s)
	p.reusable(s)
	p.unmixed(s.Steps)
	p.afterwards(s.Steps)
}

// captureNames refuses captures under the name of a secret: they are shown.
func (p *parser) captureNames(s *Scenario, steps []Step) {
	for i := range steps {
		for _, c := range steps[i].Captures {
			if slices.ContainsFunc(s.Secrets, func(k Secret) bool { return k.Name == c.Name }) {
				p.failAt(c.Pos, len(c.Name), "give one of them another name", "%q is a secret", c.Name)
			}
		}
		p.captureNames(s, steps[i].Steps)
	}
}

// sendersPlace refuses sender: true where no sender would come.
func (p *parser) sendersPlace(s *Scenario, fields []field) {
	if !s.Sender {
		return
	}
	for _, f := range fields {
		switch {
		case f.name == "target", f.name == "protocol" && s.LMTP, f.name == "tls" && s.ImplicitTLS:
			p.fail(f.key, "leave one of them out", "a sender comes to the MX hosts by SMTP, at port 25 and in clear at first: %s: and sender: true do not go together", f.name)
		}
	}
}

// earlier reads the name of a scenario that stands before this one.
func (p *parser) earlier(n *yaml.Node) string {
	name, ok := p.word(n, "unless_passed")
	if ok && !slices.Contains(p.names, name) {
		p.fail(yamlnode.Deref(n), "the scenarios of a file are played in their order", "no scenario before this one in the file has the name %q%s",
			name, spelling.DidYouMean(name, p.names))
	}
	return name
}
