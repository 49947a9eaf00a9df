package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/report/reporttest"
)

// TestStandardErrorCommandsNobody: in a job of GitHub Actions the runner reads
// standard error as it does standard output, and there is no fence around it.
func TestStandardErrorCommandsNobody(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		reporttest.Forged, reporttest.Hostile, "x\n::error::forged", "x\n\t ::add-mask::x", "##[add-mask]x", "a ##[error]b", "x\r::set-env name=PATH::x",
	} {
		var out strings.Builder
		warn(&out, "%s: %s", "example.org", text)
		say(&out, "%s", text)
		p := &Program{Stderr: &out}
		p.complain(errors.New(text))
		var r reporttest.Runner
		if r.Run(out.String()); len(r.Obeyed) > 0 || r.StopToken != "" {
			t.Errorf("%q has the runner obey %+v", text, r.Obeyed)
		}
		if !strings.Contains(out.String(), "mxprobe: ") || !strings.Contains(out.String(), "warning: example.org") {
			t.Errorf("%q is written as %q", text, out.String())
		}
	}
}

// TestEveryWordHasAVoice: whatever is written to standard error goes through
// what makes it harmless. The log of the sandbox is for who asked for it.
func TestEveryWordHasAVoice(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			if strings.Contains(line, "Fprint") && strings.Contains(line, "Stderr") && !strings.Contains(line, "printable(") {
				t.Errorf("%s speaks without a voice: %s", name, strings.TrimSpace(line))
			}
		}
	}
}

// TestExplainCommandsNobody: a line of a log that has no reply in it is named
// on standard error, with what a stranger wrote into it.
func TestExplainCommandsNobody(t *testing.T) {
	t.Parallel()
	var out, words strings.Builder
	p := &Program{Name: "mxprobe", Stdin: strings.NewReader("a ##[error]b\n::add-mask::x\n"), Stdout: &out, Stderr: &words, LookupEnv: func(string) (string, bool) { return "", false }}
	if status := p.Main([]string{"explain", "-"}); status != ExitUsage {
		t.Errorf("exit status %d; want %d", status, ExitUsage)
	}
	var r reporttest.Runner
	if r.Run(words.String()); len(r.Obeyed) > 0 || !strings.Contains(words.String(), "no reply found") {
		t.Errorf("the runner obeys %+v in %q", r.Obeyed, words.String())
	}
}
