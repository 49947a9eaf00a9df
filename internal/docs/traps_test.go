package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const conformance = "docs/conformance.md"

// trapTests returns the tests of the module that are named after traps, with
// the traps of each: functions TestTrap16..., and cases whose names begin
// with Trap16 and a blank.
func trapTests(t *testing.T) map[string][]string {
	t.Helper()
	function := regexp.MustCompile(`^(?:Test|Fuzz)Trap(\d\d)(?:And(\d\d))?[A-Z]`)
	named := regexp.MustCompile(`^Trap(\d\d)(?:And(\d\d))? `)
	found := map[string][]string{}
	add := func(name string, m []string) {
		for _, number := range m[1:] {
			if number != "" {
				found[name] = append(found[name], strings.TrimPrefix(number, "0"))
			}
		}
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if m := function.FindStringSubmatch(n.Name.Name); m != nil && n.Recv == nil {
					add(n.Name.Name, m)
				}
			case *ast.BasicLit:
				text, err := strconv.Unquote(n.Value)
				if m := named.FindStringSubmatch(text); err == nil && n.Kind == token.STRING && m != nil {
					add(text, m)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 50 {
		t.Fatalf("the module has %d tests of traps; the test cannot read it", len(found))
	}
	return found
}

// Every row of the table has a test of its number, every test it names
// exists and bears its number, and every number in the tests has a row.
func TestEveryTrapHasARowAndATest(t *testing.T) {
	t.Parallel()
	tests := trapTests(t)
	hasRow := map[string]bool{}
	for _, r := range rows(read(t, conformance)) {
		if len(r) != 5 || r[1] == "" || r[2] == "" || r[3] == "" {
			t.Fatalf("a row is %q; want a number, the trap, the rule, what mxprobe does, and tests", r)
		}
		number := r[0]
		if hasRow[number] {
			t.Errorf("trap %s has two rows", number)
		}
		hasRow[number] = true
		own := 0
		for _, name := range code(r[4]) {
			traps, ok := tests[name]
			if !ok {
				t.Errorf("trap %s names the test %q, which does not exist", number, name)
			}
			for _, n := range traps {
				if n == number {
					own++
				}
			}
		}
		if own == 0 {
			t.Errorf("trap %s has no test that bears its number", number)
		}
	}
	for name, traps := range tests {
		for _, number := range traps {
			if !hasRow[number] {
				t.Errorf("%q is a test of trap %s, which has no row", name, number)
			}
		}
	}
	notCovered(t, hasRow)
}

// notCovered holds that every number from 1 to 74 has a row, or is said not
// to be covered, and not both.
func notCovered(t *testing.T, hasRow map[string]bool) {
	t.Helper()
	missing := map[string]bool{}
	for _, list := range regexp.MustCompile(`(?:(?:^|[ .])(\d\d(?:, \d\d)*): |: (\d\d(?:, \d\d)*)\.)`).FindAllStringSubmatch(section(t, conformance, "## Not covered yet"), -1) {
		for _, number := range strings.Split(list[1]+list[2], ", ") {
			missing[number] = true
		}
	}
	for n := 1; n <= 74; n++ {
		if number := strconv.Itoa(n); hasRow[number] == missing[number] {
			t.Errorf("trap %d: has a row: %v, is said not to be covered: %v; want one of the two", n, hasRow[number], missing[number])
		}
	}
}
