package docs

import (
	"bytes"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/sandbox"
)

// The run that the README shows is a real one: the same command in the same
// world prints the same, but for times and ports.
func TestREADMEShowsARealRun(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, ok := strings.Cut(string(readme), "$ mxprobe run ")
	if !ok {
		t.Fatal("the README shows no run")
	}
	shown, _, _ = strings.Cut(shown, "```")
	command, want, _ := strings.Cut(shown, "\n")

	spec := sandbox.Demo()
	spec.Loopback = true
	w, err := sandbox.Start(spec)
	if err != nil && runtime.GOOS != "linux" {
		t.Skip("skipped: only 127.0.0.1 is there: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	port := strconv.Itoa(int(w.SMTPPort()))
	words := strings.NewReplacer("127.0.0.1:5300", w.DNS().String(), "2525", port)
	var stdout, stderr bytes.Buffer
	p := cli.Program{
		Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Environ: func() []string { return nil }, LookupEnv: func(string) (string, bool) { return "", false },
	}
	status := p.Main(append([]string{"run"}, strings.Fields(words.Replace(command))...))
	if status != cli.ExitFailed || stderr.Len() > 0 {
		t.Errorf("exit status %d, standard error %q; want %d and nothing", status, stderr.String(), cli.ExitFailed)
	}
	got := strings.NewReplacer(w.DNS().String(), "127.0.0.1:5300", port, "2525").Replace(stdout.String())
	if got, want := withoutTimes(got), withoutTimes(want); got != want {
		t.Errorf("the run prints\n%s\nthe README shows\n%s", got, want)
	}
	if lines := bytes.Count(readme, []byte("\n")); lines > 150 {
		t.Errorf("the README has %d lines; want at most 150", lines)
	}
}

// withoutTimes puts one word in place of every duration and the blanks that
// align it.
func withoutTimes(text string) string {
	return regexp.MustCompile(` *[0-9.]+ ?(ms|s)\b`).ReplaceAllString(text, " TIME")
}
