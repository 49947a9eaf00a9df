package docs

import (
	commandflag "flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/foreign"
)

var update = commandflag.Bool("update", false, "rewrite the manual page")

const manualPage = "deploy/man/mxprobe-scenario.5"

// The manual page mxprobe-scenario(5) is the document of the language. To
// rewrite it: go test ./internal/docs -run TestManual -update
func TestManual(t *testing.T) {
	t.Parallel()
	got := manual(t)
	if *update {
		if err := os.WriteFile(filepath.Join(root, manualPage), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, manualPage), got); diff != "" {
		t.Errorf("%s is not what %s says (-page +document); -update writes it:\n%s", manualPage, language, diff)
	}
	for _, word := range []string{"ACTIONS", "pass_if", "${name:\\-default}"} {
		if !strings.Contains(got, word) {
			t.Errorf("the page has no %q", word)
		}
	}
}

// The page is one that mandoc finds nothing wrong with.
func TestManualIsSound(t *testing.T) {
	t.Parallel()
	cmd := foreign.Command(t, foreign.Program(t, "", "mandoc"), "-T", "lint", "-W", "warning")
	cmd.Stdin = strings.NewReader(manual(t))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
}

// manual returns the page in the macros of man(7).
func manual(t *testing.T) string {
	t.Helper()
	page := string(md2man.Render([]byte(forManual(read(t, language)))))
	var b strings.Builder
	for line := range strings.Lines(page) {
		// A hyphen that is no minus sign cannot be typed, nor copied.
		if !strings.HasPrefix(line, ".") {
			line = strings.ReplaceAll(strings.ReplaceAll(line, `\-`, "-"), "-", `\-`)
		}
		b.WriteString(line)
	}
	return b.String()
}

// forManual makes the document fit for a page of the manual: the headings one
// level up, tables as lists of terms, no links and no list of contents.
func forManual(document string) string {
	var b strings.Builder
	b.WriteString("% \"MXPROBE-SCENARIO\" \"5\" \"2026-11-22\" \"mxprobe\" \"File Formats\"\n\n")
	b.WriteString("# NAME\n\nmxprobe-scenario - dialogues that mxprobe plays\n\n# DESCRIPTION\n\n")
	link := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	var table []string
	fence, listed := false, false
	for line := range strings.SplitSeq(document, "\n") {
		if strings.HasPrefix(line, "```") {
			fence = !fence
			line = "```"
		}
		if !fence && strings.HasPrefix(line, "|") {
			table = append(table, line)
			continue
		}
		if table != nil {
			b.WriteString(terms(table))
			table, listed = nil, true
		}
		if listed && fence && line == "```" {
			b.WriteString("For example:\n\n") // else the block goes into the list
		}
		switch {
		case fence:
		case strings.HasPrefix(line, "# "), strings.HasPrefix(line, "<!-- "), strings.HasPrefix(line, "- [") && strings.Contains(line, "](#"):
			continue
		case strings.HasPrefix(line, "## "):
			line = "# " + strings.ToUpper(line[3:])
		case strings.HasPrefix(line, "### "):
			line = line[1:]
		default:
			line = link.ReplaceAllString(line, "$1")
		}
		listed = listed && line == ""
		b.WriteString(line + "\n")
	}
	b.WriteString(terms(table))
	b.WriteString("\n# SEE ALSO\n\n**mxprobe**(1)\n")
	return b.String()
}

// terms writes a table as a list of terms. A column after the second is
// introduced by its heading.
func terms(table []string) string {
	if len(table) < 3 {
		return ""
	}
	link := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	// Without the rule the heading is a row like the others.
	all := rows(strings.Join(append([]string{table[0]}, table[2:]...), "\n"))
	var b strings.Builder
	for _, cells := range all[1:] {
		text := cells[1]
		for i := 2; i < len(cells); i++ {
			heading := all[0][i]
			if text != "" && !strings.HasSuffix(text, ".") {
				text += "."
			}
			text += " " + strings.ToUpper(heading[:1]) + heading[1:] + ": " + cells[i] + "."
		}
		b.WriteString("\n" + cells[0] + "\n: " + link.ReplaceAllString(strings.TrimSpace(text), "$1") + "\n")
	}
	return b.String() + "\n"
}
