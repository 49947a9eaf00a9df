package docs

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/probe/result"
)

const commandLine = "docs/command-line.md"

// mxprobe runs the program and returns what it prints.
func mxprobe(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	p := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints,
		Environ:   func() []string { return nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if status := p.Main(args); status != cli.ExitOK {
		t.Fatalf("mxprobe %s ends with %d: %s", strings.Join(args, " "), status, complaints.String())
	}
	return out.String()
}

// commandsOfHelp returns the commands with their arguments, as the help has
// them.
func commandsOfHelp(t *testing.T) []string {
	t.Helper()
	_, list, _ := strings.Cut(mxprobe(t, "--help"), "Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+(?: [^ ]+)?)(?:  |$)`).FindAllStringSubmatch(list, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestCommandsAreExplained(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range rows(section(t, commandLine, "## Commands")) {
		got = append(got, strings.TrimPrefix(code(r[0])[0], "mxprobe "))
	}
	if want := commandsOfHelp(t); len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("commands in the table are\n%q\nthose of the help\n%q", got, want)
	}
}

// flag is a flag as the help or the document has it: how it is typed, its
// default and its environment variable.
type flag struct{ typed, def, env string }

// flagsOfHelp takes the help of a command apart.
func flagsOfHelp(t *testing.T, command string) []flag {
	t.Helper()
	// An entry begins with its flag; what belongs to it is indented further.
	begin := regexp.MustCompile(`^ {2,6}(-[a-zA-Z0-9], )?--[a-z]`)
	var entries []string
	for line := range strings.Lines(mxprobe(t, command, "--help")) {
		switch {
		case begin.MatchString(line):
			entries = append(entries, strings.TrimRight(line, "\n"))
		case strings.HasPrefix(line, strings.Repeat(" ", 20)) && len(entries) > 0:
			entries[len(entries)-1] += "  " + strings.TrimSpace(line)
		}
	}
	var out []flag
	for _, e := range entries {
		typed, rest, _ := strings.Cut(strings.TrimSpace(e), "  ")
		rest = strings.Join(strings.Fields(rest), " ")
		f := flag{typed: typed}
		if m := regexp.MustCompile(`\(default ([^)]*)\)`).FindStringSubmatch(rest); m != nil {
			f.def = m[1]
		}
		if m := regexp.MustCompile(`\[\$([A-Z_]+)\]`).FindStringSubmatch(rest); m != nil {
			f.env = m[1]
		}
		out = append(out, f)
	}
	return out
}

// Every flag of every command is in the document with its default and its
// environment variable, in the order of the help, and no other.
func TestFlagsAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	total := 0
	for _, command := range commandsOfHelp(t) {
		command, _, _ = strings.Cut(command, " ")
		heading := "### mxprobe " + command
		if command == "run" {
			heading = "## mxprobe run"
		}
		var got []flag
		for _, r := range rows(section(t, commandLine, heading)) {
			f := flag{typed: code(r[0])[0], def: r[1]}
			if env := code(r[2]); env != nil {
				f.env = env[0]
			}
			if r[3] == "" {
				t.Errorf("%s: %s is not explained", command, f.typed)
			}
			got = append(got, f)
		}
		want := flagsOfHelp(t, command)
		total += len(want)
		if !slices.Equal(got, want) {
			t.Errorf("flags of %s are\n%+v\nthose of the help\n%+v", command, got, want)
		}
	}
	if total < 30 {
		t.Errorf("the help has %d flags in all; the test cannot read it", total)
	}
}

// The table of exit statuses has every status the program knows.
func TestExitStatusesAreExplained(t *testing.T) {
	t.Parallel()
	var got []int
	for _, r := range rows(section(t, commandLine, "## Exit status")) {
		n, err := strconv.Atoi(code(r[0])[0])
		if err != nil {
			t.Error(err)
		}
		got = append(got, n)
	}
	want := []int{cli.ExitOK, cli.ExitFailed, cli.ExitUsage, cli.ExitInconclusive, cli.ExitInterrupted, cli.ExitTerminated}
	if !slices.Equal(got, want) {
		t.Errorf("statuses in the table are %v; want %v", got, want)
	}
}

// reasons returns the reasons that package result has, from its source.
func reasons(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "probe", "result", "verdict.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Reason" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if text != "" {
			out = append(out, text)
		}
		return true
	})
	if len(out) < 10 {
		t.Fatalf("package result has %d reasons; the test cannot read it", len(out))
	}
	return out
}

// The table of verdicts is in the order in which they outweigh each other,
// and the table of reasons says of each whether it usually fails.
func TestVerdictsAndReasonsAreExplained(t *testing.T) {
	t.Parallel()
	var verdicts []string
	for _, r := range rows(section(t, commandLine, "## Verdicts")) {
		verdicts = append(verdicts, code(r[0])...)
	}
	var want []string
	for v := result.NotRun; !strings.HasPrefix(v.String(), "verdict("); v++ {
		want = append(want, v.String())
	}
	if !slices.Equal(verdicts, want) {
		t.Errorf("verdicts in the table are %q; want %q", verdicts, want)
	}
	var got []string
	for _, r := range rows(section(t, commandLine, "## Reasons")) {
		name := code(r[0])[0]
		got = append(got, name)
		if ours := result.Reason(name).Ours(); ours && r[2] != result.Inconclusive.String() {
			t.Errorf("%s is usually %q in the table; want inconclusive, as it is ours", name, r[2])
		}
	}
	if want := reasons(t); !slices.Equal(got, want) {
		t.Errorf("reasons in the table are %q; want %q", got, want)
	}
}

// Commands in the documents are commands with flags that the program has.
func TestCommandsInDocumentsExist(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	flags := map[string]bool{"--help": true, "--version": true, "-h": true, "-V": true}
	for _, command := range commandsOfHelp(t) {
		command, _, _ = strings.Cut(command, " ")
		names[command] = true
		for _, f := range flagsOfHelp(t, command) {
			for _, word := range regexp.MustCompile(`--?[a-zA-Z0-9-]+`).FindAllString(f.typed, -1) {
				flags[word] = true
			}
		}
	}
	checked := 0
	for _, document := range documents(t) {
		for _, m := range regexp.MustCompile("(?m)(?:`|^\\$ )mxprobe ([^`\n#]+)").FindAllStringSubmatch(read(t, document), -1) {
			if err := knownCommand(strings.Fields(m[1]), names, flags); err != nil {
				t.Errorf("%s: mxprobe %s: %v", document, m[1], err)
			}
			checked++
		}
	}
	if checked < 20 {
		t.Errorf("the documents have %d commands; the test cannot read them", checked)
	}
}

func knownCommand(words []string, names, flags map[string]bool) error {
	// A domain in the place of a command is checked.
	domain := words[0] == "DOMAIN" || strings.Contains(words[0], ".") && !strings.HasSuffix(words[0], ".yaml")
	if !names[words[0]] && !flags[words[0]] && words[0] != "COMMAND" && !domain {
		return fmt.Errorf("there is no command %q", words[0])
	}
	for _, w := range words[1:] {
		w, _, _ = strings.Cut(w, "=")
		if strings.HasPrefix(w, "-") && w != "-" && !flags[w] && w != "-vv" {
			return fmt.Errorf("there is no flag %q", w)
		}
	}
	return nil
}
