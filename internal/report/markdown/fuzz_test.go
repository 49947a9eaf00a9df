package markdown

import (
	"testing"

	"mxprobe/internal/report/reporttest"
)

// FuzzCode: whatever a text holds, a Markdown parser reads it back as one
// piece of code, in a line and in a table.
func FuzzCode(f *testing.F) {
	f.Add("250 2.1.5 Ok")       // the usual
	f.Add("`a``b```")           // backticks at both ends
	f.Add(`a|b\|c\\|d\`)        // what ends a cell
	f.Add("  ")                 // nothing but blanks
	f.Add(reporttest.Forged)    // everything at once
	f.Add(reporttest.Hostile)   // the same for terminals
	f.Add("[a]: http://x.test") // a reference
	f.Fuzz(func(t *testing.T, s string) {
		want := cut(s)
		if want == "" {
			return
		}
		p := read(t, "x "+code(s)+" y\n")
		// A span of nothing but blanks keeps all of them.
		if len(p.code) != 1 || p.code[0] != want && p.code[0] != " "+want+" " || len(p.plain) != 2 {
			t.Errorf("code(%q) = %s is read as %q beside %q", s, code(s), p.code, p.plain)
		}
		p = read(t, "| a | b |\n|-|-|\n| "+cell(s)+" | y |\n")
		if p.rows != 1 || p.cells[0] != 2 || len(p.code) != 1 || len(p.forbidden) > 0 {
			t.Errorf("cell(%q) = %s is read as %q in %d rows of %v", s, cell(s), p.code, p.rows, p.cells)
		}
		p = read(t, fenced([]string{"S: " + want}))
		if !p.hasBlock("S: "+want) || len(p.plain) > 0 {
			t.Errorf("fenced(%q) is read as %q beside %q", s, p.blocks, p.plain)
		}
	})
}
