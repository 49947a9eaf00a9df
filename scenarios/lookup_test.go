package scenarios

import (
	"strconv"
	"strings"
	"testing"
)

func noEnv(string) (string, bool) { return "", false }

func TestStrongerBindingsHideWeakerOnes(t *testing.T) {
	t.Parallel()
	const src = `
vars: {x: vars}
each: [{x: row}]
hosts: [{match: mx1, vars: {x: host}}]
steps: [NOOP]
`
	s := mustParse(t, src)[0]
	b := &Bindings{
		Builtin:   func(string) (string, bool) { return "builtin", true },
		Overrides: []map[string]string{{"x": "env"}, {"x": "file"}, {"x": "flag"}},
		Host:      &s.Hosts[0],
		Secrets:   map[string]string{"x": "secret"},
		Captures:  map[string]string{"x": "capture"},
	}
	lookup := s.Lookup(b)
	expect := func(want string) {
		t.Helper()
		if got, ok := lookup("x"); !ok || got != want {
			t.Errorf("x = %q, %v; want %q", got, ok, want)
		}
	}
	expect("capture")
	delete(b.Captures, "x")
	expect("secret")
	b.Secrets = nil
	expect("host")
	b.Host = nil
	expect("row")
	s.Row = nil
	expect("flag")
	b.Overrides = b.Overrides[:2]
	expect("file")
	b.Overrides = b.Overrides[:1]
	expect("env")
	b.Overrides = nil
	expect("vars")
	s.Vars = nil
	expect("builtin")
	b.Captures["x"] = "late" // captures are read live
	expect("late")
}

func TestValuesOfTheScenarioHoldVariables(t *testing.T) {
	t.Parallel()
	const src = `
vars: {to: "postmaster@${domain}", greeting: "hello ${to} ${n:-0}", price: $$5}
each: [{n: "<${price}>"}]
steps: [NOOP]
`
	s := mustParse(t, src)[0]
	lookup := s.Lookup(&Bindings{
		Builtin: func(name string) (string, bool) { return "example.org", name == "domain" },
		// What comes from outside is text, whatever it looks like.
		Overrides: []map[string]string{{"other": "${to} $$"}},
	})
	for name, want := range map[string]string{
		"greeting": "hello postmaster@example.org <$5>", "other": "${to} $$", "price": "$5",
	} {
		if got, ok := lookup(name); !ok || got != want {
			t.Errorf("%s = %q, %v; want %q", name, got, ok, want)
		}
	}
	if _, ok := lookup("nope"); ok {
		t.Error("an unknown name has a value")
	}
}

func TestEnvironmentVariables(t *testing.T) {
	t.Parallel()
	s := one(t, "  - NOOP ${env.WHO}\n")
	getenv := func(name string) (string, bool) { return "me", name == "WHO" }
	got, err := s.Steps[0].Text.Expand(s.Lookup(&Bindings{Getenv: getenv}))
	if err != nil || got != "NOOP me" {
		t.Errorf("Expand = %q, %v; want NOOP me", got, err)
	}
	if p := s.UndefinedIn(nil, getenv); p != nil {
		t.Errorf("UndefinedIn = %v", p)
	}
	if p := s.UndefinedIn(nil, noEnv); len(p) != 1 || p[0].Message != "${env.WHO} is not set in the environment" {
		t.Errorf("UndefinedIn = %v", p)
	}
}

// Variables that lead back to themselves, or that double a value again and
// again, must end.
func TestLookupEnds(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "vars: {a: \"${b}\", b: \"${c}\", c: \"${a}\", self: \"${self}\"}\nsteps: [NOOP]\n")[0]
	lookup := s.Lookup(&Bindings{})
	for _, name := range []string{"a", "b", "c", "self"} {
		if got, ok := lookup(name); ok {
			t.Errorf("%s = %q; want no value", name, got)
		}
	}
	var b strings.Builder
	b.WriteString("vars:\n  v0: \"\"\n")
	for i := range 60 {
		b.WriteString("  v" + strconv.Itoa(i+1) + ": ${v" + strconv.Itoa(i) + "}${v" + strconv.Itoa(i) + "}\n")
	}
	b.WriteString("steps: [\"NOOP ${v60}\"]\n")
	s = mustParse(t, b.String())[0]
	if got, ok := s.Lookup(&Bindings{})("v60"); ok {
		t.Errorf("v60 = %q; want no value", got)
	}
	s.Undefined(nil) // must end as well
}

func TestUndefined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src, want string // want: all messages, one a line
	}{
		"all defined": {"vars: {a: b}\nsteps: [\"NOOP ${a} ${domain} ${mx.name} ${mx.pref} ${ip} ${port} ${helo} ${from} ${to} ${run_id} ${now}\"]", ""},
		"unknown":     {"vars: {user: b}\nsteps: [\"NOOP ${usr}\"]", `2:15 ${usr} is not defined (did you mean "user"?)`},
		"default":     {"steps: [\"NOOP ${usr:-x} ${env.X:-y}\"]", ""},
		"in default":  {"steps: [\"NOOP ${usr:-${y}}\"]", "1:22 ${y} is not defined"},
		"in name":     {"name: x ${y}\nsteps: [NOOP]", "1:9 ${y} is not defined"},
		"in target":   {"target: x${y}\nsteps: [NOOP]", "1:10 ${y} is not defined"},
		"unused var":  {"vars: {a: \"${y}\"}\nsteps: [NOOP]", "1:12 ${y} is not defined"},
		"used var":    {"vars: {a: \"${y}\"}\nsteps: [\"${a} ${a}\"]", "1:12 ${y} is not defined"},
		"circle":      {"vars: {a: \"${b}\", b: \"${a}\"}\nsteps: [NOOP]", "1:23 ${a} leads back to itself: a -> b -> a"},
		"each step": {
			"steps:\n  - ${a}\n  - raw: ${b}\n  - message: ${c}\n  - body: ${d}\n  - pipeline: [\"${e}\", NOOP]\n  - {auth: \"${f}\", user: \"${g}\", password: \"${h}\"}\n  - starttls: {name: \"${i}\"}\n  - {name: \"${j}\", send: x, pass_if: \"${k}\"}",
			"2:5 ${a} is not defined\n3:10 ${b} is not defined\n4:14 ${c} is not defined\n5:11 ${d} is not defined\n6:17 ${e} is not defined\n7:13 ${f} is not defined\n7:27 ${g} is not defined\n7:45 ${h} is not defined\n8:23 ${i} is not defined\n9:13 ${j} is not defined\n9:39 ${k} is not defined",
		},
		"each expectation": {
			"greeting: ${a}\nsteps:\n  - send: EHLO x\n    expect: ${b}\n    enhanced: ${c}\n    text: ${d}\n    lines: ${e}\n    offers: ${f}\n    lacks: ${g}\n",
			"1:11 ${a} is not defined\n4:13 ${b} is not defined\n5:15 ${c} is not defined\n6:11 ${d} is not defined\n7:12 ${e} is not defined\n8:13 ${f} is not defined\n9:12 ${g} is not defined",
		},
		"captured before": {"steps:\n  - {send: a, capture: {id: /(a)/}}\n  - NOOP ${id}\n  - {send: b, expect: \"${id}\"}", ""},
		"captured after":  {"steps:\n  - NOOP ${id}\n  - {send: a, capture: {id: /(a)/}}", "2:10 ${id} is captured by a later step only"},
		"own capture":     {"steps:\n  - {send: \"a ${id}\", capture: {id: /(a)/}}", "2:15 ${id} is captured by a later step only"},
		"var of capture":  {"vars: {a: \"${id}\"}\nsteps:\n  - {send: a, capture: {id: /(a)/}}\n  - NOOP ${a}", ""},
		"secret":          {"secrets: {p: {env: P}}\nsteps: [\"NOOP ${p}\"]", ""},
		"some hosts":      {"hosts: [{match: mx1, vars: {a: b}}]\nsteps: [\"NOOP ${a}\"]", "2:15 ${a} is defined for some hosts only; give the others a value in vars"},
		"skipped host":    {"vars: {a: 250}\nhosts: [{match: mx1, skip: x}]\nsteps: [{send: x, expect: \"${a}\"}]", ""},
		"bad in a host":   {"vars: {r: 250}\nhosts: [{match: mx1, vars: {r: 25y}}]\nsteps: [{send: x, expect: \"${r}\"}]", `3:27 ${r} stands for "25y", which is not a reply code ` + codeForms + " (hosts: mx1)"},
		"circle by host":  {"vars: {a: \"${b}\", b: x}\nhosts: [{match: mx1, vars: {b: \"${a}\"}}]\nsteps: [\"${a}\"]", "2:33 ${a} leads back to itself: a -> b -> a (hosts: mx1)"},
		"row":             {"each: [{reply: 250}, {reply: 99}]\nsteps: [{send: x, expect: \"${reply}\"}]", `2:27 ${reply} stands for "99", which is not a reply code ` + codeForms + " (row 2)"},
		"missing column":  {"each: [{a: 1}, {b: 1}]\nsteps: [\"NOOP ${a}\"]", "2:15 ${a} is not defined (row 2)"},
		"column":          {"each: [{a: \"${y}\"}]\nsteps: [\"NOOP ${a}\"]", "1:13 ${y} is not defined"},
		"not known yet":   {"steps: [{send: x, expect: \"${to}\"}]", ""},
		"line end":        {"vars: {a: \"x\\ny\"}\nsteps: [\"NOOP ${a}\", {raw: \"${a}\"}]", "2:15 ${a} stands for a value with a line end in it, which only raw may send"},
		"mechanism":       {"vars: {m: PLIAN}\nsteps: [{auth: \"${m}\", user: a, password: b}]", `2:16 ${m} stands for something wrong: "PLIAN" is not a mechanism that can be played (did you mean "PLAIN"?)`},
		"target":          {"vars: {h: \"mx1:25\"}\ntarget: ${h}\nsteps: [NOOP]", `2:9 ${h} stands for something wrong: "mx1:25" is not a host: the port has a key of its own, port`},
		"keyword":         {"vars: {k: STARTLS}\nsteps: [{send: EHLO x, offers: \"${k}\"}]", `2:32 ${k} stands for something wrong: no server offers "STARTLS" (did you mean "STARTTLS"?)`},
	} {
		var got []string
		for _, s := range mustParse(t, c.src) {
			for _, p := range s.UndefinedIn(nil, noEnv) {
				got = append(got, strconv.Itoa(p.Pos.Line)+":"+strconv.Itoa(p.Pos.Col)+" "+p.Message)
			}
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: Undefined =\n%s\nwant\n%s", name, s, c.want)
		}
	}
}

func TestOverridesDefine(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "vars: {a: \"${y}\"}\nsteps: [\"NOOP ${a} ${b}\", {send: x, expect: \"${c}\"}]")[0]
	over := []map[string]string{{"a": "1", "b": "2"}, {"c": "250"}}
	if p := s.UndefinedIn(over, noEnv); p != nil {
		t.Errorf("Undefined = %v; want nothing, for all is given", p)
	}
	over[1]["c"] = "nothing"
	if p := s.UndefinedIn(over, noEnv); len(p) != 1 || p[0].Pos != (Pos{2, 45}) {
		t.Errorf("Undefined = %v; want that c is no code", p)
	}
}

func TestRowsOfFilesAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"csv", "jsonl", "yaml"} {
		all, err := parseFile(t, "testdata/good/rows-"+kind+".yaml")
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		var got []string
		for _, s := range all {
			line, err := s.Steps[0].Text.Expand(s.Lookup(&Bindings{}))
			if err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			got = append(got, strconv.Itoa(s.RowNumber)+" "+line)
		}
		if want := "1 NOOP alice a, b|2 NOOP bob $x ${y} $$"; strings.Join(got, "|") != want {
			t.Errorf("%s: rows say %q; want %q", kind, got, want)
		}
	}
}

// Variables are put in after YAML was read: a value that looks like YAML
// stays a value.
func TestValuesCannotChangeTheStructure(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "vars: {x: \"a\\n  - send: DATA\", y: \"{send: DATA}\", z: \"${y}\"}\nsteps:\n  - NOOP ${z}\n  - raw: ${x}\n")[0]
	if len(s.Steps) != 2 {
		t.Fatalf("got %d steps; want 2", len(s.Steps))
	}
	lookup := s.Lookup(&Bindings{})
	if got, err := s.Steps[0].Text.Expand(lookup); err != nil || got != "NOOP {send: DATA}" {
		t.Errorf("Expand = %q, %v", got, err)
	}
	if got, err := s.Steps[1].Text.Expand(lookup); err != nil || got != "a\n  - send: DATA" {
		t.Errorf("Expand of raw = %q, %v", got, err)
	}
}
