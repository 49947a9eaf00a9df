package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are all pages for people.
func documents(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	out := []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".md") {
			out = append(out, "docs/"+e.Name())
		}
	}
	return out
}

// Every link between the documents, and from them to files, leads to
// something that is there.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	followed := 0
	for _, document := range documents(t) {
		text := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(read(t, document), "")
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			followed++
			file, place, _ := strings.Cut(m[1], "#")
			target := filepath.ToSlash(filepath.Join(filepath.Dir(document), file))
			if file == "" {
				target = document
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: there is no %s", document, m[1])
				continue
			}
			if place != "" && !slices.Contains(anchors(t, target), place) {
				t.Errorf("%s: %s has no heading for #%s", document, target, place)
			}
		}
	}
	if followed < 60 {
		t.Errorf("the documents have %d links; the test cannot read them", followed)
	}
}

// anchors are the names of the headings of a document.
func anchors(t *testing.T, document string) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(read(t, document), -1) {
		heading := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		out = append(out, strings.ReplaceAll(heading, " ", "-"))
	}
	return out
}

// The index leads to every document.
func TestIndexIsComplete(t *testing.T) {
	t.Parallel()
	index := read(t, "docs/README.md")
	for _, document := range documents(t) {
		name, inside := strings.CutPrefix(document, "docs/")
		if !inside {
			name = "../" + document
		}
		if document != "docs/README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md does not lead to %s", document)
		}
	}
}
