package yamlslip

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// lower takes a word in lower case for a key.
func lower(word string) bool { return word == strings.ToLower(word) }

func TestFind(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, where, hint string }{
		{"- RCPT TO: <a>", "", ""}, // YAML: a map
		{"- send: rcpt to: <a>", " <a>", `remove it, or quote all that follows "send:"`},
		{"- XFOO a: b: c", " c", "quote the whole line"},
		{"- send: NOOP a: b", " b", `quote all that follows "send:"`},
		{"- send: @x", "@x", `quote all that follows "send:"`},
		{"- *x", "*x", "quote the whole line"},
		{"- {send: ${x}}", "${x}}", "quote it, or put one key per line"},
		{"- {{ x }}", "", ""}, // YAML: a map in a map
		{"- {{ x }} y", "{{ x }} y", "variables are written ${x}"},
		{"- [a] b", "b", "quote the whole line"},
		{"- 'a' b", "b", "put the whole line in double quotes"},
		{"- \"a", "\"a", "close it, or put the whole line in single quotes"},
		{"a:\n\t- b", "\t- b", "use blanks"},
		{"a: &b c\nd: *b", "", ""},
		{"a: |\n  b: c: d\n", "", ""},
	}
	for _, tt := range tests {
		slips := Find(tt.text, lower)
		if tt.where == "" {
			if len(slips) > 0 {
				t.Errorf("%q has a slip: %s", tt.text, slips[0].Message)
			}
			continue
		}
		if len(slips) != 1 || tt.text[slips[0].At:] != tt.where || slips[0].Hint != tt.hint || slips[0].Message == "" {
			t.Errorf("Find(%q) = %+v; want one at %q with the hint %q", tt.text, slips, tt.where, tt.hint)
		}
	}
}

func TestReplaceKeepsTheLines(t *testing.T) {
	t.Parallel()
	text := "- {a: ${b},\n  c: ${d}}\n- @x\n- e\n"
	got := Replace(text, Find(text, lower))
	if want := "- {a: xxxx,\n  c: xxxx}\n- x\n- e\n"; got != want {
		t.Errorf("Replace = %q; want %q", got, want)
	}
}

func FuzzFind(f *testing.F) {
	for _, text := range []string{"- a: b: c", "{{x}} y", "- 'a", "a: |2\n   b\n c", "[${x}, '${y}', \"${", "\t", "---\n- *", "- \"a\\\"\nb\": c: d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		slips := Find(text, lower)
		for _, s := range slips {
			if s.At < 0 || s.At > len(text) || s.From < 0 || s.To < s.From || s.To > len(text) {
				t.Fatalf("Find(%q) is out of bounds: %+v", text, s)
			}
			if utf8.ValidString(text) && !utf8.ValidString(s.Message+s.Hint) {
				t.Errorf("Find(%q) cuts a character apart: %q", text, s.Message)
			}
		}
		if got := Replace(text, slips); strings.Count(got, "\n") != strings.Count(text, "\n") {
			t.Errorf("Replace(%q) = %q, which has other lines", text, got)
		}
	})
}
