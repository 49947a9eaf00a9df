package scenarios

import (
	"errors"
	"fmt"
	"os"
	"slices"
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
	c.run(nil)
	for i := range s.Hosts {
		if s.Hosts[i].Skip == "" {
			c.run(&s.Hosts[i])
		}
	}
	return c.problems.sorted(s.File)
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
	problems  Problems
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
	c.expect(&s.Greeting)
	for i := range s.Steps {
		c.step(&s.Steps[i])
	}
	// What no step uses is looked at last, when all captures are known.
	for _, vars := range [][]Var{s.Vars, s.rowTexts, hostVars(host)} {
		for i := range vars {
			if _, t, _ := s.define(vars[i].Name, host, c.overrides); t == &vars[i].Value {
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
	if s.StartTLS != nil {
		c.value(&s.StartTLS.Name)
	}
	if s.Auth != nil {
		c.value(&s.Auth.User)
		c.value(&s.Auth.Password)
		if mech, ok := c.value(&s.Auth.Mechanism); ok && mech != "" {
			if err := checkMechanism(mech); err != nil {
				c.fail(s.Auth.Mechanism.pos, s.Auth.Mechanism.source, "stands for something wrong: "+err.Error())
			}
		}
	}
	c.expect(&s.Expect)
	check(c, &s.PassIf, (*Codes).Resolve)
	for i := range s.Steps {
		c.step(&s.Steps[i])
	}
	for i := range s.Captures {
		c.captured[s.Captures[i].Name] = true
		// What was looked at before may now have more variables.
		clear(c.done)
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

// text reports names in a text that nothing defines, and whether there are
// none.
func (c *checker) text(t *Text) bool {
	if t.parts == nil {
		return true
	}
	if ok, seen := c.done[t]; seen {
		return ok
	}
	ok := true
	c.done[t] = ok
	for i := range t.parts {
		p := &t.parts[i]
		if p.name == "" {
			continue
		}
		message, defined := c.name(p.name)
		switch {
		case !defined && p.def != nil:
			ok = c.text(p.def) && ok
		case message == nested:
			ok = false
		case message != "":
			ok = false
			c.fail(p.pos, p.String(), message)
		}
	}
	c.done[t] = ok
	return ok
}

// nested says that what is wrong has been reported where it stands.
const nested = "nested"

// name follows one variable. defined is true if something defines it; the
// message says what is wrong.
func (c *checker) name(name string) (message string, defined bool) {
	if env, ok := strings.CutPrefix(name, "env."); ok {
		if _, ok := c.getenv(env); !ok {
			return "is not set in the environment", false
		}
		return "", true
	}
	if c.captured[name] || c.isSecret(name) {
		return "", true
	}
	_, t, ok := c.s.define(name, c.host, c.overrides)
	switch {
	case t != nil:
		return c.follow(name, t), true
	case ok || isBuiltin(name):
		return "", true
	}
	return c.undefined(name), false
}

// follow looks at the variables in a variable's own text, and says if they
// lead back to it.
func (c *checker) follow(name string, t *Text) string {
	for i := range c.active {
		if c.active[i].text == t {
			path := make([]string, 0, len(c.active)-i+1)
			for _, a := range c.active[i:] {
				path = append(path, a.name)
			}
			return "leads back to itself: " + strings.Join(append(path, name), " -> ")
		}
	}
	c.active = append(c.active, chain{name, t})
	ok := c.text(t)
	c.active = c.active[:len(c.active)-1]
	if !ok {
		return nested
	}
	return ""
}

func (c *checker) isSecret(name string) bool {
	return slices.ContainsFunc(c.s.Secrets, func(s Secret) bool { return s.Name == name })
}

// undefined says that a name is not defined, and what may have been meant.
func (c *checker) undefined(name string) string {
	for i := range c.s.Hosts {
		if find(c.s.Hosts[i].Vars, name) != nil {
			return "is defined for some hosts only; give the others a value in vars"
		}
	}
	for _, s := range c.s.Steps {
		if slices.ContainsFunc(s.Captures, func(k Capture) bool { return k.Name == name }) {
			return "is captured by a later step only"
		}
	}
	names := BuiltinNames()
	for _, vars := range [][]Var{c.s.Vars, c.s.rowTexts} {
		for i := range vars {
			names = append(names, vars[i].Name)
		}
	}
	for column := range c.s.Row {
		names = append(names, column)
	}
	for _, s := range c.s.Secrets {
		names = append(names, s.Name)
	}
	for k := range c.captured {
		names = append(names, k)
	}
	slices.Sort(names)
	return "is not defined" + didYouMean(name, names)
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
	if c.captured[name] || c.isSecret(name) || isBuiltin(name) {
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

func (c *checker) fail(pos Pos, text, message string) {
	if c.s.RowNumber > 0 {
		message += fmt.Sprintf(" (row %d)", c.s.RowNumber)
	}
	if c.host != nil {
		message += fmt.Sprintf(" (hosts: %s)", c.host.Match.String())
	}
	p := c.s.source.problem(pos, len(text), text+" "+message, "")
	for i := range c.problems {
		// What is wrong without an entry of hosts need not be said again with it.
		if c.problems[i].Pos == pos && strings.HasPrefix(p.Message, c.problems[i].Message) {
			return
		}
	}
	c.problems = append(c.problems, p)
}
