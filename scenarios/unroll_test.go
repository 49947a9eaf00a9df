package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// played returns what the steps of a scenario are after Unroll: number,
// recipient and line of each.
func played(t *testing.T, src string, recipients int) string {
	t.Helper()
	u, err := parsed(t, src).Unroll(recipients)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(steps []Step)
	walk = func(steps []Step) {
		for i := range steps {
			s := &steps[i]
			if s.Action == Pipeline {
				b.WriteString("[")
				walk(s.Steps)
				b.WriteString("]")
				continue
			}
			fmt.Fprintf(&b, "%d:%d:%s ", s.Number, s.Recipient, s.Text.String())
		}
	}
	walk(u.Steps)
	return b.String()
}

func parsed(t *testing.T, src string) *Scenario {
	t.Helper()
	all, err := Parse("x.yaml", []byte(src))
	if err != nil || len(all) != 1 {
		t.Fatalf("Parse = %d scenarios, %v", len(all), err)
	}
	return all[0]
}

func TestUnroll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, src  string
		recipients int
		want       string
	}{
		{"nothing to do", "steps: [A, B]", 3, "1:0:A 2:0:B "},
		{"repeat", "steps:\n  - A\n  - send: B\n    repeat: 3\n  - C", 2, "1:0:A 2:0:B 3:0:B 4:0:B 5:0:C "},
		{"for", "steps:\n  - A\n  - send: B\n    for: to\n  - C", 2, "1:0:A 2:1:B 3:2:B 4:0:C "},
		{"for without recipients", "steps:\n  - send: B\n    for: to\n", 0, "1:1:B "},
		{"both", "steps:\n  - send: B\n    for: to\n    repeat: 2", 2, "1:1:B 2:1:B 3:2:B 4:2:B "},
		{"a line of a group", "steps:\n  - pipeline:\n      - A\n      - send: B\n        for: to\n      - C\n  - D", 2, "[1:0:A 2:1:B 3:2:B 4:0:C ]5:0:D "},
		{"a whole group", "steps:\n  - pipeline: [A, B]\n    for: to\n  - D", 2, "[1:1:A 2:1:B ][3:2:A 4:2:B ]5:0:D "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := played(t, tt.src, tt.recipients); got != tt.want {
				t.Errorf("steps are %q; want %q", got, tt.want)
			}
		})
	}
}

func TestUnrollIsBounded(t *testing.T) {
	t.Parallel()
	s := parsed(t, "steps:\n  - A\n  - send: B\n    repeat: 1000\n")
	if _, err := s.Unroll(1); err == nil || !strings.Contains(err.Error(), "x.yaml:2:5") && !strings.Contains(err.Error(), "x.yaml:3:5") {
		t.Errorf("1,001 steps: error %v; want one with the place of the step", err)
	}
	group := parsed(t, "steps:\n  - pipeline:\n      - send: B\n        for: to\n        repeat: 500\n")
	if _, err := group.Unroll(3); err == nil {
		t.Error("1,500 lines of a group were taken")
	}
	if len(s.Steps) != 2 || s.Steps[1].Repeat != 1000 {
		t.Error("Unroll changed its scenario")
	}
}

func TestWordsOfTheLanguageForFindings(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"steps:\n  - {send: A, for: from}":                                                      `for goes through the recipients (to), not "from"`,
		"steps:\n  - {send: A, repeat: 0}":                                                      "repeat is a whole number from 1 to 1000",
		"steps:\n  - {send: A, repeat: 1001}":                                                   "repeat is a whole number from 1 to 1000",
		"steps:\n  - {sleep: 1s, may_fail: x}":                                                  "may_fail does not go with sleep",
		"steps:\n  - {send: A, may_fail: ''}":                                                   "may_fail is empty",
		"steps:\n  - {send: A, expect: silence, text: x}":                                       "text looks at a reply, but expect: silence wants none",
		"steps:\n  - {send: A, expect: [none, silence]}":                                        "none stands alone",
		"steps:\n  - {send: A, pass_if: silence}":                                               "pass_if needs codes",
		"steps:\n  - {send: A, capture: {x: codes}}":                                            `"codes" is not a pattern`,
		"steps:\n  - {send: A, expect: [silence, 5xx, eof], enhanced: 5.1.1}":                   "",
		"steps:\n  - {send: A, capture: {x: code}}\n  - {send: B, expect: '${x}', may_fail: y}": "",
	} {
		_, err := Parse("x.yaml", []byte(src))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Parse(%q) = %v; want %q", src, err, want)
		}
	}
	s := parsed(t, "steps:\n  - {send: A, expect: [5xx, silence, eof]}\n  - message: x\n    expect: 5xx\n    may_fail: y\n")
	c := &s.Steps[0].Expect.Codes
	if !c.Silence || !c.EOF || c.String() != "5xx or eof or silence" {
		t.Errorf("codes are %q, silence %v", c, c.Silence)
	}
	if again, err := ParseCodes(c.String()); err != nil || again.String() != c.String() {
		t.Errorf("ParseCodes(%q) = %q, %v", c.String(), again.String(), err)
	}
	if !s.Delivers {
		t.Error("a message that may be taken after all counts as one that is not delivered")
	}
}
