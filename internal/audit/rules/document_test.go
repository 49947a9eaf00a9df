package rules

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/checks.md again")

const (
	page = "../../../docs/checks.md"
	mark = "<!-- The tables below are written by go test ./internal/audit/rules -update. -->\n"
)

// TestDocument holds docs/checks.md to the table of rules.
func TestDocument(t *testing.T) {
	t.Parallel()
	old, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, tables, ok := strings.Cut(string(old), mark)
	if !ok {
		t.Fatalf("%s has no mark", page)
	}
	if *update {
		if err := os.WriteFile(page, []byte(head+mark+document()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if tables != document() {
		t.Errorf("%s is not what the table of rules says; go test ./internal/audit/rules -update writes it again", page)
	}
	for _, r := range Table() {
		if !strings.Contains(tables, "| `"+r.ID+"` |") {
			t.Errorf("%s lacks %s", page, r.ID)
		}
	}
}

// document is a table for each subject.
func document() string {
	var b strings.Builder
	for _, subject := range Subjects() {
		fmt.Fprintf(&b, "\n## %s\n\n| identifier | severity | who | found | meaning and advice |\n|---|---|---|---|---|\n", subject)
		for _, r := range Table() {
			if r.Subject() != subject {
				continue
			}
			rfc := ""
			if r.RFC != "" {
				rfc = " (" + r.RFC + ")"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s%s | %s **Advice:** %s. |\n", r.ID, r.Severity, r.Actor, r.Title, rfc, r.Means, escape(r.Advice))
		}
	}
	return b.String()
}

func escape(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`).Replace(text)
}
