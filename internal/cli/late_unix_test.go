//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inTime is how long what has to end within a second may take here, with room
// for a busy machine.
const inTime = 10 * time.Second

// plainScenario needs nothing beside it.
const plainScenario = "steps: [NOOP]\n"

// TestMaxTimeHoldsWhereSomethingIsRead: nobody writes to a pipe, and a command
// never ends.
func TestMaxTimeHoldsWhereSomethingIsRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, scenario, flags string }{
		{"scenario", "", "pipe"},
		{"standard input", "", "-"},
		{"message", "steps: [{message: {file: pipe}}]", ""},
		{"attachment", "steps: [{message: x, attach: pipe}]", ""},
		{"rows", "each: pipe.csv\nsteps: [NOOP]", ""},
		{"secret", "secrets: {p: {file: pipe}}\nsteps: [NOOP]", ""},
		{"command", "secrets: {p: {command: [sleep, 1000]}}\nsteps: [NOOP]", ""},
		{"command with a child", "secrets: {p: {command: [sh, -c, 'sleep 1000 & wait']}}\nsteps: [NOOP]", ""},
		{"key", "steps: [{message: x, dkim: {domain: a.test, selector: s, key: {file: pipe}}}]", ""},
		{"certificate", "tls: {client_cert: pipe}\nsteps: [NOOP]", ""},
		{"variables", plainScenario, "--vars-file pipe"},
		{"recipients", plainScenario, "--to @pipe"},
		{"authorities", plainScenario, "--ca-file pipe"},
		{"certificate of the call", plainScenario, "--client-cert pipe"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range []string{"pipe", "pipe.csv"} {
				if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
					t.Skip(err)
				}
			}
			args := []string{"run", "-H", "127.0.0.1:1", "--max-time", "200ms", "--helo", "probe.test"}
			for _, word := range strings.Fields(tc.flags) {
				args = append(args, strings.Replace(word, "pipe", filepath.Join(dir, "pipe"), 1))
			}
			if tc.scenario != "" {
				name := filepath.Join(dir, "s.yaml")
				if err := os.WriteFile(name, []byte(tc.scenario), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, name)
			}
			p, stderr := program(), new(bytes.Buffer)
			silent, w := io.Pipe()
			defer w.Close()
			p.Stdin, p.Stderr = silent, stderr
			status := make(chan int, 1)
			go func() { status <- p.Main(args) }()
			select {
			case got := <-status:
				if got != ExitUsage || !strings.Contains(stderr.String(), "before the time for the whole run was over") && !strings.Contains(stderr.String(), "did not end before the run did") {
					t.Errorf("status %d\n%s", got, stderr)
				}
			case <-time.After(inTime):
				t.Fatalf("it still runs after %v", inTime)
			}
		})
	}
}

// TestFirstSignalEndsACommand: the program stops the command of a secret and
// what that started, and ends as the signal says.
func TestFirstSignalEndsACommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mxprobe, begun := filepath.Join(dir, "mxprobe"), filepath.Join(dir, "begun")
	if err := os.Symlink(self, mxprobe); err != nil {
		t.Skip(err)
	}
	src := "secrets: {p: {command: [sh, -c, 'echo $$ >" + begun + "; sleep 1000 & wait']}}\nsteps: [NOOP]\n"
	if err := os.WriteFile(filepath.Join(dir, "s.yaml"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), mxprobe, "run", "-H", "127.0.0.1:1", "--helo", "probe.test", filepath.Join(dir, "s.yaml"))
	var stderr bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &stderr, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(inTime); ; time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(begun); err == nil && len(text) > 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the command did not begin")
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(inTime, func() { _ = cmd.Process.Kill() })
	defer watchdog.Stop()
	_ = cmd.Wait()
	if got := exitText(cmd.ProcessState); got != "130" || !strings.Contains(stderr.String(), "stopped by SIGINT") {
		t.Errorf("it ended with %s; want 130\n%s", got, stderr.String())
	}
}
