package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
			var file string
			var force bool
			options := []option{
				{name: "output", short: "o", arg: "FILE", set: setText(&file), group: groupOutput, def: "standard output", help: "file to write"},
				{name: "force", set: setSwitch(&force), group: groupOutput, help: "overwrite the file if it is there"},
			}
			return options, func(args []string) (int, error) { return p.init(args, file, force) }
		},
	}
}

func (p *Program) init(args []string, file string, force bool) (int, error) {
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
	if file == "" || file == "-" {
		_, err := p.Stdout.Write(src)
		return ExitOK, err
	}
	if err := writeNew(file, src, force); err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(p.Stdout, "%s is %s to start from; play it with: mxprobe run %s -d DOMAIN\n",
		file, name, quote(file))
	return ExitOK, err
}

// writeNew writes a file that is not there yet, or any file with force.
func writeNew(name string, content []byte, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s is already there; --force overwrites it, -o names another file", shown(name))
	}
	if err != nil {
		return usagef("%s: %s", shown(name), cause(err))
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", shown(name), cause(err))
	}
	return nil
}
