package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// icingaBase is what the file under deploy/ expects of the rest of the
// configuration, and the host of its example.
const icingaBase = `
include <itl>
template Host "generic-host" { check_command = "dummy" }
template Service "generic-service" { }
include "FILE"
object Host "mail" {
  import "generic-host"
  vars.mxprobe_domains["example.org"] = { }
  vars.mxprobe_domains["example.net"] = {
    mxprobe_scenarios = [ "@rcpt", "@tls-required" ]
    mxprobe_critical = "30s"
  }
}
`

// icinga has Icinga 2 validate a configuration file, as "icinga2 daemon -C".
func icinga(t *testing.T, path string) (string, error) {
	t.Helper()
	tree := foreign.Tree("icinga2")
	dir := t.TempDir()
	// The program of that name in PATH is a script that knows one place only.
	found, err := filepath.Glob(filepath.Join(tree, "usr/lib/*/icinga2/sbin/icinga2"))
	if err != nil || len(found) == 0 {
		foreign.Missing(t, "icinga2")
	}
	args := []string{"daemon", "-C", "-c", write(t, dir, "icinga2.conf", strings.Replace(icingaBase, "FILE", path, 1))}
	for name, value := range map[string]string{
		"NodeName": "test", "PluginDir": "/usr/lib/nagios/plugins", "IncludeConfDir": filepath.Join(tree, "usr/share/icinga2/include"),
		"DataDir": dir, "CacheDir": dir, "LogDir": dir, "SpoolDir": dir, "InitRunDir": dir,
	} {
		args = append(args, "--define", name+"="+value)
	}
	cmd := foreign.Command(t, found[0], args...)
	libraries, err := filepath.Glob(filepath.Join(tree, "usr/lib/*-linux-gnu*"))
	if err != nil {
		t.Fatal(err)
	}
	me, group := identity(t)
	cmd.Env = append(os.Environ(), "ICINGA2_USER="+me, "ICINGA2_GROUP="+group, "LD_LIBRARY_PATH="+strings.Join(libraries, ":"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestIcingaConfiguration(t *testing.T) {
	t.Parallel()
	good := deployed(t, "icinga", "mxprobe.conf")
	out, err := icinga(t, good)
	if err != nil || !strings.Contains(out, "Instantiated 2 Services.") || strings.Contains(out, "warning/") {
		t.Errorf("%v\n%s", err, out)
	}
	// It would find something.
	bad := write(t, t.TempDir(), "bad.conf", strings.Replace(read(t, good), `check_command = "mxprobe"`, `check_command = "mxprobes"`, 1))
	if out, err := icinga(t, bad); err == nil {
		t.Errorf("a command that is not defined passes:\n%s", out)
	}
}

func TestIcingaKnowsTheFlags(t *testing.T) {
	t.Parallel()
	known := flags(t)
	arguments := regexp.MustCompile(`(?m)^    "(.+)" = \{`).FindAllStringSubmatch(read(t, deployed(t, "icinga", "mxprobe.conf")), -1)
	for _, m := range arguments {
		if !known[m[1]] && m[1] != "scenarios" {
			t.Errorf("the argument %s is no flag of mxprobe run", m[1])
		}
	}
	if len(arguments) < 10 {
		t.Errorf("%d arguments are found", len(arguments))
	}
}
