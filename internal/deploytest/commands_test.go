package deploytest

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/command"
)

// texts are all files under deploy/ that people read or copy, and the
// action, by their paths.
func texts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"action.yml": read(t, filepath.Join(root(t), "action.yml"))}
	err := filepath.WalkDir(deployed(t), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "tools" || entry.Name() == "man"):
			return fs.SkipDir
		case !entry.IsDir():
			all[path] = strings.ReplaceAll(read(t, path), "\\\n", " ")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCommandLines: every flag of every command line, in remarks too, is one
// that the program knows.
func TestCommandLines(t *testing.T) {
	t.Parallel()
	known, found := flags(t), 0
	called := regexp.MustCompile(`(?:\bmxprobe run|\bcheck_mxprobe|MXPROBE_ARGS=) ?(.*)`)
	flag := regexp.MustCompile(`(?:^|[\s'"])(--?[a-zA-Z][\w-]*)`)
	for path, text := range texts(t) {
		for _, line := range called.FindAllStringSubmatch(text, -1) {
			found++
			for _, m := range flag.FindAllStringSubmatch(line[1], -1) {
				if !known[m[1]] {
					t.Errorf("%s: %q has the flag %s, which mxprobe run does not know", path, line[0], m[1])
				}
			}
		}
	}
	if found < 12 {
		t.Errorf("%d command lines are found", found)
	}
	// Where each argument has a line of its own.
	for _, path := range [][]string{{"kubernetes", "cronjob.yaml"}, {"github", "mail.yml"}} {
		lines := regexp.MustCompile(`(?m)^ +(?:- )?(--[\w-]+)=`).FindAllStringSubmatch(read(t, deployed(t, path...)), -1)
		for _, m := range lines {
			if !known[m[1]] {
				t.Errorf("%s has the flag %s, which mxprobe run does not know", path, m[1])
			}
		}
		if len(lines) < 3 {
			t.Errorf("%s: %d flags are found", path, len(lines))
		}
	}
}

// TestVariables: every variable of the environment is one that the program
// or a file here reads.
func TestVariables(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	p := &cli.Program{
		Name: "mxprobe", Stdin: strings.NewReader(""), Stdout: &help, Stderr: &help,
		Environ: func() []string { return nil }, LookupEnv: func(string) (string, bool) { return "", false },
	}
	if status := p.Main([]string{"run", "--help"}); status != 0 {
		t.Fatal(help.String())
	}
	known := []string{"MXPROBE_SCENARIOS", "MXPROBE_ARGS", "MXPROBE_IMAGE"}
	if status := command.Main(p, []string{"work", "--help"}); status != 0 {
		t.Fatal(help.String())
	}
	for _, m := range regexp.MustCompile(`\$(MXPROBE_[A-Z_]+)`).FindAllStringSubmatch(help.String(), -1) {
		known = append(known, m[1])
	}
	if len(known) < 15 {
		t.Fatalf("known = %q", known)
	}
	for path, text := range texts(t) {
		for _, name := range regexp.MustCompile(`\bMXPROBE_[A-Z_]+`).FindAllString(text, -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, which nobody reads", path, name)
			}
		}
	}
}
