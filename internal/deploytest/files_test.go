package deploytest

import (
	"bytes"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/cli"
)

// deployed returns the path of a file under deploy/, absolute, since tools
// have directories of their own.
func deployed(t *testing.T, path ...string) string {
	t.Helper()
	full, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "deploy"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return full
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// write puts a file into a directory and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// identity is the user and the group that the tests run as, for daemons that
// want to become somebody.
func identity(t *testing.T) (name, group string) {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := user.LookupGroupId(me.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return me.Username, mine.Name
}

// flags are the flags of mxprobe run, long and short, as its help has them.
func flags(t *testing.T) map[string]bool {
	t.Helper()
	var out bytes.Buffer
	p := &cli.Program{
		Name: "mxprobe", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Environ: func() []string { return nil }, LookupEnv: func(string) (string, bool) { return "", false },
	}
	if status := p.Main([]string{"run", "--help"}); status != 0 {
		t.Fatalf("run --help ends in %d:\n%s", status, out.String())
	}
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^ +(?:(-\w), )?(--[a-z0-9-]+)`).FindAllStringSubmatch(out.String(), -1) {
		all[m[1]], all[m[2]] = true, true
	}
	if len(all) < 40 || !all["-d"] || !all["--domain"] || all["--no-such-flag"] {
		t.Fatalf("flags = %v", all)
	}
	return all
}
