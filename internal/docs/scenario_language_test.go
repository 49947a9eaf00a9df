package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

const language = "docs/scenario-language.md"

// The mark before a block says what becomes of it:
//
//	plays: VERDICT [on SERVER]   a scenario, and its verdict
//	fails: STEP [on SERVER]      a scenario, and the step that fails
//	validates, not played: TEXT  a scenario that is refused, with this text
//	error: TEXT                  a file with a mistake
//	error in steps: TEXT         the same for a list of steps
//	file: NAME                   a file that scenarios name
func TestScenariosInDocuments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	documents := []string{language, "docs/command-line.md", "docs/reading-a-failure.md", "docs/safety.md", "docs/conformance.md", "README.md", "CONTRIBUTING.md"}
	for _, name := range documents {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil && name == "README.md" {
			continue
		}
		for _, b := range blocks(t, name) {
			if file, ok := strings.CutPrefix(b.mark, "file: "); ok {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(b.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, b := range blocks(t, name) {
			if b.info != "yaml" || (name == "README.md" && b.mark == "") {
				continue
			}
			t.Run(b.place, func(t *testing.T) { t.Parallel(); b.hold(t, filepath.Join(dir, "document.yaml")) })
		}
	}
}

// hold does with a block what its mark says.
func (b *block) hold(t *testing.T, file string) {
	kind, rest, _ := strings.Cut(b.mark, ": ")
	switch kind {
	case "plays", "fails":
		b.plays(t, file, kind, rest)
	case "validates, not played":
		b.refused(t, file, rest)
	case "error":
		wrong(t, file, b.text, rest)
	case "error in steps":
		wrong(t, file, inSteps(b.text), rest)
	default:
		t.Errorf("the block has no mark that says what becomes of it, or an unknown one: %q", b.mark)
	}
}

func inSteps(text string) string {
	out := "steps:\n"
	for line := range strings.Lines(text) {
		out += "  " + line
	}
	return out
}

func (b *block) plays(t *testing.T, file, kind, rest string) {
	want, server, ok := strings.Cut(rest, " on ")
	if !ok {
		server = "usual"
	}
	parsed, err := scenarios.Parse(file, []byte(b.text))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range play(t, world(t, server), parsed) {
		if d.Status == result.NotRun || len(d.Hosts) != 1 {
			t.Fatalf("%v: %s; want one host that was spoken to", d.Status, d.Message)
		}
		for _, a := range d.Hosts[0].Addresses {
			for i := range a.Checks {
				compare(t, &a.Checks[i], a.IP, kind, want)
			}
		}
	}
}

// compare compares what became of a dialogue with its mark. A host that the
// scenario itself leaves out by address may be skipped.
func compare(t *testing.T, c *result.Check, ip, kind, want string) {
	t.Helper()
	leftOut := c.Status == result.Skip && c.Attempts == 0
	if kind == "plays" && (c.Status.String() == want || leftOut) {
		return
	}
	step, _ := strconv.Atoi(want)
	if kind == "fails" && c.Status == result.Fail && c.FailedStep != nil && *c.FailedStep == step {
		return
	}
	at := "no step"
	if c.FailedStep != nil {
		at = fmt.Sprintf("step %d", *c.FailedStep)
	}
	t.Errorf("%s at %s: %v at %s, %s; want %s %s", c.Scenario, ip, c.Status, at, c.Message, kind, want)
}

// refused is for scenarios that are right and cannot be played yet.
func (b *block) refused(t *testing.T, file, want string) {
	parsed, err := scenarios.Parse(file, []byte(b.text))
	if err != nil {
		t.Fatal(err)
	}
	set := settings(nil)
	for _, s := range parsed {
		if problems := s.UndefinedIn(nil, getenv); len(problems) > 0 {
			t.Errorf("validate would say: %v", problems)
		}
		if _, err := dialogue.New(t.Context(), s, dialogue.NewRun(set)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewDialogue: %v; want an error with %q", err, want)
		}
	}
}

func wrong(t *testing.T, file, text, want string) {
	t.Helper()
	parsed, err := scenarios.Parse(file, []byte(text))
	if err == nil {
		for _, s := range parsed {
			if problems := s.UndefinedIn(nil, getenv); len(problems) > 0 {
				err = problems
			}
		}
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%q: error is %v; want one with %q", text, err, want)
	}
}

// Each slip in the table gets the message beside it.
func TestSlipsInTheTable(t *testing.T) {
	t.Parallel()
	slips := rows(section(t, language, "## YAML slips"))
	if len(slips) < 8 {
		t.Fatalf("the table has %d rows; want those of all slips", len(slips))
	}
	for _, r := range slips {
		text, message, todo := inSteps(code(r[0])[0]+"\n"), r[1], strings.ReplaceAll(r[2], "`", "")
		if message == "" {
			if _, err := scenarios.Parse("slip.yaml", []byte(text)); err != nil {
				t.Errorf("%q: %v; want no error", text, err)
			}
			continue
		}
		wrong(t, "slip.yaml", text, message)
		if todo = strings.TrimPrefix(todo, "remove the blank, or "); todo != "" {
			wrong(t, "slip.yaml", text, todo)
		}
	}
	wrong(t, "slip.yaml", "steps:\n\t- NOOP\n", "tab used for indentation")
}

// The error that is shown in full is what the program prints.
func TestErrorShownInFull(t *testing.T) {
	t.Parallel()
	all := blocks(t, language)
	at := slices.IndexFunc(all, func(b block) bool { return strings.HasPrefix(b.mark, "error in steps: ") })
	if at < 0 || all[at+1].info != "text" {
		t.Fatalf("%s shows no error in full after its scenario", language)
	}
	_, err := scenarios.Parse("send.yaml", []byte(inSteps(all[at].text)))
	if err == nil || err.Error() != strings.TrimSuffix(all[at+1].text, "\n") {
		t.Errorf("the error is\n%v\nwant\n%s", err, all[at+1].text)
	}
}

// Every key of the JSON Schema is explained: in the first cell of a row, or
// in words with an example of its value.
func TestEveryKeyIsExplained(t *testing.T) {
	t.Parallel()
	text := read(t, language)
	explained := map[string]bool{}
	for _, r := range rows(text) {
		for _, key := range code(r[0]) {
			explained[key] = true
		}
	}
	for _, key := range schemaKeys(t) {
		if !explained[key] && !regexp.MustCompile("(`|[{] ?|, )"+key+":").MatchString(text) {
			t.Errorf("%s does not explain the key %q of the schema", language, key)
		}
	}
}

// The table of actions has all of them, in their order, and says of each what
// must come back where the scenario does not.
func TestActionsAreExplained(t *testing.T) {
	t.Parallel()
	table := rows(section(t, language, "## Actions"))
	if all := scenarios.Actions(); len(table) != len(all) {
		t.Fatalf("the table has %d actions; want %d", len(table), len(all))
	}
	for i, r := range table {
		step := scenarios.Step{Action: scenarios.Action(i)}
		if got := code(r[0])[0]; got != step.Action.String() {
			t.Errorf("row %d is of %q; want %q", i+1, got, step.Action)
		}
		want := step.Default()
		text := want.Codes.String()
		switch {
		case step.Action == scenarios.Pipeline:
			text = "as for each line"
		case want.Codes.None:
			text = "nothing is read"
		case want.Codes.Any:
			text = "any reply"
		}
		if !strings.Contains(r[2], text) {
			t.Errorf("%s must get %q by the table; want %q", step.Action, r[2], text)
		}
	}
	for verb, want := range map[string]string{"DATA": "to `DATA` 354", "AUTH": "to `AUTH` 2xx or 334"} {
		step := scenarios.Step{Verb: verb}
		codes := step.Default().Codes
		if !strings.HasSuffix(want, codes.String()) || !strings.Contains(table[0][2], want) {
			t.Errorf("%s must get %s by the program, and %q by the table", verb, codes.String(), table[0][2])
		}
	}
}

// Every built-in variable is explained, and no other.
func TestBuiltinVariablesAreExplained(t *testing.T) {
	t.Parallel()
	var got []string
	_, table, _ := strings.Cut(section(t, language, "## Variables"), "Built in:")
	for _, r := range rows(table) {
		got = append(got, code(r[0])...)
	}
	want := scenarios.BuiltinNames()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("built-in variables in the table are %q; want %q", got, want)
	}
}

// schemaKeys returns the names of all properties of the schema of scenarios.
func schemaKeys(t *testing.T) []string {
	t.Helper()
	keys := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for key := range properties {
					keys[key] = true
				}
			}
			for _, member := range v {
				walk(member)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(reporttest.Decode(t, scenarios.Schema()))
	if len(keys) < 20 {
		t.Fatalf("the schema has %d keys; want those of the language", len(keys))
	}
	var out []string
	for key := range keys {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}
