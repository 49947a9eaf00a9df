package cli

import (
	"io"
	"strings"
)

// column is where the explanations of the help begin.
const column = 30

// shortHelp is for a call without arguments.
func (p *Program) shortHelp(w io.Writer) error {
	_, err := io.WriteString(w, `mxprobe plays SMTP dialogues on every mail server of a domain.

  mxprobe example.org                 all there is to know of a mail domain
  mxprobe run @rcpt -d example.org    would its servers take mail? sends none
  mxprobe demo                        see it work, without a network
  mxprobe --help                      all commands

`)
	return err
}

// help is for the program as a whole.
func (p *Program) help(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`mxprobe finds the mail servers of a domain, plays SMTP dialogues written in
YAML on every host and address, and says pass or fail for each step.

Examples:
  mxprobe demo                             see it work, without a network
  mxprobe example.org                      all there is to know of a mail domain
  mxprobe run @rcpt -d example.org         would they take mail? sends none
  mxprobe run send.yaml -d example.org -v  play a dialogue of your own
  mxprobe mx example.org                   only look up the hosts

Commands:
`)
	for _, c := range commands() {
		b.WriteString(entry(column, "  "+strings.TrimSpace(c.name+" "+c.arguments), c.summary))
	}
	b.WriteString(`
  mxprobe COMMAND --help says more.
  mxprobe --version prints the version.

Exit status:
`)
	b.WriteString(statusHelp)
	_, err := io.WriteString(w, b.String())
	return err
}

const statusHelp = `  0  every required host passed (skips are fine)
  1  something failed
  2  bad flag, bad file, undefined variable, nothing left to run
  3  nothing failed, but something is not known: a temporary answer, or a
     fault on this side
  130, 143  stopped by SIGINT, SIGTERM; what was known is printed
`

// commandHelp is for one command: examples first.
func (p *Program) commandHelp(w io.Writer, cmd *command, options []option) error {
	var b strings.Builder
	if len(cmd.examples) > 0 {
		b.WriteString("Examples:\n")
		for _, line := range cmd.examples {
			b.WriteString("  " + line + "\n")
		}
		b.WriteByte('\n')
	}
	usage := cmd.call()
	if len(options) > 0 {
		usage += " [FLAG]..."
	}
	b.WriteString("Usage: " + strings.TrimSpace(usage+" "+cmd.arguments) + "\n\n")
	b.WriteString("  " + strings.ToUpper(cmd.summary[:1]) + cmd.summary[1:] + ".\n")
	group := ""
	for i := range options {
		o := &options[i]
		if o.group != group || i == 0 {
			group = o.group
			b.WriteString("\n" + group + ":\n")
		}
		b.WriteString(entry(column, "  "+o.flags(), explain(o)))
	}
	for i, line := range cmd.notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func explain(o *option) string {
	text := o.help
	if o.def != "" {
		text += " (default " + o.def + ")"
	}
	if o.env != "" {
		text += " [$" + o.env + "]"
	}
	return text
}

// entry sets a term and its explanation in two columns within 80; the
// explanation begins at column, below a term that is too long.
func entry(column int, term, text string) string {
	explanation := wrap(strings.Repeat(" ", column), text)
	if len(term) > column-1 {
		return term + "\n" + explanation
	}
	return term + explanation[len(term):]
}

// wrap sets text in lines of at most 80 columns that begin with indent.
func wrap(indent, text string) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case at == 0:
			b.WriteString(indent)
			at = len(indent)
		case at+1+len(word) > 80:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += len(word)
	}
	return b.String() + "\n"
}

func bindHelp(p *Program) ([]option, action) {
	return nil, func(args []string) (int, error) {
		if len(args) == 0 {
			return ExitOK, p.help(p.Stdout)
		}
		if len(args) > 1 {
			return 0, usagef("help takes one command, not %d", len(args))
		}
		cmd := commandNamed(args[0])
		if cmd == nil {
			return 0, unknownCommand(args[0])
		}
		options, _ := cmd.bind(p)
		return ExitOK, p.commandHelp(p.Stdout, cmd, options)
	}
}
