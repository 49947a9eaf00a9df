package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/fleet/command"
	"mxprobe/internal/sandbox"
)

// fleetCall calls mxprobe-fleet with variables, and returns what it prints and its
// exit status.
func fleetCall(env map[string]string, args ...string) (string, int) {
	var out bytes.Buffer
	p := &cli.Program{
		Name: command.Name, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Environ: func() []string { return nil }, LookupEnv: func(name string) (string, bool) { text, ok := env[name]; return text, ok },
	}
	status := command.Main(p, args)
	return out.String(), status
}

func fleetDocument(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "fleet.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFleetCallsInDocument: every call has flags that its command knows.
func TestFleetCallsInDocument(t *testing.T) {
	t.Parallel()
	calls := regexp.MustCompile(`mxprobe-fleet ([a-z]+)([^\n`+"`"+`]*)`).FindAllStringSubmatch(fleetDocument(t), -1)
	flags := 0
	for _, call := range calls {
		help, status := fleetCall(nil, call[1], "--help")
		if status != 0 {
			continue // it is prose
		}
		for _, flag := range regexp.MustCompile(`(?:^| )(--?[a-z][a-z-]*)`).FindAllStringSubmatch(call[2], -1) {
			flags++
			if !regexp.MustCompile(`(?m)^ +(?:-\w, )?` + flag[1] + `\b|^ +` + flag[1] + `, `).MatchString(help) {
				t.Errorf("%q: %s has no flag %s", call[0], call[1], flag[1])
			}
		}
	}
	if len(calls) < 8 || flags < 6 {
		t.Errorf("%d calls with %d flags are found", len(calls), flags)
	}
}

// TestFleetDocumentPlays: the job of the document is submitted, played and
// collected as it says.
func TestFleetDocumentPlays(t *testing.T) {
	t.Parallel()
	spec := sandbox.Demo()
	spec.Loopback = true
	world, err := sandbox.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	job := regexp.MustCompile("(?s)```yaml\n(# job.yaml\n.*?)```").FindStringSubmatch(fleetDocument(t))
	if job == nil {
		t.Fatal("no job")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"job.yaml": job[1], "domains.txt": "contoso.test\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{
		"MXPROBE_NATS": bustest.Start(t), "MXPROBE_HELO": "probe.test", "MXPROBE_DNS": world.DNS().String(),
		"MXPROBE_PORT": strconv.Itoa(int(world.SMTPPort())),
	}
	page := filepath.Join(dir, "mail.html")
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"monday\n", []string{"submit", filepath.Join(dir, "job.yaml"), "-d", "@" + filepath.Join(dir, "domains.txt"), "--id", "monday"}},
		{" is ready\n", []string{"work", "--until-done"}},
		{"job monday: ", []string{"status", "monday"}},
		{"PASS  ", []string{"collect", "monday", "--report", "html=" + page}},
		{"monday", []string{"list"}},
	} {
		if out, status := fleetCall(env, tt.args...); status != 0 || !strings.Contains(out, tt.want) {
			t.Errorf("%q ends with %d\n%s\nwant %q", tt.args, status, out, tt.want)
		}
	}
	if _, err := os.Stat(page); err != nil {
		t.Error(err)
	}
}

// TestFleetAtNight: what the last table quotes is said somewhere in the program.
func TestFleetAtNight(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, dir := range []string{"fleet/bus", "fleet/command", "fleet/work", "fleet/collect", "fleet/manners", "fleet/job", "cli", "../scenarios"} {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	_, table, _ := strings.Cut(fleetDocument(t), "\n## At two in the morning")
	quotes := regexp.MustCompile(`(?m)^\| ([^|]*)`).FindAllStringSubmatch(table, -1)
	found := 0
	for _, row := range quotes {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			found++
			if part := longestWords(m[1]); !strings.Contains(source.String(), part) {
				t.Errorf("%q: %q is said nowhere", m[1], part)
			}
		}
	}
	if found < 12 {
		t.Errorf("%d messages are found", found)
	}
}

// longestWords is the longest part of a quoted message without what differs from
// time to time: names, numbers, and words in capitals or quotes.
func longestWords(quote string) string {
	longest := ""
	for _, part := range regexp.MustCompile(`\.\.\.|"[^"]*"|\b[A-Z_]{2,}\b|\b\d\S*|\S+\.\S+|\brun |%|, |: |\(`).Split(quote, -1) {
		if part = strings.TrimSpace(part); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}
