// Package cli is the command line of mxprobe: its commands, flags, messages
// and exit statuses. The program is a value, so that a test can run it with
// streams and an environment of its own; nothing below this package prints,
// reads the environment or ends the process.
package cli

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// Program is mxprobe with everything it touches of the process around it.
type Program struct {
	// Name is how the program was called (os.Args[0]): under the name
	// check_mxprobe it is a plugin of a monitoring system.
	Name   string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Environ returns the environment as NAME=VALUE (os.Environ).
	Environ func() []string
	// LookupEnv returns one variable of it (os.LookupEnv).
	LookupEnv func(name string) (value string, ok bool)
	// Version is what the build was told to be, "" if it was not told.
	Version string

	plugin bool // called by a monitoring system
	// sent are the scenario files that another machine sent, nil where those of
	// this machine are read.
	sent map[string][]byte
	// typed are the flags of the command line that a closer look needs again.
	typed []typedFlag
	// given are all values of flags, those in the environment among them.
	given []typedFlag
}

// action does what a command is for. It returns the exit status; with an
// error, the status follows from the error and the message is printed.
type action func(arguments []string) (status int, err error)

// Main runs the program with the arguments after the program's name and
// returns its exit status, one of the constants of this package.
func (p *Program) Main(args []string) int {
	if args, ok := p.asPlugin(args); ok {
		return p.mainAsPlugin(args)
	}
	status, err := p.main(args)
	if err != nil {
		return p.complain(err)
	}
	return status
}

func (p *Program) main(args []string) (int, error) {
	if len(args) == 0 {
		return ExitUsage, p.shortHelp(p.Stderr)
	}
	if args[0] == completeCommand {
		return p.complete(args[1:]), nil
	}
	cmd, args, err := findCommand(args)
	if err != nil {
		return 0, err
	}
	if cmd == nil { // flags alone
		return p.topLevel(args)
	}
	cmd = p.called(cmd)
	options, do := cmd.bind(p)
	given, err := arrange(args, options)
	switch {
	case err != nil:
		return 0, p.withHelpAt(cmd, err)
	case given.help:
		return p.asked(), p.commandHelp(p.Stdout, cmd, options)
	case given.version:
		return p.asked(), p.version(p.Stdout)
	}
	return p.parse(cmd, options, do, given)
}

// parse lets the flag library take the flags, puts the environment behind
// them and does what the command is for.
func (p *Program) parse(cmd *command, options []option, do action, given arranged) (status int, err error) {
	var wrong error // what a flag's value said, free of the library's words
	var flags []cli.Flag
	values := make([]value, len(options))
	for i := range options {
		values[i] = value{option: &options[i], wrong: &wrong}
		if slices.Contains(given.options, &options[i]) {
			flags = append(flags, &values[i])
		}
	}
	run := func(*cli.Context) error {
		if err := p.takeEnvironment(values); err != nil {
			return err
		}
		p.typed, p.given = typedFlags(values), givenFlags(values)
		status, err = do(given.arguments)
		return err
	}
	app := &cli.App{
		Name:                      "mxprobe",
		Flags:                     flags,
		Action:                    run,
		Reader:                    p.Stdin,
		Writer:                    p.Stdout,
		ErrWriter:                 p.Stderr,
		Compiled:                  time.Unix(1, 0), // else the library asks the file system
		HideHelp:                  true,
		HideVersion:               true, // -v is verbose
		DisableSliceFlagSeparator: true, // a value with a comma is one value
		OnUsageError:              usageErrorAsIs,
		ExitErrHandler:            func(*cli.Context, error) {},
	}
	if err := app.Run(append([]string{"mxprobe"}, given.flags...)); err != nil {
		if wrong != nil {
			err = wrong
		}
		return 0, p.withHelpAt(cmd, err)
	}
	return status, nil
}

func usageErrorAsIs(_ *cli.Context, err error, _ bool) error { return err }

// value is one flag as the flag library wants it. The library's own types
// take their names apart with regular expressions, again and again, which
// costs more than the rest of a short run.
type value struct {
	option *option
	set    bool
	texts  []string // as typed
	around []string // from the environment
	wrong  *error
}

// Apply is part of cli.Flag.
func (v *value) Apply(set *flag.FlagSet) error {
	set.Var(v, v.option.name, "")
	return nil
}

// Names is part of cli.Flag.
func (v *value) Names() []string { return []string{v.option.name} }

// IsSet is part of cli.Flag.
func (v *value) IsSet() bool { return v.set }

// Set takes a value from the command line.
func (v *value) Set(text string) error {
	if v.set && !v.option.repeat && !v.option.isSwitch() {
		// Taking the last one would quietly leave out what the first asked for.
		*v.wrong = usagef("--%s is given twice", v.option.name)
		return *v.wrong
	}
	v.set = true
	v.texts = append(v.texts, text)
	if err := v.option.set(text); err != nil {
		*v.wrong = usagef("--%s: %s", v.option.name, err)
		return *v.wrong
	}
	return nil
}

// String is part of cli.Flag and flag.Value.
func (v *value) String() string { return "" }

// IsBoolFlag tells the flag library which flags take no value.
func (v *value) IsBoolFlag() bool { return v.option.isSwitch() }

// takeEnvironment sets the options that were not given as flags. An empty
// variable counts as none.
func (p *Program) takeEnvironment(values []value) error {
	for i := range values {
		o := values[i].option
		if o.env == "" || values[i].set {
			continue
		}
		text, ok := p.LookupEnv(o.env)
		if !ok || text == "" {
			continue
		}
		words := []string{text}
		if o.repeat {
			words = strings.Fields(text)
		}
		for _, word := range words {
			if err := o.set(word); err != nil {
				return usagef("environment variable %s: %s", o.env, err)
			}
			values[i].around = append(values[i].around, word)
		}
	}
	return nil
}

// withHelpAt adds to a mistake in the flags where the help is.
func (p *Program) withHelpAt(cmd *command, err error) error {
	usage := (*usageError)(nil)
	if errors.As(err, &usage) && strings.HasPrefix(usage.message, "unknown flag") {
		return usagef("%s%s; see %s --help", usage.message, cmd.elsewhere(usage.message), cmd.call())
	}
	return err
}
