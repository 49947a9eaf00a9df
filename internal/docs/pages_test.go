package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// Every console of these pages is run, from the first to the last, and prints
// what the page shows. The worlds that stand for the reader's network are in
// testdata/pages, an archive for each page; the first is there at once.
//
// A line of three dots on a page stands for any lines, three dots in a line
// for any text; times are not compared. A command ends with status 0, unless
// `echo $?` follows. A remark right before a block says what is special about
// it: file: NAME (it is a file), world: NAME (the network changes first), new
// terminal (what was set before is forgotten), later: FILE (a file is twelve
// minutes old), exit: N (all its commands end so).
func TestPagesAreTrue(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("skipped: the worlds need all of 127.0.0.0/8, and the pages bash")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("skipped: ", err)
	}
	bin := t.TempDir()
	build(t, bin)
	for _, name := range []string{"tutorial", "recipes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playPage(t, bin, name)
		})
	}
}

// notFound is the exit status of a shell where there is no such program.
const notFound = 127

// build puts the program into a folder, under both its names, with the
// command that the tutorial has.
func build(t *testing.T, bin string) {
	t.Helper()
	all := blocks(t, "docs/tutorial.md")
	i := slices.IndexFunc(all, func(b block) bool { return b.mark == "build" })
	if i < 0 {
		t.Fatal("the tutorial does not say how the program is built")
	}
	command := strings.Replace(strings.TrimPrefix(all[i].text, "$ "), "-o mxprobe", "-o "+bin+"/mxprobe", 1)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if err := os.Symlink("mxprobe", filepath.Join(bin, "check_mxprobe")); err != nil {
		t.Fatal(err)
	}
}

func playPage(t *testing.T, bin, name string) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "pages", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	worlds := map[string]string{}
	for _, f := range archive.Files {
		worlds[f.Name] = string(f.Data)
	}
	s := newShell(t, bin)
	s.enter(t, worlds[archive.Files[0].Name])
	t.Cleanup(func() {
		if err := s.world.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := os.CopyFS(filepath.Join(s.dir, "work", "deploy"), os.DirFS(filepath.Join(root, "deploy"))); err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, b := range blocks(t, "docs/"+name+".md") {
		exit := 0
		for word := range strings.SplitSeq(b.mark, "; ") {
			switch key, value, _ := strings.Cut(word, ": "); key {
			case "file":
				s.write(t, value, b.text)
			case "world":
				if worlds[value] == "" {
					t.Fatalf("%s: there is no world %q", b.place, value)
				}
				s.enter(t, worlds[value])
			case "later":
				s.age(t, value)
			case "new terminal":
				s.newTerminal(t)
			case "exit":
				if exit, err = strconv.Atoi(value); err != nil {
					t.Fatalf("%s: %v", b.place, err)
				}
			}
		}
		switch {
		case b.mark == "build":
		case b.info == "console":
			played += s.playConsole(t, bin, &b, exit)
		case b.info == "cron":
			played += s.playCrontab(t, &b, exit)
		}
	}
	if played < 10 {
		t.Errorf("the page has %d commands; the test cannot read it", played)
	}
}

// write writes a file of the page.
func (s *shell) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, "work", name)
	if strings.HasPrefix(name, "/") {
		path = filepath.Join(s.dir, name)
	}
	for _, r := range s.there {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// age moves the times in a file twelve minutes into the past.
func (s *shell) age(t *testing.T, name string) {
	t.Helper()
	path := filepath.Join(s.dir, "work", name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	aged := regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:]+Z`).ReplaceAllStringFunc(string(text), func(at string) string {
		then, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return then.Add(-12 * time.Minute).Format(time.RFC3339)
	})
	if aged == string(text) {
		t.Fatalf("%s has no times", name)
	}
	if err := os.WriteFile(path, []byte(aged), 0o600); err != nil {
		t.Fatal(err)
	}
}

// playConsole runs the commands of a block and compares what they print.
func (s *shell) playConsole(t *testing.T, bin string, b *block, exit int) int {
	t.Helper()
	parts := regexp.MustCompile(`(?m)^\$ `).Split(strings.ReplaceAll(b.text, "\\\n", ""), -1)
	if parts[0] != "" {
		t.Fatalf("%s: the block does not begin with a prompt", b.place)
	}
	for i, part := range parts[1:] {
		command, want, _ := strings.Cut(part, "\n")
		command, _, _ = strings.Cut(command, "  #")
		var got string
		if strings.HasPrefix(command, "mxprobe sandbox") {
			got = s.serve(t, bin)
		} else {
			status := 0
			got, status = s.run(t, command)
			if status == notFound && strings.HasPrefix(command, "prove ") && os.Getenv("MXPROBE_INTEROP") != "require" {
				t.Logf("%s: left out: %s", b.place, got)
				continue
			}
			asked := i+2 < len(parts) && strings.HasPrefix(parts[i+2], "echo $?")
			if status != exit && !asked {
				t.Errorf("%s: %s\nends with %d; want %d\n%s", b.place, command, status, exit, got)
			}
		}
		if !shown(want).MatchString(even(got)) {
			t.Errorf("%s: %s\nprints\n%s\nthe page shows\n%s", b.place, command, got, want)
		}
	}
	return len(parts) - 1
}

// playCrontab runs the lines of a crontab, once each. None prints anything.
func (s *shell) playCrontab(t *testing.T, b *block, exit int) int {
	t.Helper()
	played := 0
	for line := range strings.Lines(b.text) {
		fields := regexp.MustCompile(`^(?:[-*/0-9,]+ +){5}\S+ +(.+)`).FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "#") || regexp.MustCompile(`^[A-Z_]+=`).MatchString(line):
		case fields == nil:
			t.Errorf("%s: %q is not a line of a crontab", b.place, line)
		default:
			played++
			// To cron a percent sign is the end of the command.
			if got, status := s.run(t, fields[1]); status != exit || got != "" || strings.Contains(fields[1], "%") {
				t.Errorf("%s: %s\nends with %d; want %d, and nothing printed\n%s", b.place, fields[1], status, exit, got)
			}
		}
	}
	return played
}

// even makes texts comparable: times are one word, and blanks that align
// are one blank.
func even(text string) string {
	text = regexp.MustCompile(` +`).ReplaceAllString(withoutTimes(text), " ")
	return strings.Trim(regexp.MustCompile(` ?\n`).ReplaceAllString(text, "\n"), "\n")
}

// shown is the pattern of an output that a page shows.
func shown(want string) *regexp.Regexp {
	want = regexp.QuoteMeta(even(want))
	want = regexp.MustCompile(`(?m)^\\\.\\\.\\\.(?:\n|$)`).ReplaceAllString(want, "(?s:.*)")
	want = strings.ReplaceAll(want, `\.\.\.`, `.*`)
	return regexp.MustCompile(`^` + want + `$`)
}
