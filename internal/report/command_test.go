package report

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What is copied from the terminal is the command that was meant, whatever
// the width.
func TestContinuedCommandIsTheSame(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"mxprobe run @rcpt -d example.org -v",
		`mxprobe run 'my  file.yaml' -d example.org --var 'x=a  b '\''c d'\'' e' --from '<>' --only '*.example.org' -v`,
		`mxprobe run x --var '::error::=y' --to kate@example.org`,
		strings.Repeat("word ", 40) + "end",
	} {
		for _, width := range []int{20, 40, 80, 200} {
			lines := brokenAtWords(command, width)
			for i, l := range lines {
				last := i == len(lines)-1
				if !last && cells(l)+2 > width && len(withValues(shellWords(l))) > 1 && !strings.Contains(l, "::") || strings.HasPrefix(l, "'::") {
					t.Errorf("width %d: line %q of %q is too long, or begins with ::", width, l, command)
				}
			}
			joined := strings.Join(lines, " \\\n    ")
			if want, got := words(t, command), words(t, joined); !slices.Equal(got, want) {
				t.Errorf("width %d: a shell reads %q as\n%q\nwant\n%q", width, joined, got, want)
			}
		}
	}
}

// words has a shell take a command apart.
func words(t *testing.T, command string) []string {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	out, err := exec.CommandContext(t.Context(), sh, "-fc", `printf '%s\n' `+command).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(out), "\n")
}
