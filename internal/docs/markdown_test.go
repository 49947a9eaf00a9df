package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of a document.
type block struct {
	place string // file:line of its fence
	line  int
	info  string // what follows the opening fence
	mark  string // the remark right before the fence, without its brackets
	text  string
}

// root is the folder of the module, seen from this package.
const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// blocks returns the fenced blocks of a document.
func blocks(t *testing.T, name string) []block {
	t.Helper()
	var out []block
	var open *block
	before := ""
	for i, line := range strings.Split(read(t, name), "\n") {
		switch info, fence := strings.CutPrefix(line, "```"); {
		case fence && open == nil:
			open = &block{place: name + ":" + itoa(i+1), line: i + 1, info: info}
			if mark, ok := strings.CutPrefix(before, "<!-- "); ok {
				open.mark = strings.TrimSuffix(mark, " -->")
			}
		case fence:
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
		before = line
	}
	if open != nil {
		t.Fatalf("%s: the block is not closed", open.place)
	}
	return out
}

func itoa(n int) string {
	digits := ""
	for ; n > 0; n /= 10 {
		digits = string(rune('0'+n%10)) + digits
	}
	return digits
}

// section returns the part of a document under a heading, with the headings
// below it.
func section(t *testing.T, name, heading string) string {
	t.Helper()
	level := len(heading) - len(strings.TrimLeft(heading, "#"))
	var out []string
	inside := false
	for _, line := range strings.Split(read(t, name), "\n") {
		if n := len(line) - len(strings.TrimLeft(line, "#")); n > 0 && n <= level {
			inside = line == heading
			continue
		}
		if inside {
			out = append(out, line)
		}
	}
	if out == nil {
		t.Fatalf("%s has no heading %q", name, heading)
	}
	return strings.Join(out, "\n")
}

// rows returns the rows of the tables in a text, without those that head
// them, each split into its cells.
func rows(text string) [][]string {
	var out [][]string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|---") {
			continue
		}
		inner := strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), `\|`, "\x00")
		var cells []string
		for cell := range strings.SplitSeq(inner, "|") {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
		}
		out = append(out, cells)
	}
	return out
}

// code returns what stands in a cell as code, with the backticks taken off.
func code(cell string) []string {
	var out []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}
