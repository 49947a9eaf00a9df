package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mxprobe/internal/foreign"
)

var update = flag.Bool("update", false, "rewrite the manual page")

// manualDate is in the heading of the page: when it last changed in substance.
const manualDate = "2026-11-22"

// The manual page mxprobe(1) is made of the same tables as --help. To rewrite
// it: go test ./internal/cli -run TestManual -update
func TestManual(t *testing.T) {
	t.Parallel()
	got := manual()
	path := filepath.Join("..", "..", "deploy", "man", "mxprobe.1")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the tables say (-page +tables); -update writes it:\n%s", path, diff)
	}
}

// The page is one that mandoc finds nothing wrong with.
func TestManualIsSound(t *testing.T) {
	t.Parallel()
	cmd := foreign.Command(t, foreign.Program(t, "", "mandoc"), "-T", "lint", "-W", "warning")
	cmd.Stdin = strings.NewReader(manual())
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("mandoc: %v\n%s", err, out)
	}
	if got := roff("-a 'x' \\ .y"); got != `\-a \(aqx\(aq \e .y` {
		t.Errorf("roff = %s", got)
	}
	if got := roff(".y"); got != `\&.y` {
		t.Errorf("roff = %s", got)
	}
}

// manual returns the page in the macros of man(7).
func manual() string {
	var b strings.Builder
	p := bareProgram()
	b.WriteString(".\\\" Made of the tables of options; see internal/cli/manual_test.go.\n")
	fmt.Fprintf(&b, ".TH MXPROBE 1 %s mxprobe \"User Commands\"\n", manualDate)
	b.WriteString(".SH NAME\nmxprobe \\- play SMTP dialogues on every mail host of a domain\n.SH SYNOPSIS\n")
	all := commands()
	for i := range all {
		options, _ := all[i].bind(p)
		flags := ""
		if len(options) > 0 {
			flags = " [FLAG]..."
		}
		if i > 0 {
			b.WriteString(".br\n")
		}
		fmt.Fprintf(&b, ".B mxprobe %s\n", all[i].name)
		if rest := strings.TrimSpace(flags + " " + all[i].arguments); rest != "" {
			b.WriteString(roff(rest) + "\n")
		}
	}
	b.WriteString(`.SH DESCRIPTION
.B mxprobe
finds the mail servers of a domain, plays SMTP dialogues written in YAML on every
host and address, and says pass or fail for each step.
The dialogues are described in
.BR mxprobe\-scenario (5).
.PP
Flags stand before or after the arguments;
.B \-\-
ends them.
A flag beats the environment, and the environment beats the scenario.
Every command takes
.BR \-h ", " \-\-help
and
.BR \-V ", " \-\-version .
.SH COMMANDS
`)
	for i := range all {
		manualCommand(&b, &all[i], p)
	}
	b.WriteString(".SH ENVIRONMENT\n")
	for _, e := range manualEnvironment(all, p) {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", e[0], e[1])
	}
	b.WriteString(".SH EXIT STATUS\n")
	manualStatus(&b)
	b.WriteString(".SH EXAMPLES\n")
	b.WriteString(".EX\n")
	for i := range all {
		for _, e := range all[i].examples {
			b.WriteString(roff(e) + "\n")
		}
	}
	b.WriteString(".EE\n")
	b.WriteString(".SH SEE ALSO\n.BR mxprobe\\-scenario (5)\n")
	return b.String()
}

// manualCommand writes a command with its flags.
func manualCommand(b *strings.Builder, c *command, p *Program) {
	fmt.Fprintf(b, ".SS mxprobe %s\n%s.\n", strings.TrimSpace(c.name+" "+roff(c.arguments)), roff(strings.ToUpper(c.summary[:1])+c.summary[1:]))
	options, _ := c.bind(p)
	group := ""
	for i := range options {
		o := &options[i]
		if o.group != group {
			group = o.group
			fmt.Fprintf(b, ".PP\n%s:\n", roff(group))
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s.\n", roff(strings.TrimSpace(o.flags())), roff(explain(o)))
	}
	if len(c.notes) > 0 {
		fmt.Fprintf(b, ".PP\n%s\n", roff(strings.Join(strings.Fields(strings.Join(c.notes, " ")), " ")))
	}
}

// manualEnvironment returns the variables with the flags they stand in for.
func manualEnvironment(all []command, p *Program) [][2]string {
	flags := map[string]string{}
	for i := range all {
		options, _ := all[i].bind(p)
		for j := range options {
			if o := &options[j]; o.env != "" {
				flags[o.env] = "As " + roff("--"+o.name) + ", where that is not given."
			}
		}
	}
	flags["MXPROBE_VAR_NAME"] = "Sets the variable NAME of scenarios."
	flags["NO_COLOR"] = "Where it is set, text has no colours."
	var out [][2]string
	for name, text := range flags {
		out = append(out, [2]string{name, text})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// manualStatus writes the exit statuses as the help has them.
func manualStatus(b *strings.Builder) {
	for line := range strings.Lines(statusHelp) {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(line, "     ") {
			b.WriteString(roff(text) + "\n")
			continue
		}
		status, meaning, _ := strings.Cut(text, "  ")
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", status, roff(meaning))
	}
}

// roff returns text that a formatter shows as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
