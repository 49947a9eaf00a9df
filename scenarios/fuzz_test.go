package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds Parse to what it says: no panic; either scenarios or
// problems, each with a place in the file; and scenarios that can be asked
// anything.
func FuzzParse(f *testing.F) {
	// Every file that the tests have, good and bad.
	for _, pattern := range []string{"*.yaml", "testdata/*/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			src, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(src))
		}
	}
	for _, seed := range []string{
		"", "\n", "\ufeff", "---\n---\n", "...", "%YAML 1.2\n---\nsteps: [NOOP]", // next to nothing
		"steps: &a [*a]", "&a {steps: *a}", "? ? ?", "- - - -", // odd structure
		"steps: [{{{{", "steps: [${", "steps:\n\t- x", "steps: \"", "steps: '''", "steps: |5\n x", // slips at the end
		"steps:\n  - a: b: c\n  - ${x}: y\n  - 'a': \"b\" c",               // slips in a row
		"name: \u00e4\u00f6\u00fc ${\U0001f600}\nsteps: [\u65e5\u672c: x]", // wide characters
	} {
		f.Add(seed)
	}
	rows := func(path string, _ int) ([]byte, error) {
		switch filepath.Ext(path) {
		case ".csv":
			return []byte("a,b\n1,2\n"), nil
		case ".jsonl":
			return []byte("{\"a\": 1}\n"), nil
		case ".yaml", ".yml", ".eml":
			return []byte("- {a: 1}\n"), nil
		}
		return nil, errors.New("no such file")
	}
	f.Fuzz(func(t *testing.T, src string) {
		all, err := whole(newParser("f.yaml", []byte(src), rows).all())
		if err != nil {
			problems, ok := errors.AsType[Problems](err)
			if !ok || len(problems) == 0 || all != nil {
				t.Fatalf("Parse = %v, %v", all, err)
			}
			for _, p := range problems {
				checkPlace(t, src, p)
			}
			if more := newParser("f.yaml", []byte(src), rows).mistakes(nil); len(more) < len(problems) {
				t.Fatalf("mistakes = %v; want those of Parse as well: %v", more, problems)
			}
			return
		}
		for _, s := range all {
			exercise(t, src, s)
		}
	})
}

// checkPlace holds a problem to a place that the file has.
func checkPlace(t *testing.T, src string, p Problem) {
	t.Helper()
	if p.File != "f.yaml" {
		return // of a file of rows
	}
	lines := strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n")
	if p.Pos.Line < 1 || p.Pos.Line > len(lines) || p.Message == "" || p.Width < 1 {
		t.Fatalf("a problem outside of the file's %d lines: %+v", len(lines), p)
	}
	if n := utf8.RuneCountInString(lines[p.Pos.Line-1]); p.Pos.Col < 1 || p.Pos.Col > n+1 {
		t.Fatalf("a problem outside of the line's %d characters: %+v", n, p)
	}
	if strings.ContainsAny(p.Error(), "\x00\x1b\r") {
		t.Fatalf("Error() disturbs a terminal: %q", p.Error())
	}
}

// exercise asks a scenario everything that can be asked without a network.
func exercise(t *testing.T, src string, s *Scenario) {
	t.Helper()
	for _, p := range s.UndefinedIn(nil, noEnv) {
		checkPlace(t, src, p)
	}
	lookup := s.Lookup(&Bindings{
		Builtin: func(string) (string, bool) { return "a\r\nb", true },
		Getenv:  noEnv,
	})
	var walk func(steps []Step)
	walk = func(steps []Step) {
		for i := range steps {
			step := &steps[i]
			own := strings.Count(step.Text.String(), "\r") + strings.Count(step.Text.String(), "\n")
			got, _ := step.Text.Append(nil, lookup)
			if n := strings.Count(string(got), "\r") + strings.Count(string(got), "\n"); step.Action != Raw && n > own {
				t.Fatalf("a value brought a line end into %q: %q", step.Text.String(), got)
			}
			_, _ = step.Expect.Resolve(lookup)
			_ = step.Default()
			s.Excerpt(step.Expect.Codes.Pos, step.Pos, s.Width(step.Expect.Codes.Pos))
			walk(step.Steps)
		}
	}
	walk(s.Steps)
}
