package deploytest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// nagiosBase is what the file under deploy/ expects of the rest of the
// configuration, all of which Debian's package brings.
const nagiosBase = `
define timeperiod {
    timeperiod_name 24x7
    alias           always
    monday          00:00-24:00
}
define command {
    command_name notify
    command_line /bin/true
}
define contact {
    contact_name                  admin
    host_notification_period      24x7
    service_notification_period   24x7
    host_notification_options     d
    service_notification_options  c
    host_notification_commands    notify
    service_notification_commands notify
}
define contactgroup {
    contactgroup_name admins
    alias             admins
    members           admin
}
define host {
    host_name           localhost
    address             127.0.0.1
    check_period        24x7
    notification_period 24x7
    max_check_attempts  1
    contact_groups      admins
}
`

// TestNagiosConfiguration has Nagios verify the file.
func TestNagiosConfiguration(t *testing.T) {
	t.Parallel()
	nagios := foreign.Program(t, "nagios", "nagios4")
	verify := func(path string) (string, error) {
		dir := t.TempDir()
		me, group := identity(t)
		settings := []string{
			"nagios_user=" + me, "nagios_group=" + group,
			"cfg_file=" + write(t, dir, "base.cfg", nagiosBase), "cfg_file=" + path,
			"resource_file=" + write(t, dir, "resource.cfg", "$USER1$=/usr/lib/nagios/plugins\n"),
			"illegal_macro_output_chars=`~$&|'\"<>",
			"check_result_path=" + dir, "temp_path=" + dir,
		}
		for setting, file := range map[string]string{
			"log_file": "log", "object_cache_file": "objects", "status_file": "status", "temp_file": "temp", "lock_file": "lock", "command_file": "commands",
		} {
			settings = append(settings, setting+"="+filepath.Join(dir, file))
		}
		out, err := foreign.Command(t, nagios, "-v", write(t, dir, "nagios.cfg", strings.Join(settings, "\n")+"\n")).CombinedOutput()
		return string(out), err
	}
	good := deployed(t, "nagios", "mxprobe.cfg")
	out, err := verify(good)
	if err != nil || !strings.Contains(out, "Checked 1 services.") || !strings.Contains(out, "Checked 2 commands.") ||
		!strings.Contains(out, "Total Warnings: 0") || !strings.Contains(out, "Total Errors:   0") {
		t.Errorf("%v\n%s", err, out)
	}
	// It would find something.
	bad := write(t, t.TempDir(), "bad.cfg", strings.Replace(read(t, good), "check_mxprobe!", "check_mxprobes!", 1))
	if out, err := verify(bad); err == nil {
		t.Errorf("a command that is not defined passes:\n%s", out)
	}
}

func TestNagiosKnowsTheFlags(t *testing.T) {
	t.Parallel()
	known := flags(t)
	line := regexp.MustCompile(`command_line +\$USER1\$/check_mxprobe (.*)`).FindStringSubmatch(read(t, deployed(t, "nagios", "mxprobe.cfg")))
	if line == nil {
		t.Fatal("no command line")
	}
	found := regexp.MustCompile(`(?:^| )(-[-\w]+)`).FindAllStringSubmatch(line[1], -1)
	for _, m := range found {
		if !known[m[1]] {
			t.Errorf("%q has the flag %s, which mxprobe run does not know", line[1], m[1])
		}
	}
	if len(found) != 3 {
		t.Errorf("%d flags in %q; want 3", len(found), line[1])
	}
}
