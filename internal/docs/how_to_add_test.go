package docs

import (
	"strings"
	"testing"
)

// Every file that "How to add" names is there, and has in it what the page says
// to look for.
func TestHowToAddIsTrue(t *testing.T) {
	t.Parallel()
	const page = "docs/how-to-add.md"
	text := read(t, page)
	kinds := []string{
		"A report format", "A login mechanism", "A built-in scenario", "An action of the language", "A cause with its advice",
		"A check that is not a dialogue", "A limit",
	}
	if got := strings.Count(text, "\n## "); got != len(kinds) {
		t.Errorf("%s has %d lists; want %d", page, got, len(kinds))
	}
	for _, kind := range kinds {
		table := rows(section(t, page, "## "+kind))
		if len(table) < 4 {
			t.Errorf("%s: the list for %q has %d files; want more", page, kind, len(table))
		}
		for _, r := range table {
			file, mark := code(r[0]), code(r[2])
			if len(file) != 1 || len(mark) != 1 || r[1] == "" {
				t.Errorf("%s: %q is not a file, what to do, and a mark", page, r)
				continue
			}
			if !strings.Contains(read(t, file[0]), mark[0]) {
				t.Errorf("%s: there is no %q in %s", page, mark[0], file[0])
			}
		}
	}
	if !strings.Contains(read(t, "CONTRIBUTING.md"), "(docs/how-to-add.md)") {
		t.Error("CONTRIBUTING.md does not lead to it")
	}
}
