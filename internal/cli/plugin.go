package cli

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"mxprobe/internal/report/formats"
	"mxprobe/probe/result"
)

// A monitoring system starts a plugin, reads standard output and goes by
// these exit statuses, and by no others.
const (
	pluginOK       = 0
	pluginWarning  = 1
	pluginCritical = 2
	pluginUnknown  = 3
)

const (
	// pluginName is the name under which mxprobe is a plugin: mxprobe run
	// --format nagios.
	pluginName = "check_mxprobe"
	// pluginTime is the time limit of a plugin where none is given. The
	// monitoring system gives up after 60 seconds.
	pluginTime = 50 * time.Second
)

// asPlugin reports whether the program is called as a plugin, and returns the
// arguments of such a call. It looks before the flags are parsed, because a
// mistake in them has to end as a plugin ends, too.
func (p *Program) asPlugin(args []string) ([]string, bool) {
	if p.namedPlugin() {
		return asRun(args), len(args) == 0 || args[0] != completeCommand
	}
	format, isRun := "", false
	for i, word := range args {
		if word == "--" {
			break
		}
		isRun = isRun || word == runName || word == checkName || i == 0 && looksLikeDomain(word)
		flag, value, joined := strings.Cut(word, "=")
		switch flag {
		case "-f", "-format", "--format":
			if !joined && i+1 < len(args) {
				value = args[i+1]
			}
			format = value
		}
	}
	if format == "" {
		format, _ = p.LookupEnv("MXPROBE_FORMAT")
	}
	return args, isRun && format == formats.Nagios
}

// namedPlugin reports whether the program is called by the name of a plugin.
func (p *Program) namedPlugin() bool {
	return strings.TrimSuffix(filepath.Base(p.Name), ".exe") == pluginName
}

// asRun returns the arguments of a plugin as those of mxprobe: it is run, and may
// be told so, or told to check a domain.
func asRun(args []string) []string {
	if len(args) > 0 && (args[0] == runName || args[0] == checkName || args[0] == completeCommand) {
		return args
	}
	return append([]string{runName}, args...)
}

// called returns the command as it is called here: for a monitoring system
// run has a name, and a help, of its own.
func (p *Program) called(cmd *command) *command {
	if !p.namedPlugin() || cmd.name != runName && cmd.name != checkName {
		return cmd
	}
	plugin := *cmd
	if cmd.name == checkName {
		plugin.as = pluginName + " " + checkName
		plugin.examples = []string{
			"check_mxprobe check example.org              all there is to know of a domain",
			"check_mxprobe check example.org --quick      one connection to each address",
		}
		return &plugin
	}
	plugin.as = pluginName
	plugin.examples = []string{
		"check_mxprobe @rcpt -d example.org                would its servers take mail?",
		"check_mxprobe @rcpt -d example.org -w 5s -c 20s   and within what time?",
		"check_mxprobe @starttls -H mx1.example.org        one server, its certificate",
		"check_mxprobe check example.org                   a domain as a whole",
	}
	plugin.notes = append([]string{
		"It is mxprobe run with --format nagios and --max-time 50s where none is given.",
		"",
		"Exit status:",
		"  0  OK        every required host passed (skips are fine)",
		"  1  WARNING   a warning, over -w, or mail is only delayed: a temporary answer",
		"  2  CRITICAL  something failed, or over -c",
		"  3  UNKNOWN   not known: a bad flag or file, a fault on this side, the time",
		"               over; and this help",
		"",
	}, cmd.notes...)
	return &plugin
}

// mainAsPlugin is Main where a monitoring system calls. All there is to say
// goes to standard output, what is on standard error otherwise at the end.
func (p *Program) mainAsPlugin(args []string) (status int) {
	defer func() {
		// Go ends a panic with status 2, which would be CRITICAL: an alarm
		// about mail because of a fault of this program.
		if v := recover(); v != nil {
			writePluginError(p.Stdout, fmt.Sprintf("%v\n%s\nmxprobe: this is a fault of mxprobe, please report it: %.100v", v, debug.Stack(), v))
			status = pluginUnknown
		}
	}()
	var aside bytes.Buffer
	q := *p
	q.Stderr, q.plugin = &aside, true
	status, err := q.main(args)
	if err != nil {
		status = pluginUnknown
		first := bytes.Clone(aside.Bytes())
		aside.Reset()
		q.complain(err)
		writePluginError(p.Stdout, aside.String())
		aside.Reset()
		aside.Write(first)
	}
	_, _ = io.WriteString(p.Stdout, withoutBar(aside.String()))
	return status
}

// writePluginError writes why there is no result: in short on the first
// line, which is all that some systems show.
func writePluginError(w io.Writer, text string) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	last := len(lines) - 1
	summary := strings.TrimPrefix(lines[last], "mxprobe: ")
	lines = append([]string{"MXPROBE UNKNOWN - " + summary}, lines[:last]...)
	_, _ = io.WriteString(w, withoutBar(strings.Join(lines, "\n")+"\n"))
}

// withoutBar takes the character out that begins performance data.
func withoutBar(text string) string { return strings.ReplaceAll(text, "|", "/") }

// asked is the exit status of a call for help or for the version.
func (p *Program) asked() int {
	if p.plugin {
		return pluginUnknown
	}
	return ExitOK
}

// limits are the times of -w and -c for the whole run; 0 is none.
type limits struct{ warning, critical time.Duration }

// options are the flags of the limits.
func (l *limits) options() []option {
	return []option{
		{
			name: "warning", short: "w", arg: "TIME", set: setTime(&l.warning, parsePluginTime), group: groupVerdict,
			help: "warn if the whole run takes longer (5s; a bare number is seconds)",
		},
		{
			name: "critical", short: "c", arg: "TIME", set: setTime(&l.critical, parsePluginTime), group: groupVerdict,
			help: "fail if the whole run takes longer",
		},
	}
}

// contradiction says what is wrong with the limits, nil if nothing is.
func (l *limits) contradiction() error {
	if l.critical != 0 && l.warning > l.critical {
		return usagef("-w %s is over -c %s, so it would never warn", l.warning, l.critical)
	}
	return nil
}

// judge returns Warn or Fail where elapsed is over a limit, else NotRun.
func (l *limits) judge(elapsed time.Duration) (result.Verdict, time.Duration) {
	switch {
	case l.critical != 0 && elapsed > l.critical:
		return result.Fail, l.critical
	case l.warning != 0 && elapsed > l.warning:
		return result.Warn, l.warning
	}
	return result.NotRun, 0
}
