package github

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// runner obeys a log as the runner of GitHub Actions does, after its sources
// (github.com/actions/runner, ActionCommand.cs and ActionCommandManager.cs).
type runner struct {
	stopToken string
	obeyed    []obeyed
	shown     []string // lines that were no commands
}

// obeyed is a command that the runner took.
type obeyed struct {
	name       string
	properties map[string]string
	data       string
}

func (r *runner) known(name string) bool {
	commands := []string{
		"stop-commands", "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher", "echo",
		"set-env", "set-output", "save-state", "add-path", "set-secret", "internal-set-repo-path",
	}
	name = strings.ToLower(name)
	return slices.Contains(commands, name) || r.stopToken != "" && name == strings.ToLower(r.stopToken)
}

func (r *runner) run(log string) {
	for _, line := range strings.FieldsFunc(log, func(c rune) bool { return c == '\n' || c == '\r' }) {
		c, ok := r.parseV2(line)
		if !ok {
			c, ok = r.parseV1(line)
		}
		switch {
		case !ok:
			r.shown = append(r.shown, line)
		case r.stopToken != "" && strings.EqualFold(c.name, r.stopToken):
			r.stopToken = ""
		case r.stopToken != "":
			r.shown = append(r.shown, line)
		case strings.EqualFold(c.name, "stop-commands"):
			r.stopToken = c.data
		default:
			r.obeyed = append(r.obeyed, c)
		}
	}
}

// parseV2 reads ::name key=value,key=value::data, blanks before it allowed.
func (r *runner) parseV2(line string) (obeyed, bool) {
	info, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	if !ok {
		return obeyed{}, false
	}
	info, data, ok := strings.Cut(info, "::")
	if !ok {
		return obeyed{}, false
	}
	unescape := func(s string) string {
		return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
	}
	return r.command(info, ",", unescape, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data))
}

// parseV1 reads ##[name key=value;key=value]data from the middle of a line.
func (r *runner) parseV1(line string) (obeyed, bool) {
	_, info, ok := strings.Cut(line, "##[")
	if !ok {
		return obeyed{}, false
	}
	info, data, ok := strings.Cut(info, "]")
	if !ok {
		return obeyed{}, false
	}
	return r.command(info, ";", func(s string) string { return s }, data)
}

func (r *runner) command(info, separator string, unescape func(string) string, data string) (obeyed, bool) {
	name, list, _ := strings.Cut(info, " ")
	if !r.known(name) {
		return obeyed{}, false
	}
	c := obeyed{name: name, properties: map[string]string{}, data: data}
	for pair := range strings.SplitSeq(strings.TrimSpace(list), separator) {
		if key, value, ok := strings.Cut(pair, "="); ok {
			c.properties[key] = unescape(value)
		}
	}
	return c, true
}

// TestRunnerObeys: the runner of these tests does what is forged.
func TestRunnerObeys(t *testing.T) {
	t.Parallel()
	for _, log := range []string{"::error::x", "  ::error file=a,line=1::x", "S: 250 ##[error]x", "a\r::set-env name=PATH::x"} {
		var r runner
		r.run(log)
		if len(r.obeyed) != 1 || r.obeyed[0].data != "x" {
			t.Errorf("%q: obeyed %+v", log, r.obeyed)
		}
	}
	var r runner
	r.run("::stop-commands::t0ken\n::error::x\n##[error]x\n::t1ken::\n::T0KEN::\n::warning::y")
	if len(r.obeyed) != 1 || r.obeyed[0].name != "warning" || len(r.shown) != 3 {
		t.Errorf("after the token: obeyed %+v, shown %q", r.obeyed, r.shown)
	}
}
