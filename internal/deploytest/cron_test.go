package deploytest

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mxprobe/internal/sandbox"
)

// port is the port of all mail servers of a world.
func port(world *sandbox.World) string { return strconv.Itoa(int(world.SMTPPort())) }

// TestCron takes the fragment apart as cron does, and runs its command.
func TestCron(t *testing.T) {
	t.Parallel()
	var jobs [][]string
	for line := range strings.Lines(read(t, deployed(t, "cron", "mxprobe"))) {
		if !strings.HasSuffix(line, "\n") {
			t.Errorf("cron ignores a last line that does not end: %q", line)
		}
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") || regexp.MustCompile(`^[A-Z]+=`).MatchString(line) {
			continue
		}
		m := regexp.MustCompile(`^((?:[0-9*/,-]+\s+){5})(\S+)\s+(.*)$`).FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("cron cannot read %q", line)
		}
		jobs = append(jobs, m)
	}
	if len(jobs) != 1 || jobs[0][2] == "root" {
		t.Fatalf("jobs = %q; want one, and not of root", jobs)
	}
	if strings.Contains(jobs[0][3], "%") {
		t.Error("a per cent sign ends the command in cron")
	}
	world, state := demo(t), filepath.Join(t.TempDir(), "state.json")
	command := strings.NewReplacer("/usr/bin/mxprobe", "mxprobe", "/var/lib/mxprobe/state.json", state).Replace(jobs[0][3]) + " -p " + port(world)
	// Cron sends a mail where there is output.
	if out, status := shell(t, world, ownNames(command)); status != 0 || out != "" {
		t.Errorf("%s\nends with %d and says\n%s", ownNames(command), status, out)
	}
	command = strings.ReplaceAll(command, "example.org", "nodomain.test")
	if out, status := shell(t, world, command); status != 1 || !strings.Contains(out, "nodomain.test") {
		t.Errorf("%s\nends with %d and says\n%s", command, status, out)
	}
}
