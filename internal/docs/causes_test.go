package docs

import (
	"testing"

	"mxprobe/probe/causes"
)

// The table of causes in the document is the table of the program.
func TestCausesAreExplained(t *testing.T) {
	t.Parallel()
	said := map[string][]string{}
	for _, row := range rows(section(t, failures, "## Causes")) {
		if len(row) != 4 {
			t.Fatalf("%s: a row of causes has %d columns: %q", failures, len(row), row)
		}
		if said[row[0]] != nil {
			t.Errorf("%s: %s is there twice", failures, row[0])
		}
		said[row[0]] = row
	}
	for _, c := range causes.All() {
		row := said[c.String()]
		delete(said, c.String())
		if row == nil {
			t.Errorf("%s: the cause %s is missing", failures, c)
			continue
		}
		for i, want := range []string{c.Whose().String(), c.Means(), c.Next()} {
			if row[i+1] != want {
				t.Errorf("%s: %s: %q; the program says %q", failures, c, row[i+1], want)
			}
		}
	}
	for name := range said {
		t.Errorf("%s: there is no cause %q", failures, name)
	}
}
