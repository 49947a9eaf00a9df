//go:build linux

package faults

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of docs/faults.md again")

// document is where people read the table.
const document = "../../docs/faults.md"

// The tables stand behind this line, up to the end of the page.
const mark = "<!-- written by the test: go test ./internal/faults -run TestDocument -update -->\n"

// TestDocument holds the page against the table, both ways.
func TestDocument(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, tables, ok := strings.Cut(string(page), mark)
	if !ok {
		t.Fatalf("%s has no line %q", document, mark)
	}
	want := tablesOf(table())
	if *update {
		if err := os.WriteFile(document, []byte(before+mark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, tables); diff != "" {
		t.Errorf("%s is not the table (-want +got):\n%s", document, diff)
	}
}

func tablesOf(groups []group) string {
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| fault | verdict | reason | cause | exit |\n|---|---|---|---|---|\n", g.title)
		for _, f := range g.faults {
			verdict := f.want.status
			if verdict == "" {
				verdict = "not played"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %d |\n", f.name, verdict, f.want.reason, f.want.cause, f.want.exit)
		}
	}
	return b.String()
}
