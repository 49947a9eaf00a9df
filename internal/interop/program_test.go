//go:build linux

package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mxprobe/probe/result"
)

// outcome is what one call of the program said.
type outcome struct {
	t       *testing.T
	args    []string
	exit    int
	run     result.Run
	stdout  string
	stderr  string
	elapsed time.Duration
}

// programTime is far more than any call here needs.
const programTime = 60 * time.Second

// play calls "mxprobe run" with the arguments, against the names and the port
// of the world where they name no others, and reads its report.
func play(t *testing.T, args ...string) *outcome {
	t.Helper()
	knot := need(t, theWorld.knot)
	all := append([]string{"run"}, args...)
	for _, flag := range [][2]string{
		{"--dns", knot.Addr},
		{"--port", strconv.Itoa(theWorld.port)},
		{"--helo", "probe.sender.test"},
		{"--from", "probe@sender.test"},
		{"--format", "json"},
	} {
		if !slices.Contains(args, flag[0]) {
			all = append(all, flag[0], flag[1])
		}
	}
	o := execute(t, all...)
	if err := json.Unmarshal([]byte(o.stdout), &o.run); err != nil {
		t.Fatalf("%s: no JSON report (exit status %d): %v", o, o.exit, err)
	}
	if o.run.End.Exit != o.exit {
		t.Errorf("%s: exit status %d, but the report says %d", o, o.exit, o.run.End.Exit)
	}
	return o
}

// execute calls the program and shows what it said if the test fails.
func execute(t *testing.T, args ...string) *outcome {
	t.Helper()
	path, err := buildProgram()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), programTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = t.TempDir()
	// No setting of the person who runs the tests may change the outcome.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "LC_ALL=C"}
	for _, name := range []string{"MXPROBE_USER", "MXPROBE_PASSWORD"} { // tests of @submission set them
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("mxprobe %v: %v", args, err)
	}
	o := &outcome{
		t: t, args: args, exit: cmd.ProcessState.ExitCode(),
		stdout: stdout.String(), stderr: stderr.String(), elapsed: time.Since(started),
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s\nexit status %d\n--- stdout\n%s\n--- stderr\n%s", o, o.exit, o.stdout, o.stderr)
		}
	})
	return o
}

// String returns the command line.
func (o *outcome) String() string { return "mxprobe " + strings.Join(o.args, " ") }

// exits wants an exit status.
func (o *outcome) exits(want int) {
	o.t.Helper()
	if o.exit != want {
		o.t.Errorf("exit status %d; want %d", o.exit, want)
	}
}

// domain returns the only domain of the report.
func (o *outcome) domain() *result.Domain {
	o.t.Helper()
	if len(o.run.Domains) != 1 {
		o.t.Fatalf("%d domains in the report; want 1", len(o.run.Domains))
	}
	return &o.run.Domains[0]
}

// check returns the check of the only scenario at an address, wherever it is
// in the report.
func (o *outcome) check(ip string) *result.Check {
	o.t.Helper()
	var found []*result.Check
	for _, d := range o.run.Domains {
		for _, h := range d.Hosts {
			for _, a := range h.Addresses {
				if a.IP == ip {
					for i := range a.Checks {
						found = append(found, &a.Checks[i])
					}
				}
			}
		}
	}
	if len(found) != 1 {
		o.t.Fatalf("%d checks of %s in the report; want 1", len(found), ip)
	}
	return found[0]
}

// hosts returns the names of the hosts in the order of the report.
func (o *outcome) hosts() string {
	o.t.Helper()
	var names []string
	for _, h := range o.domain().Hosts {
		names = append(names, fmt.Sprintf("%d %s", h.Preference, h.Name))
	}
	return strings.Join(names, ", ")
}

// verdict wants a check to have a status for a reason, and returns the step
// that decided it, nil for a check that passed or was skipped.
func verdict(t *testing.T, c *result.Check, status result.Verdict, reason result.Reason) *result.Step {
	t.Helper()
	if c.Status != status || c.Reason != reason {
		t.Errorf("%s: %s for reason %q; want %s for %q", c.Scenario, c.Status, c.Reason, status, reason)
	}
	if status == result.Pass || status == result.Skip {
		return nil
	}
	if c.FailedStep == nil {
		t.Fatalf("%s: no step decided the verdict %s", c.Scenario, c.Status)
	}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		if s := &c.Steps[i]; s.Number == *c.FailedStep && s.Attempt == c.Attempts {
			return s
		}
	}
	t.Fatalf("%s: the report has no step %d of attempt %d", c.Scenario, *c.FailedStep, c.Attempts)
	return nil
}

// decided wants the reply that decided a verdict, and what it answered.
func decided(t *testing.T, s *result.Step, sent string, code int, enhanced string) {
	t.Helper()
	if !strings.HasPrefix(s.Sent, sent) || s.Code != code || s.Enhanced != enhanced {
		t.Errorf("decided by %d %q in reply to %q; want %d %q in reply to %q",
			s.Code, s.Enhanced, s.Sent, code, enhanced, sent)
	}
}

// scenario returns the path of a scenario of these tests.
func scenario(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir + "/testdata/scenarios/" + name
}
