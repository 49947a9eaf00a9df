package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/cli"
	"mxprobe/internal/foreign"
)

// units copies the units into a directory, with the path of a program that
// is there, and returns the directory. A drop-in may be added.
func units(t *testing.T, dropIn string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"mxprobe@.service", "mxprobe@.timer"} {
		write(t, dir, name, strings.ReplaceAll(read(t, deployed(t, "systemd", name)), "/usr/bin/mxprobe", program(t)))
	}
	if dropIn != "" {
		sub := filepath.Join(dir, "mxprobe@.service.d")
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, sub, "metrics.conf", dropIn)
	}
	return dir
}

func systemdAnalyze(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, err := foreign.Command(t, foreign.Program(t, "systemd", "systemd-analyze"), args...).CombinedOutput()
	return string(out), status(t, err)
}

// TestUnits has systemd verify the units, which prints what it does not know
// or take.
func TestUnits(t *testing.T) {
	t.Parallel()
	verify := func(dir string) (string, int) {
		return systemdAnalyze(t, "verify", "--man=no", filepath.Join(dir, "mxprobe@example.org.service"), filepath.Join(dir, "mxprobe@example.org.timer"))
	}
	for what, dropIn := range map[string]string{"plain": "", "with metrics": read(t, deployed(t, "systemd", "metrics.conf"))} {
		if out, status := verify(units(t, dropIn)); status != 0 || out != "" {
			t.Errorf("%s: %d\n%s", what, status, out)
		}
	}
	// It would find something.
	if out, _ := verify(units(t, "[Service]\nProtectSystems=strict\n")); !strings.Contains(out, "ProtectSystems") {
		t.Errorf("a key that is not known passes:\n%s", out)
	}
}

// TestUnitIsHardened: of ten points, most of those left are for the network,
// which a probe needs.
func TestUnitIsHardened(t *testing.T) {
	t.Parallel()
	security := func(dropIn string) (string, int) {
		return systemdAnalyze(t, "security", "--offline=true", "--threshold=15", filepath.Join(units(t, dropIn), "mxprobe@.service"))
	}
	if out, status := security(""); status != 0 {
		t.Errorf("%d\n%s", status, out)
	}
	if out, status := security("[Service]\nDynamicUser=no\nProtectSystem=no\n"); status == 0 {
		t.Errorf("a service of root passes:\n%s", out)
	}
}

// TestUnitFails: only a run that was stopped is a success beside 0, neither
// a failure nor a result that is not known.
func TestUnitFails(t *testing.T) {
	t.Parallel()
	unit := read(t, deployed(t, "systemd", "mxprobe@.service"))
	got := regexp.MustCompile(`(?m)^(?:SuccessExitStatus|RestartPreventExitStatus|Restart)=.*|^ExecStart=-.*`).FindAllString(unit, -1)
	if want := []string{"SuccessExitStatus=" + strconv.Itoa(cli.ExitTerminated)}; !slices.Equal(got, want) {
		t.Errorf("what decides = %q; want %q", got, want)
	}
}

// TestUnitRuns runs the command line of the service in the demo's world, as
// systemd would.
func TestUnitRuns(t *testing.T) {
	t.Parallel()
	world := demo(t)
	unit := strings.ReplaceAll(read(t, deployed(t, "systemd", "mxprobe@.service")), "\\\n", "")
	line := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/(.*)$`).FindStringSubmatch(unit)
	defaults := regexp.MustCompile(`(?m)^Environment=MXPROBE_DOMAIN=%i (MXPROBE_SCENARIOS=\S+) MXPROBE_ARGS=$`).FindStringSubmatch(unit)
	if line == nil || defaults == nil {
		t.Fatal("no command line, or no environment")
	}
	state := t.TempDir()
	env := []string{"STATE_DIRECTORY=" + state, defaults[1], "MXPROBE_ARGS=-p " + port(world)}
	if out, status := shell(t, world, line[1], append(env, "MXPROBE_DOMAIN=contoso.test")...); status != 0 || out != "" {
		t.Errorf("a domain that is well ends with %d and says\n%s", status, out)
	}
	for _, name := range []string{"state.json", "baseline.json"} {
		if _, err := os.Stat(filepath.Join(state, name)); err != nil {
			t.Error(err)
		}
	}
	if out, status := shell(t, world, line[1], append(env, dropInVariable(t, state), "MXPROBE_DOMAIN=nodomain.test")...); status != 1 || !strings.Contains(out, "nodomain.test") {
		t.Errorf("a domain that is not there ends with %d and says\n%s", status, out)
	}
	if text := read(t, filepath.Join(state, "mxprobe-%i.prom")); !strings.Contains(text, "\nmxprobe_last_run_exit_code") {
		t.Errorf("metrics:\n%s", text)
	}
}

// dropInVariable is the variable that the drop-in sets, with its file in
// another directory.
func dropInVariable(t *testing.T, dir string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^Environment=(\w+=prometheus=)\S*/(\S+)$`).FindStringSubmatch(read(t, deployed(t, "systemd", "metrics.conf")))
	if m == nil {
		t.Fatal("the drop-in sets no report")
	}
	return m[1] + filepath.Join(dir, m[2])
}
