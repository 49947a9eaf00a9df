package docs

import (
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/report/formats"
)

// The tables of formats in the documents are the table of the program.
func TestFormatsAreExplained(t *testing.T) {
	t.Parallel()
	var got []string
	table, _, _ := strings.Cut(section(t, commandLine, "## Reports"), "\n### ")
	for _, r := range rows(table) {
		got = append(got, code(r[0])...)
	}
	if want := formats.Names(); !slices.Equal(got, want) {
		t.Errorf("%s explains %q; want %q", commandLine, got, want)
	}
	const readme = "README.md"
	groups := map[string][]string{}
	for _, r := range rows(section(t, readme, "## Reports")) {
		groups[r[0]] = code(r[1])
	}
	for _, g := range formats.Groups() {
		got := groups[g.For]
		for _, name := range g.Names {
			if !slices.Contains(got, name) {
				t.Errorf("%s does not name %s for %s", readme, name, g.For)
			}
		}
	}
}
