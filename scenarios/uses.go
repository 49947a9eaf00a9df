package scenarios

import (
	"reflect"
	"slices"
	"strings"
)

// Uses returns the built-in variables that the dialogue may draw in, with these
// overrides, whatever host it is played with: by any text of the scenario, and by
// the variables that such a text names. It errs on the side of too many: what one
// host alone draws in is among them.
func (s *Scenario) Uses(overrides []map[string]string) map[string]bool {
	return s.usedBy(reflect.ValueOf(*s), overrides)
}

// UsesIn is Uses for some of its steps alone, with the greeting and the handshake
// that come before the first.
func (s *Scenario) UsesIn(steps []Step, overrides []map[string]string) map[string]bool {
	return s.usedBy(reflect.ValueOf(Scenario{Greeting: s.Greeting, TLS: s.TLS, Steps: steps}), overrides)
}

func (s *Scenario) usedBy(v reflect.Value, overrides []map[string]string) map[string]bool {
	if s.literal() {
		return map[string]bool{}
	}
	u := uses{scenario: s, overrides: overrides, seen: map[string]bool{}, builtin: map[string]bool{}, own: map[reflect.Type]bool{}}
	u.value(v)
	return u.builtin
}

// literal reports whether the file has no variable for sure: the dollar sign of one
// may be written as an escape, and is not left out by anything else.
func (s *Scenario) literal() bool {
	return s.source != nil && !strings.ContainsAny(s.source.text, `$\`)
}

// uses finds the variables that texts lead to.
type uses struct {
	scenario  *Scenario
	overrides []map[string]string
	seen      map[string]bool
	builtin   map[string]bool
	own       map[reflect.Type]bool // of this package, by what was seen of them
}

// value goes through all that a value holds. It is told what to leave out, and not
// what to look at: a key that the language gets one day is looked at by itself.
func (u *uses) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			u.value(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // bytes are sent as they stand
		}
		for i := range v.Len() {
			u.value(v.Index(i))
		}
	case reflect.Struct:
		u.fields(v)
	}
}

func (u *uses) fields(v reflect.Value) {
	t := v.Type()
	if !u.isOwn(t) {
		return // such as a pattern that is compiled
	}
	if t == reflect.TypeFor[part]() {
		u.name(v.FieldByName("name").String())
	}
	defines := t == reflect.TypeFor[Scenario]() || t == reflect.TypeFor[HostRule]()
	for i := range v.NumField() {
		field := v.Field(i)
		switch field.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Struct:
			if !field.IsZero() && !(defines && isAside(t.Field(i).Name)) {
				u.value(field)
			}
		}
	}
}

// isOwn reports whether a type is one of this package. What reflect knows of it
// is asked once, since it has to be spelled out each time.
func (u *uses) isOwn(t reflect.Type) bool {
	own, known := u.own[t]
	if !known {
		own = t.PkgPath() == reflect.TypeFor[Text]().PkgPath()
		u.own[t] = own
	}
	return own
}

// isAside names what a scenario holds that draws nothing in: definitions, which
// count where something names them, and where its text came from.
func isAside(field string) bool {
	switch field {
	case "Vars", "rowTexts", "source", "place", "outputs", "reach":
		return true
	}
	return false
}

// name follows a variable to what may define it, for any host.
func (u *uses) name(name string) {
	if name == "" || u.seen[name] {
		return
	}
	u.seen[name] = true
	s := u.scenario
	for i := range s.Hosts {
		u.text(find(s.Hosts[i].Vars, name))
	}
	if t := find(s.rowTexts, name); t != nil {
		u.text(t)
		return
	}
	// From here on in the order of define. Nothing is drawn in by what a secret, the
	// environment or a column gives.
	secret := slices.ContainsFunc(s.Secrets, func(secret Secret) bool { return secret.Name == name })
	if _, fixed := s.Row[name]; fixed || secret || strings.HasPrefix(name, "env.") {
		return
	}
	for _, values := range u.overrides {
		if _, fixed := values[name]; fixed {
			return
		}
	}
	if t := find(s.Vars, name); t != nil {
		u.text(t)
		return
	}
	if isBuiltin(name) {
		u.builtin[name] = true
	}
}

func (u *uses) text(t *Text) {
	if t != nil {
		u.value(reflect.ValueOf(t))
	}
}
