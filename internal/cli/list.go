package cli

import (
	"context"
	"io"
	"slices"
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
			var reach reachSettings
			return reach.options()[:1], func(args []string) (int, error) { return p.list(&reach, args) }
		},
	}
}

func (p *Program) list(reach *reachSettings, args []string) (int, error) {
	builtins := len(args) == 0
	if builtins {
		args = scenarios.Builtins()
	}
	l, err := p.load(context.Background(), reach.loader(), args)
	if err != nil {
		return 0, err
	}
	if len(l.bad) > 0 {
		return 0, &badFiles{l.bad}
	}
	var b strings.Builder
	for i, sc := range l.scenarios {
		if sc.RowNumber <= 1 {
			writeListed(&b, sc, rowCount(l.scenarios[i:]), builtins)
		}
	}
	if builtins {
		b.WriteString("\nmxprobe list @rcpt says more of one.\nmxprobe init @rcpt -o my.yaml copies one as a starting point.\n")
	}
	_, err = io.WriteString(p.Stdout, b.String())
	return ExitOK, err
}

// rowCount counts the rows of the first scenario, 0 if it has none.
func rowCount(all []*scenarios.Scenario) int {
	n := all[0].RowNumber
	for n > 0 && n < len(all) && all[n].RowNumber == n+1 {
		n++
	}
	return n
}

// writeListed shows one scenario, its rows together: what to type, its name,
// tags and steps, and below that what it is for, in short the first sentence.
func writeListed(b *strings.Builder, sc *scenarios.Scenario, rows int, short bool) {
	delivers := "sends no mail"
	if sc.Delivers {
		delivers = "SENDS MAIL"
	}
	name := sc.Name.String()
	if rows == 0 {
		name = scenarioName(sc, nil)
	}
	facts := []string{result.PrintableString(name), count(stepCount(sc.Steps), "step"), delivers}
	if rows > 0 {
		facts = slices.Insert(facts, 1, count(rows, "row"))
	}
	if len(sc.Tags) > 0 {
		facts = append(facts, "tags "+result.PrintableString(strings.Join(sc.Tags, " ")))
	}
	if sc.Sender {
		facts = append(facts, "plays a sender")
	}
	if sc.OpportunisticTLS {
		facts = append(facts, "TLS where it is offered")
	}
	b.WriteString(entry(19, result.PrintableString(sc.File), strings.Join(facts, ", ")))
	text := strings.Join(strings.Fields(sc.Description), " ")
	if first, _, more := strings.Cut(text, ". "); short && more {
		text = first + "."
	}
	if text != "" {
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
