package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	threats = "docs/threat-model.md"
	scripts = "internal/cli/testdata/script/"
)

// TestEveryPromiseHasATest: what the threat model promises is held by tests and
// scripts that exist.
func TestEveryPromiseHasATest(t *testing.T) {
	t.Parallel()
	tests := testNames(t)
	promises := rows(read(t, threats))
	if len(promises) < 30 {
		t.Fatalf("%s has %d promises; the test cannot read it", threats, len(promises))
	}
	for _, r := range promises {
		if len(r) != 2 || r[0] == "" {
			t.Fatalf("a row is %q; want a promise and its tests", r)
		}
		named := code(r[1])
		if len(named) == 0 {
			t.Errorf("no test holds the promise %q", r[0])
		}
		for _, name := range named {
			if strings.HasSuffix(name, ".txtar") {
				read(t, scripts+name)
			} else if !tests[name] {
				t.Errorf("the promise %q names the test %q, which does not exist", r[0], name)
			}
		}
	}
}

// testNames returns the tests and fuzzers of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	test, found := regexp.MustCompile(`^(Test|Fuzz)[A-Z0-9]`), map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && test.MatchString(f.Name.Name) {
				found[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
