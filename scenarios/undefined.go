package scenarios

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Undefined returns what is wrong with the scenario's variables, judged with
// these overrides and the environment of the process: every ${name} that
// nothing defines, circles of variables, and what shows only once rows and
// entries of hosts are put in, such as an expect: ${reply} that stands for
// no code. Names that are known only in a dialogue (BuiltinNames, secrets,
// captures of earlier steps) count as defined.
func (s *Scenario) Undefined(overrides []map[string]string) Problems {
	return s.UndefinedIn(overrides, os.LookupEnv)
}

// UndefinedIn is Undefined with another environment.
func (s *Scenario) UndefinedIn(overrides []map[string]string, getenv func(string) (string, bool)) Problems {
	c := checker{s: s, overrides: overrides, getenv: getenv}
	return c.all()
}

// all looks at the scenario as it would be for each kind of host.
func (c *checker) all() Problems {
	c.run(nil)
	for i := range c.s.Hosts {
		if c.s.Hosts[i].Skip == "" {
			c.run(&c.s.Hosts[i])
		}
	}
	return c.problems.sorted(c.s.File)
}

// checker follows the variables of a scenario as they would be for a host.
type checker struct {
	s         *Scenario
	overrides []map[string]string
	getenv    func(string) (string, bool)
	host      *HostRule
	captured  map[string]bool
	active    []chain
	done      map[*Text]bool
	unknown   bool // the last expansion depends on the dialogue
	// lost is the text of a file with other mistakes, in which a definition
	// may have been lost; empty for a file that is right.
	lost     string
	problems Problems
}

// chain is a variable that is being followed.
type chain struct {
	name string
	text *Text
}

func (c *checker) run(host *HostRule) {
	s := c.s
	c.host, c.captured, c.done = host, map[string]bool{}, map[*Text]bool{}
	c.text(&s.Name)
	c.target()
	c.ports()
	c.expect(&s.Greeting)
	if s.TLS != nil {
		c.value(&s.TLS.Name)
	}
	for i := range s.Steps {
		c.step(&s.Steps[i])
	}
	// What no step uses is looked at last, when all captures are known.
	for _, vars := range [][]Var{s.Vars, s.rowTexts, hostVars(host)} {
		for i := range vars {
			if _, t, _ := s.define(vars[i].Name, &Bindings{Host: host, Overrides: c.overrides}); t == &vars[i].Value {
				c.follow(vars[i].Name, t)
			}
		}
	}
}

func hostVars(host *HostRule) []Var {
	if host == nil {
		return nil
	}
	return host.Vars
}

func (c *checker) step(s *Step) {
	c.text(&s.Name)
	c.value(&s.Text)
	if check := actions[s.Action].check; check != nil {
		check(c, s)
	}
	c.expect(&s.Expect)
	check(c, &s.PassIf, (*Codes).Resolve)
	check(c, &s.SkipIf, (*Codes).Resolve)
	for i := range s.Steps {
		c.step(&s.Steps[i])
	}
	for i := range s.Captures {
		c.captured[s.Captures[i].Name] = true
		// What was looked at before may now have more variables.
		clear(c.done)
	}
}

// startTLS checks the line of a handshake and the name it is for.
func (c *checker) startTLS(s *Step) {
	c.value(&s.StartTLS.Name)
	c.value(&s.StartTLS.Line)
}

// auth checks who logs in, and how.
func (c *checker) auth(s *Step) {
	c.value(&s.Auth.User)
	c.value(&s.Auth.Password)
	c.value(&s.Auth.Authzid)
	if mech, ok := c.value(&s.Auth.Mechanism); ok && mech != "" {
		if err := checkMechanism(mech); err != nil {
			c.fail(s.Auth.Mechanism.pos, s.Auth.Mechanism.source, "stands for something wrong: "+err.Error())
		}
	}
}

// mailbox checks where a step looks for a message.
func (c *checker) mailbox(s *Step) {
	m := s.Mailbox
	for _, text := range []*Text{&m.User, &m.Password, &m.Recipient} {
		c.value(text)
	}
	c.arrived(&m.Arrived)
	c.expect(&m.Says)
	c.expect(&m.Remote)
	where := m.Where()
	if text, ok := c.value(where); ok && text != "" {
		if _, err := m.parse(text); err != nil {
			c.fail(where.pos, where.source, "stands for something wrong: "+err.Error())
		}
	}
}

// message checks what is put into a message.
func (c *checker) message(s *Step) {
	for i := range s.Headers {
		c.value(&s.Headers[i].Value)
	}
	for i := range s.Attach {
		c.value(&s.Attach[i].Text)
		if _, known := c.value(&s.Attach[i].Name); known {
			if _, err := s.Attach[i].FileName(c.lookup); err != nil {
				c.textError(err)
			}
		}
	}
	if s.DKIM != nil {
		c.value(&s.DKIM.Domain)
		c.value(&s.DKIM.Selector)
	}
}

func (c *checker) expect(e *Expect) {
	if !e.template {
		return
	}
	check(c, &e.Codes, (*Codes).Resolve)
	checkAll(c, e.Enhanced, (*EnhancedPattern).resolve)
	checkAll(c, e.Text, (*TextPattern).resolve)
	checkAll(c, e.Lines, (*LinePattern).resolve)
	checkAll(c, e.Offers, (*Keyword).resolve)
	checkAll(c, e.Lacks, (*Keyword).resolve)
}

func checkAll[T any](c *checker, all []T, resolve func(*T, Lookup) (T, error)) {
	for i := range all {
		check(c, &all[i], resolve)
	}
}

// check resolves one expectation. What depends on the dialogue cannot be
// judged yet, only its names.
func check[T any](c *checker, e *T, resolve func(*T, Lookup) (T, error)) {
	var texts []*Text
	switch e := any(e).(type) {
	case *Codes:
		for i := range e.vars {
			texts = append(texts, &e.vars[i])
		}
	case *EnhancedPattern:
		texts = append(texts, e.tmpl)
	case *TextPattern:
		texts = append(texts, e.tmpl)
	case *LinePattern:
		texts = append(texts, e.tmpl)
	case *Keyword:
		texts = append(texts, e.tmpl)
	}
	known := true
	for _, t := range texts {
		if t != nil {
			_, ok := c.value(t)
			known = known && ok
		}
	}
	if !known {
		return
	}
	if _, err := resolve(e, c.lookup); err != nil {
		c.textError(err)
	}
}

// target checks the host that the scenario names: it must be known before
// there is a connection.
func (c *checker) target() {
	t := &c.s.Target
	if t.IsZero() {
		return
	}
	value, known := c.value(t)
	if known {
		if err := checkTarget(value); err != nil {
			c.fail(t.pos, t.source, "stands for something wrong: "+err.Error())
		}
	}
}

// value expands a text as far as can be known now; known is false if its
// value depends on the dialogue, or is wrong and has been reported.
func (c *checker) value(t *Text) (value string, known bool) {
	before := len(c.problems)
	if !c.text(t) || len(c.problems) > before {
		return "", false
	}
	c.unknown = false
	value, err := t.Expand(c.lookup)
	if c.unknown {
		return "", false
	}
	if err != nil {
		c.textError(err)
		return "", false
	}
	return value, true
}

// lookup finds values that are known before the dialogue.
func (c *checker) lookup(name string) (string, bool) {
	if c.captured[name] || c.isSecret(name) {
		c.unknown = true
		return "x", true
	}
	b := Bindings{Overrides: c.overrides, Host: c.host, Getenv: c.getenv, Builtin: c.builtin}
	return c.s.Lookup(&b)(name)
}

// builtin stands in for what is known in the dialogue only: the scenario's
// own texts may name secrets, captures and built-in variables.
func (c *checker) builtin(name string) (string, bool) {
	if c.captured[name] || c.isSecret(name) || isBuiltin(name) || isKeyIn(c.lost, name) {
		c.unknown = true
		return "x", true
	}
	return "", false
}

func (c *checker) textError(err error) {
	if te, ok := errors.AsType[*TextError](err); ok {
		c.fail(te.Pos, te.Text, te.Message)
	}
}

// fail reports a text whose value is wrong.
func (c *checker) fail(pos Pos, text, message string) {
	c.report(pos, text, message, true)
}

// report reports a text. Where another row may be without the mistake, ofRow,
// it says in which row it was found.
func (c *checker) report(pos Pos, text, message string, ofRow bool) {
	if len(c.problems) >= maxProblems {
		return
	}
	hosts := ""
	if c.host != nil {
		hosts = fmt.Sprintf(" (hosts: %s)", c.host.Match.String())
	}
	var p Problem
	if ofRow && c.s.RowNumber > 0 {
		p = c.s.rowProblem(pos, text, message, hosts)
	} else {
		p = c.s.source.problem(pos, len(text), text+" "+message+hosts, "")
	}
	for i := range c.problems {
		// What is wrong without an entry of hosts need not be said again with it.
		if c.problems[i].File == p.File && c.problems[i].Pos == p.Pos && strings.HasPrefix(p.Message, c.problems[i].Message) {
			return
		}
	}
	c.problems = append(c.problems, p)
}
