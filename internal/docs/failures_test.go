package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const failures = "docs/reading-a-failure.md"

// Every reason has a place of its own that says what happened and who acts,
// and a row in the table of who has to act.
func TestEveryReasonIsReadable(t *testing.T) {
	t.Parallel()
	want := reasons(t)
	slices.Sort(want)
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^### (\S+)$`).FindAllStringSubmatch(read(t, failures), -1) {
		headings = append(headings, m[1])
		text := section(t, failures, "### "+m[1])
		for _, part := range []string{"**What happened.** ", "**Who acts:** "} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %s has no %q", failures, m[1], part)
			}
		}
	}
	var table []string
	for _, r := range rows(section(t, failures, "## Who has to act")) {
		m := regexp.MustCompile(`^\[(\w+)\]\(#(\w+)\)$`).FindStringSubmatch(r[0])
		if m == nil || m[1] != m[2] || r[1] == "" || r[2] == "" {
			t.Fatalf("%s: a row is %q; want a link to a reason, who acts, and what to look at", failures, r)
		}
		table = append(table, m[1])
	}
	slices.Sort(headings)
	slices.Sort(table)
	if !slices.Equal(headings, want) {
		t.Errorf("headings are %q; want every reason: %q", headings, want)
	}
	if !slices.Equal(table, want) {
		t.Errorf("the table has %q; want every reason: %q", table, want)
	}
}
