package cli

import (
	"strings"
	"testing"
)

// TestHelpFitsATerminal: no line of a help is wider than 80 columns.
func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		var b strings.Builder
		p := &Program{Stdout: &b, Stderr: &b, LookupEnv: func(string) (string, bool) { return "", false }}
		options, _ := c.bind(p)
		if err := p.commandHelp(&b, &c, options); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if line = strings.TrimSuffix(line, "\n"); len(line) > 80 {
				t.Errorf("mxprobe %s --help: %d columns: %s", c.name, len(line), line)
			}
		}
	}
}
