package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/spelling"
)

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
			c.report(p.pos, p.String(), message, c.s.columns[p.name])
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
	_, t, ok := c.s.define(name, &Bindings{Host: c.host, Overrides: c.overrides})
	switch {
	case t != nil:
		return c.follow(name, t), true
	case ok || isBuiltin(name) || isKeyIn(c.lost, name):
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
	if builtin := otherWord(name); builtin != "" {
		return fmt.Sprintf("is not defined (the built-in ${%s} is %s)", builtin, builtinMeaning(builtin))
	}
	return "is not defined" + spelling.DidYouMean(name, names)
}

// otherWord returns the built-in variable that a name means which other
// programs, or the language of mail, have for it; nothing if none is meant.
func otherWord(name string) string {
	switch strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name)) {
	case "sender", "mailfrom", "envelopefrom", "returnpath", "reversepath":
		return "from"
	case "recipient", "rcpt", "rcptto", "envelopeto", "forwardpath", "mailto":
		return "to"
	case "ehlo", "hostname", "myhostname", "clientname", "localname":
		return "helo"
	case "mx", "host", "server", "mxname", "mxhost":
		return "mx.name"
	case "address", "mxip", "serverip", "hostip":
		return "ip"
	case "date", "time", "timestamp":
		return "now"
	}
	return ""
}

// builtinMeaning says what the built-in variables with other names are.
func builtinMeaning(name string) string {
	switch name {
	case "from":
		return "the sender"
	case "to":
		return "the recipient"
	case "helo":
		return "the name given in EHLO"
	case "mx.name":
		return "the host that is spoken to"
	case "ip":
		return "its address"
	}
	return "the time"
}
