package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"mxprobe/probe/result"
)

const cookbook = "docs/cookbook.md"

// recipe is a section of the cookbook that has files and commands.
type recipe struct {
	title string
	files []block // marked with the name of the file
	calls []call
}

// call is a block of commands, and the table after it.
type call struct {
	commands []string
	promises []promise
}

// promise is a row of a table: what a server does, and what becomes of it.
type promise struct {
	server string // the world of that name in the recipe's archive
	status result.Verdict
	step   int // -1 where the row names none
	reason result.Reason
	host   string
}

// recipes takes the page apart.
func recipes(t *testing.T) []recipe {
	t.Helper()
	all := blocks(t, cookbook)
	var out []recipe
	inside := false
	for i, line := range strings.Split(read(t, cookbook), "\n") {
		if strings.HasPrefix(line, "```") {
			inside = !inside
			if !inside {
				continue
			}
			b := all[0]
			all = all[1:]
			switch r := &out[len(out)-1]; {
			case strings.HasPrefix(b.mark, "file: "):
				b.mark = strings.TrimPrefix(b.mark, "file: ")
				r.files = append(r.files, b)
			case b.info == "console":
				r.calls = append(r.calls, call{commands: commandsOf(b.text)})
			default:
				t.Errorf("%s: the block is neither a file nor a console", b.place)
			}
			continue
		}
		if title, ok := strings.CutPrefix(line, "## "); ok && !inside {
			out = append(out, recipe{title: title})
		}
		if strings.HasPrefix(line, "| ") && !inside && len(out) > 0 && !strings.HasPrefix(line, "| the server") {
			r := &out[len(out)-1]
			if len(r.calls) == 0 {
				t.Fatalf("%s:%d: a table stands before the command it is of", cookbook, i+1)
			}
			c := &r.calls[len(r.calls)-1]
			c.promises = append(c.promises, promiseOf(t, line))
		}
	}
	return out
}

// commandsOf returns the lines of a console that begin with a prompt, those
// that end in a backslash joined.
func commandsOf(text string) []string {
	var out []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			command, _, _ = strings.Cut(command, "  #")
			out = append(out, strings.TrimSpace(command))
		}
	}
	return out
}

// promiseOf reads a row such as
//
//	| takes every name | `fail` at step 4, `reply`, of `mx2.example.org` | ... |
func promiseOf(t *testing.T, line string) promise {
	t.Helper()
	cells := rows(line)[0]
	p := promise{server: cells[0], step: -1}
	if len(cells) != 3 || cells[0] == "" {
		t.Fatalf("a row is %q; want the server, the verdict, and what it means", cells)
	}
	words := code(cells[1])
	if len(words) == 0 || p.status.UnmarshalText([]byte(words[0])) != nil {
		t.Fatalf("the row of %q has no verdict", p.server)
	}
	for _, word := range words[1:] {
		if strings.Contains(word, ".") {
			p.host = word
		} else {
			p.reason = result.Reason(word)
		}
	}
	if m := regexp.MustCompile(`at step (\d+)`).FindStringSubmatch(cells[1]); m != nil {
		p.step, _ = strconv.Atoi(m[1])
	}
	return p
}

// Every recipe of the cookbook passes where the page says so, and fails as it
// says where a server is wrong. The worlds are in testdata/cookbook, an
// archive for each recipe, named after its first file: what stands before the
// first world is the begin of each.
func TestRecipes(t *testing.T) {
	t.Parallel()
	played := 0
	for _, r := range recipes(t) {
		if len(r.files) == 0 {
			continue
		}
		played++
		t.Run(r.title, func(t *testing.T) { t.Parallel(); r.hold(t) })
	}
	if played < 25 {
		t.Errorf("the cookbook has %d recipes; want at least 25", played)
	}
}

func (r *recipe) hold(t *testing.T) {
	name := strings.TrimSuffix(r.files[0].mark, ".yaml")
	archive, err := txtar.ParseFile(filepath.Join("testdata", "cookbook", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	worlds := map[string]string{}
	for _, f := range archive.Files {
		worlds[f.Name] = string(archive.Comment) + string(f.Data)
	}
	good, bad := "", 0
	promised := map[string]bool{}
	for _, c := range r.calls {
		for _, p := range c.promises {
			promised[p.server] = true
			if p.status == result.Pass && good == "" {
				good = p.server
			}
			if p.status > result.Pass {
				bad++
			}
			t.Run(p.server, func(t *testing.T) {
				t.Parallel()
				if worlds[p.server] == "" {
					t.Fatalf("testdata/cookbook/%s.txtar has no world %q", name, p.server)
				}
				k := newKitchen(t, r, worlds[p.server])
				k.compare(t, k.cook(t, c.commands[0]), p)
			})
		}
	}
	for server := range worlds {
		if !promised[server] {
			t.Errorf("no table says what becomes of the server that %q", server)
		}
	}
	if good == "" || bad == 0 {
		t.Error("the recipe does not show both a server that passes and one that does not")
	}
	r.others(t, worlds[good])
}

// others runs the commands that have no table of their own, and validate for
// every scenario, on the server that is right.
func (r *recipe) others(t *testing.T, world string) {
	var commands []string
	for _, f := range r.files {
		if f.info == "yaml" {
			commands = append(commands, "mxprobe validate "+f.mark)
		}
	}
	for _, c := range r.calls {
		if len(c.promises) > 0 {
			commands = append(commands, c.commands[1:]...)
		} else {
			commands = append(commands, c.commands...)
		}
	}
	for _, command := range commands {
		if strings.HasPrefix(command, "head ") {
			continue // done in every kitchen
		}
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			k := newKitchen(t, r, world)
			if got := k.cook(t, command); got.exit != 0 {
				t.Errorf("%s ends with %d\n%s", command, got.exit, got.printed)
			}
		})
	}
}

// The list at the top leads to every section, in order.
func TestCookbookHasAListOfItsSections(t *testing.T) {
	t.Parallel()
	text := read(t, cookbook)
	top, _, _ := strings.Cut(text, "\n## ")
	var listed, headed []string
	for _, m := range regexp.MustCompile(`(?m)^ *- \[(.+)\]\(#(.+)\)$`).FindAllStringSubmatch(top, -1) {
		listed = append(listed, m[1])
		if want := anchor(m[1]); m[2] != want {
			t.Errorf("the link to %q is #%s; want #%s", m[1], m[2], want)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(text, -1) {
		headed = append(headed, m[1])
	}
	if strings.Join(listed, "\n") != strings.Join(headed, "\n") {
		t.Errorf("the list has\n%s\nthe page has\n%s", strings.Join(listed, "\n"), strings.Join(headed, "\n"))
	}
}

// anchor is the name of a heading in a link.
func anchor(heading string) string {
	heading = regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(heading, " ", "-")
}

// The worlds of the cookbook are those of its recipes.
func TestEveryWorldHasARecipe(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range recipes(t) {
		if len(r.files) > 0 {
			known[strings.TrimSuffix(r.files[0].mark, ".yaml")+".txtar"] = true
		}
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "cookbook"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("testdata/cookbook/%s belongs to no recipe", e.Name())
		}
	}
}
