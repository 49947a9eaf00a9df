package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/scenarios"
)

// bareProgram has an empty environment and nothing to read.
func bareProgram() *Program {
	return &Program{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		Environ:   func() []string { return nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
}

// completed returns the words that are offered for the last of these.
func completed(t *testing.T, said ...string) []string {
	t.Helper()
	var out, complaints bytes.Buffer
	p := bareProgram()
	p.Stdout, p.Stderr = &out, &complaints
	if status := p.Main(append([]string{completeCommand, "zsh"}, said...)); status != ExitOK || complaints.Len() > 0 {
		t.Errorf("completing %q ends with %d: %s", said, status, complaints.String())
	}
	var words []string
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		words = append(words, word)
	}
	return words[1:]
}

// Commands, and the flags of each, are those of the tables.
func TestCompletionIsOfTheTables(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(commandNames(), completed(t, "")); diff != "" {
		t.Errorf("commands (-table +offered):\n%s", diff)
	}
	for _, c := range commands() {
		options, _ := c.bind(bareProgram())
		var want []string
		for i := range options {
			want = append(want, "--"+options[i].name)
		}
		want = append(want, "--help", "--version")
		if diff := cmp.Diff(want, completed(t, c.name, "--")); diff != "" {
			t.Errorf("flags of %s (-table +offered):\n%s", c.name, diff)
		}
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		said []string
		want []string
	}{
		{[]string{"run", "--format", "json"}, []string{"json", "jsonl"}},
		{[]string{"run", "-vf", "json"}, []string{"json", "jsonl"}},
		{[]string{"run", "-vp", ""}, nil}, // a port
		{[]string{"run", "-p25", "@rcp"}, []string{"@rcpt"}},
		{[]string{"-v", "run", "@rcp"}, []string{"@rcpt"}},
		{[]string{"run", "--dns", "--requ"}, nil}, // the value of --dns
		{[]string{"run", "--quiet", "--qui"}, nil},
		{[]string{"run", "-q", "--qui"}, nil},
		{[]string{"run", "--tag", "a", "--ta"}, []string{"--tag"}}, // may be given again
		{[]string{"run", "--nonsense", "@rcp"}, []string{"@rcpt"}},
		{[]string{"run", "--require=a"}, []string{"--require=all", "--require=any"}},
		{[]string{"run", "--proxy-protocol", ""}, []string{"v1", "v2"}},
		{[]string{"run", "--report", "jsonl"}, []string{"jsonl="}},
		{[]string{"init", "sen"}, []string{"@send"}},
		{[]string{"init", "@send", ""}, nil}, // it takes one
		{[]string{"help", "val"}, []string{"validate"}},
		{[]string{"--ver"}, []string{"--version"}},
		{[]string{"mx", ""}, nil},
	}
	for _, tt := range tests {
		if got := completed(t, tt.said...); !slices.Equal(got, tt.want) {
			t.Errorf("completing %q offers %q; want %q", tt.said, got, tt.want)
		}
	}
	if got := completed(t, "list", "@"); !slices.Equal(got, scenarios.Builtins()) {
		t.Errorf("after @ are offered %q; want the built-ins", got)
	}
	if got := completed(t, "run", "--tag", ""); !slices.Contains(got, "delivers") {
		t.Errorf("tags are %q; want those of the built-ins", got)
	}
}

// A tag is foreign text too, and bash puts it into the line as it is.
func TestTagIsNoCommand(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(file, []byte("tags: [good, $(id), '`id`', a;id, \"'\"]\nsteps: [NOOP]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := bareProgram()
	p.Stdout = &out
	p.Main([]string{completeCommand, "bash", "mxprobe", "mxprobe run " + file + " --tag ", ""})
	if got := out.String(); got != "words\ngood\n" {
		t.Errorf("offered is %q; want the one good tag", got)
	}
}

// PowerShell puts a word into the line as it is: a name of a file must not
// become a command there.
func TestPowerShellWord(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"--flag=a.yaml":                     "--flag=a.yaml",
		`C:\tests/x_1.yml`:                  `C:\tests/x_1.yml`,
		"@rcpt":                             "'@rcpt'",
		"a b":                               "'a b'",
		"a|calc":                            "'a|calc'",
		"a>b<c,d#e[f]*?%":                   "'a>b<c,d#e[f]*?%'",
		"it's":                              "'it''s'",
		"x\u2019; calc; \u2018\u201a\u201b": "'x\u2019\u2019; calc; \u2018\u2018\u201a\u201a\u201b\u201b'",
		"\u201cx\u201d":                     "'\u201cx\u201d'",
		"naïve.yaml":                        "'naïve.yaml'",
	} {
		if got := powershellWord(word); got != want {
			t.Errorf("powershellWord(%q) = %q; want %q", word, got, want)
		}
	}
}

// bash takes a line apart at more signs than its commands see.
func TestSplitLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line string
		want []string
	}{
		{"", []string{""}},
		{"mxprobe ", []string{"mxprobe", ""}},
		{"mxprobe run  a\tb", []string{"mxprobe", "run", "a", "b"}},
		{`mxprobe 'a b' "c \" d" e\ f`, []string{"mxprobe", "a b", `c " d`, "e f"}},
		{`mxprobe '' x`, []string{"mxprobe", "", "x"}},
		{"a; b && mxprobe r", []string{"mxprobe", "r"}},
		{"x | (mxprobe r", []string{"mxprobe", "r"}},
		{`echo "a;b" c`, []string{"echo", "a;b", "c"}},
		{`mxprobe "open ; q`, []string{"mxprobe", "open ; q"}},
		{`mxprobe x\`, []string{"mxprobe", `x\`}},
	}
	for _, tt := range tests {
		if got := splitLine(tt.line); !slices.Equal(got, tt.want) {
			t.Errorf("splitLine(%q) = %q; want %q", tt.line, got, tt.want)
		}
	}
}
