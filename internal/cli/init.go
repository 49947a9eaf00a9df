package cli

import (
	"bytes"
	"fmt"
	"strings"
)

// modeline tells editors where the schema of a scenario is.
const modeline = "# yaml-language-server: $schema="

// schemaFile is where the modeline of a new scenario expects the schema.
const schemaFile = "mxprobe-scenario.schema.json"

func initCommand() command {
	return command{
		name:      "init",
		arguments: "NAME",
		summary:   "write a built-in scenario as a starting point of your own",
		examples: []string{
			"mxprobe init @rcpt                      to standard output",
			"mxprobe init @send -o send.yaml",
			"mxprobe schema > " + schemaFile + "   lets editors complete it",
		},
		bind: func(p *Program) ([]option, action) {
			var out newFile
			return out.options(), func(args []string) (int, error) { return p.init(args, &out) }
		},
	}
}

func (p *Program) init(args []string, out *newFile) (int, error) {
	if len(args) != 1 {
		return 0, usagef("init takes one built-in scenario, such as @rcpt; mxprobe list shows them")
	}
	name := args[0]
	if !strings.HasPrefix(name, "@") {
		name = "@" + name
	}
	src, err := builtin(name)
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(src, []byte(modeline)) {
		src = append([]byte(modeline+schemaFile+"\n"), src...)
	}
	if out.isStdout() {
		_, err := p.Stdout.Write(src)
		return ExitOK, err
	}
	if err := out.write(src); err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is %s to start from; play it with: mxprobe run %s -d DOMAIN\n",
		out.name, name, quote(out.name))
	return ExitOK, err
}
