package cli

import (
	"context"
	"fmt"

	"mxprobe/scenarios"
)

func validateCommand() command {
	return command{
		name:      "validate",
		arguments: "SCENARIO...",
		summary:   "check scenario files without any network, all mistakes at once",
		examples: []string{
			"mxprobe validate send.yaml",
			"mxprobe validate tests/          all *.yaml and *.yml in the directory",
			"mxprobe validate - < send.yaml",
		},
		notes: []string{
			"Variables count as defined if the scenario, the environment (MXPROBE_VAR_NAME),",
			"--vars-file or --var sets them.",
		},
		bind: func(p *Program) ([]option, action) {
			s := newSettings()
			var options []option
			for _, o := range s.dialogueOptions() {
				if o.name == "var" || o.name == "vars-file" {
					options = append(options, o)
				}
			}
			options = append(options, s.reach.options()...)
			return options, func(args []string) (int, error) { return p.validate(s, args) }
		},
	}
}

func (p *Program) validate(s *settings, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usagef("no scenario to check: give a file, a directory, - or a built-in such as @rcpt")
	}
	ctx := context.Background() // a signal ends the program
	overrides, err := p.overrides(ctx, s)
	if err != nil {
		return 0, err
	}
	l, err := p.load(ctx, s.reach.loader(), args)
	if err != nil {
		return 0, err
	}
	if err := l.check(ctx, l.scenarios, overrides); err != nil {
		return 0, err
	}
	warnDoubts(p.Stderr, l.scenarios)
	warnOf(p.Stderr, l.scenarios, (*scenarios.Scenario).LooseFiles)
	warnLogins(p.Stderr, l.scenarios)
	_, err = fmt.Fprintf(p.Stdout, "ok: %s in %s\n", count(len(l.scenarios), "scenario"), count(l.files, "file"))
	return ExitOK, err
}
