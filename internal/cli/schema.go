package cli

import (
	"mxprobe/internal/report"
	"mxprobe/scenarios"

	"mxprobe/internal/spelling"
)

func schemaCommand() command {
	return command{
		name:      "schema",
		arguments: "[scenario|report]",
		summary:   "print the JSON Schema of scenario files, or of the JSON reports",
		examples: []string{
			"mxprobe schema > " + schemaFile,
			"mxprobe schema report",
		},
		bind: func(p *Program) ([]option, action) { return nil, p.schema },
	}
}

func (p *Program) schema(args []string) (int, error) {
	which := "scenario"
	if len(args) > 1 {
		return 0, usagef("schema takes one name, scenario or report, not %d", len(args))
	}
	if len(args) == 1 {
		which = args[0]
	}
	var err error
	switch which {
	case "scenario":
		_, err = p.Stdout.Write(scenarios.Schema())
	case "report":
		_, err = p.Stdout.Write(report.Schema())
	default:
		err = usagef("there is a schema of scenario and of report, none of %s%s",
			shown(which), spelling.DidYouMean(which, []string{"scenario", "report"}))
	}
	return ExitOK, err
}
