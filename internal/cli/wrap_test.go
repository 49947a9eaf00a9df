package cli

import (
	"strings"
	"testing"

	"mxprobe/scenarios"
)

// On a terminal no line of a hint is longer than it is wide; elsewhere, where
// programs read, everything is on one line.
func TestLongHintsStandBelowTheirCaret(t *testing.T) {
	t.Parallel()
	_, err := scenarios.Parse("x.yaml", []byte("steps:\n  - send: NOOP\n    expect: 25y\n  - clsoe: true\n    frist: b\n"))
	problems, ok := addProblems(nil, err)
	if ok != nil || len(problems) == 0 {
		t.Fatalf("Parse = %v; want mistakes", err)
	}
	long := scenarios.Problem{
		File: "x.yaml", Pos: scenarios.Pos{Line: 12, Col: 3}, Width: 4, Message: "wrong", Source: "  this is it",
		Hint: "allowed: " + strings.Repeat("a_word, ", 20) + "end",
	}
	bare := long
	bare.Source = ""
	problems = append(problems, long, bare)
	if got := laidOut(problems, 0); got != problems.Error() {
		t.Errorf("without a terminal it is\n%s\nwant\n%s", got, problems.Error())
	}
	got := laidOut(problems, 60)
	for _, line := range strings.Split(got, "\n") {
		if len(line) > 60 && !strings.HasPrefix(line, "x.yaml:") {
			t.Errorf("the line %q is longer than 60 columns", line)
		}
	}
	if strings.Join(strings.Fields(strings.ReplaceAll(got, "|", "")), " ") != strings.Join(strings.Fields(strings.ReplaceAll(problems.Error(), "|", "")), " ") {
		t.Errorf("words are lost in\n%s", got)
	}
	if want := "  12 |   this is it\n     |   ^^^^\n     | allowed: a_word, "; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

func TestSetIn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"warning: one two three", 0, "warning: one two three"},
		{"warning: one two three", 16, "warning: one\n  two three"},
		{"mxprobe: a\nb with its own lines", 16, "mxprobe: a\nb with its own lines"},
	} {
		if got := setIn(tc.text, tc.width); got != tc.want {
			t.Errorf("setIn(%q, %d) = %q; want %q", tc.text, tc.width, got, tc.want)
		}
	}
}
