package docs

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report"
	"mxprobe/internal/report/reporttest"
)

// The examples of JSON are what the schema says, and there is one of every
// event.
func TestExamplesOfJSON(t *testing.T) {
	t.Parallel()
	s := reporttest.Schema(t, report.Schema(), true)
	var types []string
	for _, b := range blocks(t, commandLine) {
		var documents []string
		switch b.info {
		case "json":
			documents = []string{b.text}
		case "jsonl":
			documents = strings.Split(strings.TrimSpace(b.text), "\n")
		}
		for _, text := range documents {
			v := reporttest.Decode(t, []byte(text))
			types = append(types, v.(map[string]any)["type"].(string))
			if err := s.Validate(v); err != nil {
				t.Errorf("%s: %v in %s", b.place, err, text)
			}
		}
	}
	slices.Sort(types)
	if want := []string{"check", "domain", "end", "mx", "run", "step"}; !slices.Equal(types, want) {
		t.Errorf("examples are of %q; want one of each of %q", types, want)
	}
}

// The table of events names those of the schema, and the tables of verdicts,
// reasons and views their values.
func TestNamesOfTheSchemaAreExplained(t *testing.T) {
	t.Parallel()
	doc := reporttest.Decode(t, report.Schema()).(map[string]any)
	defs := doc["$defs"].(map[string]any)
	enum := func(v any) []string {
		var out []string
		for _, e := range v.(map[string]any)["enum"].([]any) {
			out = append(out, e.(string))
		}
		return out
	}
	property := func(v any, name string) any { return v.(map[string]any)["properties"].(map[string]any)[name] }
	for heading, want := range map[string][]string{
		"## Verdicts":        enum(defs["verdict"]),
		"## Reasons":         enum(defs["reason"]),
		"## A sender's view": enum(property(defs["sender"], "view")),
		"## JSON Lines":      slices.DeleteFunc(enum(property(doc, "type")), func(s string) bool { return s == "run" }),
	} {
		var got []string
		for _, r := range rows(section(t, commandLine, heading)) {
			got = append(got, code(r[0])...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s explains %q; want %q", heading, got, want)
		}
	}
}
