package reporttest

import (
	"slices"
	"strings"
	"unicode"
)

// Runner obeys a log as the runner of GitHub Actions does, after its sources
// (github.com/actions/runner, ActionCommand.cs and ActionCommandManager.cs).
type Runner struct {
	// Obeyed are the commands that were taken, Shown the lines that were none.
	Obeyed []Obeyed
	Shown  []string

	// StopToken ends the part in which nothing is obeyed; empty outside of one.
	StopToken string
}

// Obeyed is a command that the runner took.
type Obeyed struct {
	Name       string
	Properties map[string]string
	Data       string
}

func (r *Runner) known(name string) bool {
	commands := []string{
		"stop-commands", "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher", "echo",
		"set-env", "set-output", "save-state", "add-path", "set-secret", "internal-set-repo-path",
	}
	name = strings.ToLower(name)
	return slices.Contains(commands, name) || r.StopToken != "" && name == strings.ToLower(r.StopToken)
}

// Run reads a log, or more of it.
func (r *Runner) Run(log string) {
	for _, line := range strings.FieldsFunc(log, func(c rune) bool { return c == '\n' || c == '\r' }) {
		c, ok := r.parseV2(line)
		if !ok {
			c, ok = r.parseV1(line)
		}
		switch {
		case !ok:
			r.Shown = append(r.Shown, line)
		case r.StopToken != "" && strings.EqualFold(c.Name, r.StopToken):
			r.StopToken = ""
		case r.StopToken != "":
			r.Shown = append(r.Shown, line)
		case strings.EqualFold(c.Name, "stop-commands"):
			r.StopToken = c.Data
		default:
			r.Obeyed = append(r.Obeyed, c)
		}
	}
}

// parseV2 reads ::name key=value,key=value::data, blanks before it allowed.
func (r *Runner) parseV2(line string) (Obeyed, bool) {
	info, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	if !ok {
		return Obeyed{}, false
	}
	info, data, ok := strings.Cut(info, "::")
	if !ok {
		return Obeyed{}, false
	}
	unescape := func(s string) string {
		return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
	}
	return r.command(info, ",", unescape, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data))
}

// parseV1 reads ##[name key=value;key=value]data from the middle of a line.
func (r *Runner) parseV1(line string) (Obeyed, bool) {
	_, info, ok := strings.Cut(line, "##[")
	if !ok {
		return Obeyed{}, false
	}
	info, data, ok := strings.Cut(info, "]")
	if !ok {
		return Obeyed{}, false
	}
	return r.command(info, ";", func(s string) string { return s }, data)
}

func (r *Runner) command(info, separator string, unescape func(string) string, data string) (Obeyed, bool) {
	name, list, _ := strings.Cut(info, " ")
	if !r.known(name) {
		return Obeyed{}, false
	}
	c := Obeyed{Name: name, Properties: map[string]string{}, Data: data}
	for pair := range strings.SplitSeq(strings.TrimSpace(list), separator) {
		if key, value, ok := strings.Cut(pair, "="); ok {
			c.Properties[key] = unescape(value)
		}
	}
	return c, true
}
