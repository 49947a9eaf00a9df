package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mxprobe/internal/transcribe"
)

func importCommand() command {
	return command{
		name:      "import",
		arguments: "SESSION",
		summary:   "make a scenario of a session that was typed by hand, or that swaks held",
		examples: []string{
			"mxprobe import session.txt              to standard output",
			"mxprobe import session.txt -o my.yaml",
			"script -c 'telnet mx1.example.org 25' session.txt   records one",
		},
		notes: []string{
			"It knows telnet, nc, openssl s_client, swaks, lines marked C: and S:, reports of",
			"mxprobe, and what script(1) records of them. What was sent becomes the steps, the",
			"replies become what they expect. Passwords stay out of it.",
		},
		bind: func(p *Program) ([]option, action) {
			var file string
			var force bool
			options := []option{
				{name: "output", short: "o", arg: "FILE", set: setText(&file), group: groupOutput, def: "standard output", help: "file to write"},
				{name: "force", set: setSwitch(&force), group: groupOutput, help: "overwrite the file if it is there"},
			}
			return options, func(args []string) (int, error) { return p.importSession(args, file, force) }
		},
	}
}

func (p *Program) importSession(args []string, file string, force bool) (int, error) {
	if len(args) != 1 {
		return 0, usagef("import takes one session, a file or - for standard input, not %d", len(args))
	}
	name := args[0]
	src, err := p.session(name)
	if err != nil {
		return 0, err
	}
	title := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if name == "-" {
		name, title = "stdin", ""
	}
	if title == "" {
		title = "session"
	}
	made, err := transcribe.Read(title, src)
	if err != nil {
		return 0, usagef("%s: %s", shown(name), err)
	}
	for _, r := range made.Remarks {
		fmt.Fprintf(p.Stderr, "%s\n", printable(fmt.Sprintf("%s:%d: warning: %s", name, r.Line, r.Message)))
	}
	if file == "" || file == "-" {
		_, err := p.Stdout.Write(made.YAML)
		return ExitOK, err
	}
	if err := writeNew(file, made.YAML, force); err != nil {
		return 0, err
	}
	return ExitOK, p.imported(made, file)
}

// imported says what was written and how to play it.
func (p *Program) imported(made *transcribe.Result, file string) error {
	domain, delivers := " -d DOMAIN", ""
	if made.Target {
		domain = ""
	}
	if made.Delivers {
		delivers = "it DELIVERS MAIL; "
	}
	_, err := fmt.Fprintf(p.Stdout, "%s has %s in %s; %splay it with: mxprobe run %s%s\n",
		printable(file), count(made.Steps, "step"), count(made.Scenarios, "scenario"), delivers, quote(file), domain)
	return err
}

// session reads the file of a session.
func (p *Program) session(name string) ([]byte, error) {
	in := p.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, usagef("%s: %s", shown(name), cause(err))
		}
		defer file.Close()
		in = file
	}
	src, err := io.ReadAll(io.LimitReader(in, transcribe.MaxSize+1))
	if err != nil {
		return nil, usagef("reading %s: %s", shown(name), cause(err))
	}
	return src, nil
}
