//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mxprobe/internal/sandbox"
	"mxprobe/internal/sandbox/sandboxtest"
)

// slowWorld is a world of n domains whose servers take their time.
func slowWorld(t *testing.T, n int) (w *sandbox.World, list []string) {
	t.Helper()
	spec := sandbox.Spec{Loopback: true}
	for i := range n {
		name := fmt.Sprintf("d%d.test", i)
		list = append(list, name)
		spec.Zones = append(spec.Zones, sandbox.Zone{Name: name, Text: fmt.Sprintf("@ MX 10 mx\nmx A 192.0.2.%d\n", i+1)})
		server := sandbox.Server{Name: "mx." + name}
		if i%3 == 0 {
			server.Dead = sandbox.RefusesAll
		}
		spec.Servers = append(spec.Servers, server)
		spec.Faults = append(spec.Faults, sandbox.Fault{Name: name, Type: "MX", Answer: sandbox.AsZone, Delay: 15 * time.Millisecond})
	}
	return sandboxtest.Start(t, spec), list
}

// A run that is killed again and again, at any moment, ends with the report of
// one that was not: no domain is missing, none is there twice, and they are in
// the order of the list.
func TestJournalSurvivesKill(t *testing.T) {
	t.Parallel()
	const domains, kills = 24, 50
	w, list := slowWorld(t, domains)
	dir := t.TempDir()
	file := filepath.Join(dir, "list")
	if err := os.WriteFile(file, []byte(strings.Join(list, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	journal := filepath.Join(dir, "journal")
	args := []string{
		"mxprobe", "run", "@rcpt", "-d", "@" + file, "--dns", w.DNS().String(), "-p", strconv.Itoa(int(w.SMTPPort())),
		"--helo", "probe.test", "-j", "1", "-f", "jsonl", "--journal", journal,
	}
	start := func(out *bytes.Buffer) *exec.Cmd {
		cmd := &exec.Cmd{Path: os.Args[0], Args: args, Stdout: out, Stderr: out, Env: append(os.Environ(), "GORACE=atexit_sleep_ms=0")}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	killed := 0
	for range kills {
		var out bytes.Buffer
		cmd := start(&out)
		time.AfterFunc(time.Duration(rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			if _, err := os.Stat(journal); errors.Is(err, fs.ErrNotExist) {
				continue // it came to its end and begins anew
			}
			t.Fatalf("a run that was not killed leaves its journal: %v\n%s", err, out.String())
		}
		killed++
	}
	var out bytes.Buffer
	cmd := start(&out)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != ExitFailed {
		t.Fatalf("the last run: %v\n%s", err, out.String())
	}
	t.Logf("killed %d times", killed)
	if killed < kills/2 {
		t.Errorf("killed %d times of %d; want more", killed, kills)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var event struct{ Type, Domain, Status string }
		if json.Unmarshal([]byte(line), &event) == nil && event.Type == "domain" {
			got = append(got, event.Domain)
			if i := len(got) - 1; i < domains && (event.Status == "fail") != (i%3 == 0) {
				t.Errorf("%s: %s", event.Domain, event.Status)
			}
		}
	}
	if !slices.Equal(got, list) {
		t.Errorf("domains %q; want %q", got, list)
	}
	if _, err := os.Stat(journal); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal after the end: %v; want it gone", err)
	}
}
