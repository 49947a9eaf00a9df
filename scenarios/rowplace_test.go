package scenarios

import (
	"strings"
	"testing"
)

// What is wrong with the value of a row is shown in the file of rows, where it
// has to be put right; what is wrong with all rows in the scenario, once.
func TestMistakesOfRowsStandInTheirFile(t *testing.T) {
	t.Parallel()
	const used = "steps:\n  - send: RCPT TO:<${who}@example.org>\n    expect: ${reply}\n"
	const isNone = ` stands for "abc", which is not a reply code ` + codeForms
	for _, tc := range []struct {
		name, each, rows, steps string
		want                    []string
	}{
		{"csv", "r.csv", "who,reply\nkate,250\nbob,abc\n", used, []string{`r.csv:3:5: error: ${reply} in x.yaml:4:13` + isNone}},
		{
			"csv with quotes and line ends", "r.csv", "who,note,reply\nkate,\"a\nb\",250\n\nbob,\"c\r\nd,e\",abc\n", used,
			[]string{`r.csv:6:6: error: ${reply} in x.yaml:4:13` + isNone},
		},
		{"jsonl", "r.jsonl", "{\"who\":\"kate\",\"reply\":250}\n\n{\"who\":\"bob\",\"reply\":\"abc\"}\n", used, []string{`r.jsonl:3:1: error: ${reply} in x.yaml:4:13` + isNone}},
		{"yaml", "r.yaml", "- {who: kate, reply: 250}\n- who: bob\n  reply: abc\n", used, []string{`r.yaml:2:3: error: ${reply} in x.yaml:4:13` + isNone}},
		{
			"a row without a column", "r.jsonl", "{\"who\":\"kate\",\"reply\":250}\n{\"who\":\"bob\"}\n", used,
			[]string{`r.jsonl:2:1: error: ${reply} in x.yaml:4:13 is not defined`},
		},
		{"by way of a variable", "r.csv", "reply\n250\nabc\n", "vars: {r: \"${reply}\"}\nsteps:\n  - send: NOOP\n    expect: ${r}\n", []string{
			`x.yaml:5:13: error: ${r}` + isNone + ` (row 2, r.csv:3)`,
		}},
		{"not of a row", "r.csv", "who\nkate\nbob\n", "steps:\n  - NOOP ${nope}\n", []string{
			`x.yaml:3:10: error: ${nope} is not defined`, `x.yaml:3:10: error: ${nope} is not defined`,
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			all, err := whole(newParser("x.yaml", []byte("each: "+tc.each+"\n"+tc.steps), func(string, int) ([]byte, error) { return []byte(tc.rows), nil }).all())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range all {
				for _, p := range s.Undefined(nil) {
					first, _, _ := strings.Cut(p.Error(), "\n")
					got = append(got, first)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tc.want, "\n") {
				t.Errorf("mistakes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}
