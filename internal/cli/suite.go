package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"mxprobe/internal/spelling"
	"mxprobe/probe/result"
)

// Suite is a program beside mxprobe, with commands of its own that look and
// behave as those of mxprobe do.
type Suite struct {
	Name string
	// Short is for a call without arguments, Head begins the help; Status
	// explains the exit statuses in it.
	Short, Head, Status string
	Commands            []Command
}

// Command is one command of a Suite. Bind makes its flags and what they are for.
type Command struct {
	Name, Arguments, Summary string
	Examples                 []string
	// Notes follow the flags in the help, line by line.
	Notes []string
	Bind  func(p *Program) ([]Flag, func(arguments []string) (status int, err error))
}

// Flag is one flag of a Command. A flag without Arg is a switch.
type Flag struct {
	Name, Short, Arg, Env, Help, Default, Group string
	// Repeat is true if it may be given more than once. Its environment variable
	// then holds several values, separated by blanks.
	Repeat bool
	// Set takes one value, "true" for a switch. The error says what is wrong
	// with it.
	Set func(value string) error
}

func (f *Flag) option() option {
	return option{
		name: f.Name, short: f.Short, arg: f.Arg, env: f.Env, help: f.Help, def: f.Default, group: f.Group, repeat: f.Repeat, set: f.Set,
	}
}

func flagOf(o *option) Flag {
	return Flag{
		Name: o.name, Short: o.short, Arg: o.arg, Env: o.env, Help: o.help, Default: o.def, Group: o.group, Repeat: o.repeat, Set: o.set,
	}
}

// SetText returns a Flag.Set for a text that is not empty.
func SetText(dst *string) func(string) error { return setText(dst) }

// SetSwitch returns a Flag.Set for a switch.
func SetSwitch(dst *bool) func(string) error { return setSwitch(dst) }

// SetChoice returns a Flag.Set for one of a list of words.
func SetChoice(dst *string, choices ...string) func(string) error { return setChoice(dst, choices...) }

// Usagef returns the error of a mistake in the call: nothing is done, and the
// status is ExitUsage.
func Usagef(format string, args ...any) error { return usagef(format, args...) }

// named is a stream for messages of a program with another name.
type named struct {
	io.Writer
	name string
}

// file is the file behind a stream, nil if there is none.
func file(w io.Writer) *os.File {
	if n, ok := w.(*named); ok {
		w = n.Writer
	}
	f, _ := w.(*os.File)
	return f
}

// speaker is the name that messages on a stream begin with.
func speaker(w io.Writer) string {
	if n, ok := w.(*named); ok {
		return n.name
	}
	return "mxprobe"
}

// Say says something on standard error, under the program's name.
func (p *Program) Say(format string, args ...any) { say(p.Stderr, format, args...) }

// Warn says something that does not end the program.
func (p *Program) Warn(format string, args ...any) { warn(p.Stderr, format, args...) }

// MainOf runs a program beside mxprobe with the arguments after its name, and
// returns its exit status.
func (p *Program) MainOf(s *Suite, args []string) int {
	p.Stderr = &named{p.Stderr, s.Name}
	status, err := p.mainOf(s, args)
	if err != nil {
		return p.complain(err)
	}
	return status
}

func (p *Program) mainOf(s *Suite, args []string) (int, error) {
	if len(args) == 0 {
		_, err := io.WriteString(p.Stderr, s.Short)
		return ExitUsage, err
	}
	cmd, rest, err := s.find(args)
	if err != nil {
		return 0, err
	}
	if cmd == nil {
		return p.flagsAlone(s, args)
	}
	if cmd.Name == "help" {
		return p.helpOf(s, rest)
	}
	options, do, inner := p.bindOf(s, cmd)
	given, err := arrange(rest, options)
	switch {
	case err != nil:
		return 0, p.withHelpAt(inner, err)
	case given.help:
		return ExitOK, p.commandHelp(p.Stdout, inner, options)
	case given.version:
		return ExitOK, p.versionOf(s)
	}
	return p.parse(inner, options, do, given)
}

// bindOf makes the options of a command.
func (p *Program) bindOf(s *Suite, cmd *Command) ([]option, action, *command) {
	inner := &command{name: cmd.Name, as: s.Name + " " + cmd.Name, arguments: cmd.Arguments, summary: cmd.Summary, examples: cmd.Examples, notes: cmd.Notes}
	if cmd.Bind == nil {
		return nil, func([]string) (int, error) { return ExitOK, p.versionOf(s) }, inner
	}
	flags, do := cmd.Bind(p)
	options := make([]option, len(flags))
	for i := range flags {
		options[i] = flags[i].option()
	}
	return options, do, inner
}

// find returns the command that args name, and args without its name; nil where
// there is nothing but flags.
func (s *Suite) find(args []string) (*Command, []string, error) {
	for i, word := range args {
		if strings.HasPrefix(word, "-") {
			continue
		}
		for j := range s.Commands {
			if s.Commands[j].Name == word {
				return &s.Commands[j], append(append([]string{}, args[:i]...), args[i+1:]...), nil
			}
		}
		if word == "help" {
			return &Command{Name: word}, args[i+1:], nil
		}
		if i == 0 {
			return nil, nil, usagef("unknown command %s%s; see %s --help", shown(word), spelling.DidYouMean(word, s.names()), s.Name)
		}
	}
	return nil, args, nil
}

func (s *Suite) names() []string {
	names := []string{"help"}
	for i := range s.Commands {
		names = append(names, s.Commands[i].Name)
	}
	return names
}

// flagsAlone answers flags without a command.
func (p *Program) flagsAlone(s *Suite, args []string) (int, error) {
	given, err := arrange(args, nil)
	switch {
	case given.help:
		return ExitOK, p.writeHelp(s)
	case given.version:
		return ExitOK, p.versionOf(s)
	case err == nil || len(args) > 1:
		return 0, usagef("no command among the arguments; see %s --help", s.Name)
	}
	return 0, usagef("%s; see %s --help", err, s.Name)
}

func (p *Program) helpOf(s *Suite, args []string) (int, error) {
	if len(args) == 0 {
		return ExitOK, p.writeHelp(s)
	}
	cmd, rest, err := s.find(args[:1])
	if err != nil {
		return 0, err
	}
	if cmd == nil || len(rest) > 0 || len(args) > 1 {
		return 0, usagef("help takes one command")
	}
	options, _, inner := p.bindOf(s, cmd)
	return ExitOK, p.commandHelp(p.Stdout, inner, options)
}

func (p *Program) writeHelp(s *Suite) error {
	var b strings.Builder
	b.WriteString(s.Head + "\nCommands:\n")
	for i := range s.Commands {
		c := &s.Commands[i]
		b.WriteString(entry(column, "  "+strings.TrimSpace(c.Name+" "+c.Arguments), c.Summary))
	}
	fmt.Fprintf(&b, "\n  %[1]s COMMAND --help says more.\n  %[1]s --version prints the version.\n\nExit status:\n%s", s.Name, s.Status)
	_, err := io.WriteString(p.Stdout, b.String())
	return err
}

func (p *Program) versionOf(s *Suite) error { return p.versionAs(p.Stdout, s.Name) }

// IsTerminal reports whether a stream is a terminal.
func IsTerminal(w io.Writer) bool {
	_, ok := terminal(w)
	return ok
}

// Printable is text from elsewhere for a terminal, on one line.
func Printable(text string) string { return result.Shown(text) }
