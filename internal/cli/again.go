package cli

import (
	"slices"
	"strings"

	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// typedFlag is a flag of the command line with one value.
type typedFlag struct {
	option *option
	value  string
}

// words is the flag as it is typed: by its letter, if it has one.
func (f *typedFlag) words() []string {
	flag := "--" + f.option.name
	if f.option.short != "" {
		flag = "-" + f.option.short
	}
	if f.option.isSwitch() {
		return []string{flag}
	}
	return []string{flag, f.value}
}

// typedFlags returns what was typed of the flags that a closer look needs, in
// the order of their table. What stands in the environment will do so again.
func typedFlags(values []value) []typedFlag {
	var all []typedFlag
	for i := range values {
		if !values[i].option.again {
			continue
		}
		for _, text := range values[i].texts {
			all = append(all, typedFlag{values[i].option, text})
		}
	}
	return all
}

// givenFlags returns every value of a flag, wherever it stands, in the order of
// their table.
func givenFlags(values []value) []typedFlag {
	var all []typedFlag
	for i := range values {
		for _, text := range values[i].texts {
			all = append(all, typedFlag{values[i].option, text})
		}
		for _, text := range values[i].around {
			all = append(all, typedFlag{values[i].option, text})
		}
	}
	return all
}

// closer words the command that looks closer at a failure: the same call for
// the hosts that failed, with -v.
type closer struct {
	typed  []typedFlag
	server string
	chosen []*scenarios.Scenario
	names  map[string]*scenarios.Scenario // nil for a name of several
}

// closer returns the one for the dialogues of a session.
func (r *session) closer(dialogues []*dialogue.Dialogue) *closer {
	c := &closer{typed: r.typed, server: r.settings.server, chosen: r.scenarios, names: make(map[string]*scenarios.Scenario)}
	for _, d := range dialogues {
		if _, twice := c.names[d.Name()]; twice {
			c.names[d.Name()] = nil // nobody knows which of them it was
			continue
		}
		c.names[d.Name()] = d.Scenario()
	}
	return c
}

// command returns the command for a domain: for one dialogue, if it is given,
// else for one host, else for all that failed.
func (l *closer) command(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string {
	bad := failures{}
	if h != nil {
		bad.add(h, a, c)
	} else {
		bad = failuresOf(d)
	}
	words := append([]string{"mxprobe", "run"}, l.files(bad.checks)...)
	if d.Domain != "" {
		words = append(words, "-d", d.Domain)
	}
	only := bad.only(d)
	for _, f := range l.typed {
		if ports := bad.ports(); f.option.name == "port" && strings.Contains(f.value, ",") && len(ports) > 0 {
			f.value = portList(ports)
		}
		if !follows(&f, d, only) {
			words = append(words, f.words()...)
		}
	}
	if l.server != "" {
		words = append(words, "--server", l.server)
	}
	for _, name := range only {
		words = append(words, "--only", name)
	}
	return commandLine(append(words, "-v"))
}

// follows reports whether a flag says what follows from the target already.
func follows(f *typedFlag, d *result.Domain, only []string) bool {
	switch f.option.name {
	case "to":
		return f.value == "postmaster@${domain}" || f.value == "postmaster@"+d.Domain
	case "ipv4", "ipv6":
		return len(only) > 0 && !slices.ContainsFunc(only, func(name string) bool { return !isAddr(name) })
	}
	return false
}

// files are the arguments that play the scenarios of the checks again, or all
// scenarios if there are none, or nobody knows whose they are.
func (l *closer) files(checks []*result.Check) []string {
	var files []string
	add := func(sc *scenarios.Scenario) {
		name := sc.File
		if name == "stdin" {
			name = "-"
		}
		if !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	for _, c := range checks {
		sc := l.names[c.Scenario]
		if sc == nil {
			checks = nil
			break
		}
		add(sc)
	}
	if len(checks) > 0 {
		return files
	}
	files = nil
	for _, sc := range l.chosen {
		add(sc)
	}
	return files
}
