package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// hints returns the texts of all hints, from the source: what is given to a
// field named hint, and what functions return that are named after hints or
// advice. Parts that are filled in later are three dots.
func hints(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, folder := range []string{"probe", "probe/certs", "probe/causes", "probe/diagnosis", "probe/dialogue", "probe/fault", "probe/handshake", "probe/judge", "probe/line", "probe/mailroom", "probe/verdict", "probe/vouch", "internal/greylist"} {
		names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var files []*ast.File
		constants := map[string]string{}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
					constants[spec.Names[0].Name] = text(spec.Values[0], nil)
				}
				return true
			})
		}
		for _, file := range files {
			out = append(out, hintsOf(file, constants)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func hintsOf(file *ast.File, constants map[string]string) []string {
	var out []string
	add := func(e ast.Expr) {
		if hint := text(e, constants); len(hint) > 15 {
			out = append(out, hint)
		}
	}
	named := func(name string) bool {
		name = strings.ToLower(name)
		return strings.HasSuffix(name, "hint") || strings.HasSuffix(name, "advice")
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && named(key.Name) {
				add(n.Value)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				field, ok := left.(*ast.SelectorExpr)
				local, isLocal := left.(*ast.Ident)
				if len(n.Rhs) == len(n.Lhs) && (ok && named(field.Sel.Name) || isLocal && named(local.Name)) {
					add(n.Rhs[i])
				}
			}
		case *ast.FuncDecl:
			if !named(n.Name.Name) {
				return true
			}
			ast.Inspect(n, func(n ast.Node) bool {
				if result, ok := n.(*ast.ReturnStmt); ok && len(result.Results) == 1 {
					add(result.Results[0])
				}
				return true
			})
		}
		return true
	})
	return out
}

// text is what an expression has of literal text.
func text(e ast.Expr, constants map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case *ast.Ident:
		return constants[e.Name]
	case *ast.BinaryExpr:
		return text(e.X, constants) + text(e.Y, constants)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return regexp.MustCompile(`%[a-z]`).ReplaceAllString(text(e.Args[0], constants), "...")
		}
		return "..."
	case *ast.SelectorExpr:
		return "..."
	}
	return ""
}

// Every hint is explained in a row that has its first words, and every row is
// of a hint.
func TestEveryHintIsExplained(t *testing.T) {
	t.Parallel()
	all := hints(t)
	if len(all) < 50 {
		t.Fatalf("the source has %d hints; the test cannot read it", len(all))
	}
	explained := map[string]bool{}
	for _, row := range rows(section(t, failures, "## Hints")) {
		begin := strings.TrimSuffix(row[0], " ...")
		if len(begin) < 15 || len(row) != 2 || row[1] == "" {
			t.Errorf("%s: a row is %q; want the first words of a hint, and what to make of it", failures, row)
			continue
		}
		of := false
		for _, hint := range all {
			if strings.HasPrefix(hint, strings.ReplaceAll(begin, "`", "")) {
				explained[hint], of = true, true
			}
		}
		if !of {
			t.Errorf("%s: no hint begins with %q", failures, begin)
		}
	}
	for _, hint := range all {
		if !explained[hint] {
			t.Errorf("%s does not explain the hint: %s", failures, hint)
		}
	}
}
