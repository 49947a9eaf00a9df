package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"mxprobe/internal/bounded"
	"mxprobe/scenarios"
)

// variablePrefix begins the environment variables that set a variable.
const variablePrefix = "MXPROBE_VAR_"

// overrides returns the variables from outside the scenarios, the weakest
// first: the environment, --vars-file, --var.
func (p *Program) overrides(ctx context.Context, s *settings) ([]map[string]string, error) {
	var all []map[string]string
	add := func(vars map[string]string) {
		if len(vars) > 0 {
			all = append(all, vars)
		}
	}
	add(environmentVars(p.Environ()))
	if s.varsFile != "" {
		vars, err := readVars(ctx, s.varsFile)
		if err != nil {
			return nil, err
		}
		add(vars)
	}
	vars := make(map[string]string)
	for _, assignment := range s.vars {
		name, value, _ := strings.Cut(assignment, "=")
		vars[name] = value
	}
	add(vars)
	return all, nil
}

func environmentVars(environ []string) map[string]string {
	vars := make(map[string]string)
	for _, assignment := range environ {
		rest, ok := strings.CutPrefix(assignment, variablePrefix)
		if !ok {
			continue
		}
		if name, value, found := strings.Cut(rest, "="); found && name != "" {
			vars[name] = value
		}
	}
	return vars
}

// Bounds of --vars-file, and of a line of it.
const (
	maxVars     = 8 << 20
	maxVarsLine = 64 << 10
)

// readVars reads a file with NAME=VALUE on each line. Blanks around the name
// and the value do not count, nor do empty lines and those that begin with #.
func readVars(ctx context.Context, name string) (map[string]string, error) {
	file, err := bounded.OpenFile(ctx, name)
	if err != nil {
		return nil, usagef("--vars-file %s: %s", shown(name), cause(err))
	}
	defer file.Close()
	vars := make(map[string]string)
	lines := bufio.NewScanner(io.LimitReader(file, maxVars+1))
	lines.Buffer(nil, maxVarsLine)
	number, size := 1, 0
	for ; lines.Scan(); number++ {
		if size += len(lines.Bytes()) + 1; size > maxVars {
			return nil, usagef("--vars-file %s: it is larger than %s", shown(name), bounded.Size(maxVars))
		}
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		variable, value, ok := strings.Cut(line, "=")
		variable = strings.TrimSpace(variable)
		if !ok || !isVariableName(variable) {
			return nil, usagef("%s:%d: %s is not NAME=VALUE", shown(name), number, excerpt(line))
		}
		vars[variable] = strings.TrimSpace(value)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, usagef("%s:%d: the line is longer than %d KiB", shown(name), number, maxVarsLine>>10)
	} else if err != nil {
		return nil, usagef("--vars-file %s: %s", shown(name), cause(err))
	}
	return vars, nil
}

// unused returns a warning for each --var that no file mentions: a slip in the
// name would otherwise go unseen, and the default be tested.
func (s *settings) unused(sources [][]byte) []string {
	var warnings []string
	for _, assignment := range s.vars {
		name, _, _ := strings.Cut(assignment, "=")
		if slices.Contains(scenarios.BuiltinNames(), name) || mentioned(sources, name) {
			continue
		}
		warnings = append(warnings, "--var "+name+": no scenario uses ${"+name+"}")
	}
	return warnings
}

func mentioned(sources [][]byte, name string) bool {
	for _, src := range sources {
		for _, end := range []string{"}", ":", "|"} {
			if bytes.Contains(src, []byte("${"+name+end)) {
				return true
			}
		}
	}
	return false
}

// choose leaves the scenarios that --tag, --skip-tag and --name ask for.
func (s *settings) choose(all []*scenarios.Scenario, overrides []map[string]string) ([]*scenarios.Scenario, error) {
	var re *regexp.Regexp
	if s.name != "" {
		var err error
		if re, err = regexp.Compile(s.name); err != nil {
			return nil, usagef("--name: %s", err)
		}
	}
	var chosen []*scenarios.Scenario
	for _, sc := range all {
		switch {
		case len(s.tags) > 0 && !sharesTag(sc.Tags, s.tags):
		case sharesTag(sc.Tags, s.skipTags):
		case re != nil && !re.MatchString(scenarioName(sc, overrides)):
		default:
			chosen = append(chosen, sc)
		}
	}
	if len(chosen) == 0 {
		return nil, nothingChosen(all)
	}
	return chosen, nil
}

func sharesTag(have, want []string) bool {
	return slices.ContainsFunc(have, func(tag string) bool { return slices.Contains(want, tag) })
}

func nothingChosen(all []*scenarios.Scenario) error {
	var tags []string
	for _, sc := range all {
		tags = append(tags, sc.Tags...)
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	have := "they have no tags"
	if len(tags) > 0 {
		have = "their tags are " + strings.Join(tags, ", ")
	}
	return usagef("--tag, --skip-tag and --name leave none of %s to play; %s", count(len(all), "scenario"), have)
}

// scenarioName is a scenario's name with the variables that are known before
// a run put in; where one is not, the name is as in the file.
func scenarioName(sc *scenarios.Scenario, overrides []map[string]string) string {
	lookup := sc.Lookup(&scenarios.Bindings{
		Builtin:   func(string) (string, bool) { return "", false },
		Overrides: overrides,
	})
	name, err := sc.Name.Expand(lookup)
	if err != nil {
		return sc.Name.String()
	}
	return name
}
