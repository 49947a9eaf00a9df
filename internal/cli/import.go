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
			"It knows telnet, nc, openssl s_client, swaks, curl, Exim, sendmail -v,",
			"PHPMailer, smtplib, nodemailer, git send-email, lines marked C: and S:, reports",
			"of mxprobe, quoted and in Markdown too. What was sent becomes the steps, the",
			"replies become what they expect. Passwords stay out of it.",
		},
		bind: func(p *Program) ([]option, action) {
			var out newFile
			return out.options(), func(args []string) (int, error) { return p.importSession(args, &out) }
		},
	}
}

func (p *Program) importSession(args []string, out *newFile) (int, error) {
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
	if out.isStdout() {
		_, err := p.Stdout.Write(made.YAML)
		return ExitOK, err
	}
	if err := out.write(made.YAML); err != nil {
		return 0, err
	}
	return ExitOK, p.imported(made, out.name)
}

// imported says what was written and how to play it.
func (p *Program) imported(made *transcribe.Result, file string) error {
	flags, delivers := "", ""
	if !made.Target {
		flags = " -d DOMAIN"
	}
	if made.Recipient { // else it would be the postmaster of the domain
		flags += " --to ADDRESS"
	}
	if made.Delivers {
		delivers = "it DELIVERS MAIL; "
	}
	_, err := fmt.Fprintf(p.Stdout, "%s has %s in %s; %splay it with: mxprobe run %s%s\n",
		printable(file), count(made.Steps, "step"), count(made.Scenarios, "scenario"), delivers, quote(file), flags)
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
