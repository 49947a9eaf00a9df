package scenarios

import (
	"os"
	"strings"
)

// Bindings are the values of variables for one dialogue with one host. The
// weakest come first: Builtin, the scenario's vars, Explicit, the Overrides in
// their order, the row of each, the entry of hosts, the secrets, the captures.
type Bindings struct {
	// Builtin knows the names of BuiltinNames.
	Builtin Lookup
	// Explicit knows the values of builtin names that were given in so many
	// words, so that they beat the scenario's vars; nil knows none.
	Explicit Lookup
	// Overrides are values from outside: the environment, a file of
	// variables, the command line. Dollar signs in them mean nothing.
	Overrides []map[string]string
	// Host is the first entry of hosts that fits, nil if none does.
	Host *HostRule
	// Secrets is what LoadSecrets returned.
	Secrets map[string]string
	// Captures is read at every look-up; what is added later is found.
	Captures map[string]string
	// Getenv finds ${env.NAME}; nil stands for os.LookupEnv.
	Getenv func(string) (string, bool)
}

// BuiltinNames returns the names of the variables that exist in every
// dialogue: the mail domain, the name and preference of the host, its
// address and the port, the name given to EHLO, the sender and recipient, a
// name for the run, and the time (RFC 3339, UTC).
func BuiltinNames() []string {
	return []string{"domain", "mx.name", "mx.pref", "ip", "port", "helo", "from", "to", "run_id", "dialogue_id", "now"}
}

func isBuiltin(name string) bool {
	switch name {
	case "domain", "mx.name", "mx.pref", "ip", "port", "helo", "from", "to", "run_id", "dialogue_id", "now":
		return true
	}
	return false
}

// maxNested is how many texts one variable may draw in; more than that is a
// trick to use up time.
const maxNested = 1000

// maxValue is how long the value of a variable may get, in bytes.
const maxValue = 1 << 20

// Lookup returns a function that finds variables with these bindings.
// Values of the scenario itself may hold variables, in which case those are
// put in; a variable that leads back to itself has no value. The function
// is for one goroutine at a time.
func (s *Scenario) Lookup(b *Bindings) Lookup {
	r := resolver{s: s, b: b}
	return r.lookup
}

// resolver finds variables for a Lookup.
type resolver struct {
	s      *Scenario
	b      *Bindings
	active []*Text
	nested int
}

func (r *resolver) lookup(name string) (string, bool) {
	if v, ok := r.b.Captures[name]; ok {
		return v, true
	}
	if v, ok := r.b.Secrets[name]; ok {
		return v, true
	}
	if env, ok := strings.CutPrefix(name, "env."); ok {
		if r.b.Getenv == nil {
			return os.LookupEnv(env)
		}
		return r.b.Getenv(env)
	}
	value, text, ok := r.s.define(name, r.b)
	switch {
	case text != nil:
		return r.expand(text)
	case ok:
		return value, true
	case r.b.Builtin != nil:
		return r.b.Builtin(name)
	}
	return "", false
}

// define finds what the scenario and the overrides say about a name: a text
// of the scenario, or a value.
func (s *Scenario) define(name string, b *Bindings) (string, *Text, bool) {
	if b.Host != nil {
		if t := find(b.Host.Vars, name); t != nil {
			return "", t, true
		}
	}
	if t := find(s.rowTexts, name); t != nil {
		return "", t, true
	}
	if v, ok := s.Row[name]; ok {
		return v, nil, true
	}
	for i := len(b.Overrides) - 1; i >= 0; i-- {
		if v, ok := b.Overrides[i][name]; ok {
			return v, nil, true
		}
	}
	if b.Explicit != nil {
		if v, ok := b.Explicit(name); ok {
			return v, nil, true
		}
	}
	if t := find(s.Vars, name); t != nil {
		return "", t, true
	}
	return "", nil, false
}

func find(vars []Var, name string) *Text {
	for i := range vars {
		if vars[i].Name == name {
			return &vars[i].Value
		}
	}
	return nil
}

// expand puts the variables of a variable's own text in.
func (r *resolver) expand(t *Text) (string, bool) {
	if value, ok := t.Literal(); ok {
		return value, true
	}
	if len(r.active) == 0 {
		r.nested = 0
	}
	for _, a := range r.active {
		if a == t {
			return "", false
		}
	}
	if r.nested++; r.nested > maxNested {
		return "", false
	}
	r.active = append(r.active, t)
	value, err := t.Expand(r.lookup)
	r.active = r.active[:len(r.active)-1]
	return value, err == nil && len(value) <= maxValue
}
