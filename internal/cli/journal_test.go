package cli

import (
	"fmt"
	"slices"
	"testing"
)

// Whatever decides what is played and with whom makes another run: also a flag
// that is new. The flags that do not are named, and exist.
func TestIdentity(t *testing.T) {
	t.Parallel()
	p := program()
	run := newSettings()
	run.out.format = p.defaultFormat()
	check := newCheckSettings()
	known := map[string]bool{}
	for _, o := range slices.Concat(run.options(), check.options()) {
		known[o.name] = true
	}
	of := func(given ...typedFlag) string {
		t.Helper()
		r := &session{Program: &Program{given: given}, settings: newSettings(), domains: &domainList{specs: []string{"example.org"}}}
		id, err := r.identity()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	plain := of()
	seen := map[string]string{plain: "no flag"}
	for name := range known {
		id := of(typedFlag{&option{name: name, arg: "X"}, "x"})
		if slices.Contains(besides(), name) {
			if id != plain {
				t.Errorf("--%s makes another run", name)
			}
			continue
		}
		if seen[id] != "" {
			t.Errorf("--%s makes the run that %s makes", name, seen[id])
		}
		seen[id] = fmt.Sprintf("--%s", name)
	}
	for _, name := range besides() {
		if !known[name] {
			t.Errorf("there is no flag --%s", name)
		}
	}
	if of(typedFlag{&option{name: "port", arg: "X"}, "25"}) == of(typedFlag{&option{name: "port", arg: "X"}, "26"}) {
		t.Error("two values of a flag make one run")
	}
}
