package cli

import (
	"io"
	"strings"

	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

func listCommand() command {
	return command{
		name:      "list",
		arguments: "[SCENARIO...]",
		summary:   "show scenarios with their tags and steps; the built-ins if no file is given",
		examples: []string{
			"mxprobe list                     the built-ins",
			"mxprobe list tests/              the scenarios of a directory",
		},
		bind: func(p *Program) ([]option, action) {
			return nil, p.list
		},
	}
}

func (p *Program) list(args []string) (int, error) {
	builtins := len(args) == 0
	if builtins {
		args = scenarios.Builtins()
	}
	l, err := p.load(args)
	if err != nil {
		return 0, err
	}
	if len(l.bad) > 0 {
		return 0, &badFiles{l.bad}
	}
	var b strings.Builder
	for _, sc := range l.scenarios {
		writeListed(&b, sc)
	}
	if builtins {
		b.WriteString("\nmxprobe init @rcpt -o my.yaml copies one as a starting point.\n")
	}
	_, err = io.WriteString(p.Stdout, b.String())
	return ExitOK, err
}

// writeListed shows one scenario: what to type, its name, tags and steps,
// and below that what it is for.
func writeListed(b *strings.Builder, sc *scenarios.Scenario) {
	delivers := "sends no mail"
	if sc.Delivers {
		delivers = "SENDS MAIL"
	}
	facts := []string{result.PrintableString(scenarioName(sc, nil)), count(stepCount(sc.Steps), "step"), delivers}
	if len(sc.Tags) > 0 {
		facts = append(facts, "tags "+result.PrintableString(strings.Join(sc.Tags, " ")))
	}
	b.WriteString(entry(19, result.PrintableString(sc.File), strings.Join(facts, ", ")))
	if text := strings.Join(strings.Fields(sc.Description), " "); text != "" {
		b.WriteString(wrap("    ", result.PrintableString(text)))
	}
}

// stepCount counts the steps, the lines of a pipeline one by one.
func stepCount(steps []scenarios.Step) int {
	n := 0
	for i := range steps {
		if steps[i].Action == scenarios.Pipeline {
			n += stepCount(steps[i].Steps)
			continue
		}
		n++
	}
	return n
}
