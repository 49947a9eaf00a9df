package cli

import (
	"os"
	"slices"
	"strings"

	"mxprobe/internal/spelling"
	"mxprobe/scenarios"
)

// command is one command with its help. bind makes its options and what they
// are for; only the command that was asked for is bound.
type command struct {
	name      string
	as        string // how it is called; empty for mxprobe and its name
	arguments string // as the help shows them
	summary   string
	examples  []string
	// notes follow the options in the help, line by line.
	notes []string
	bind  func(*Program) ([]option, action)
}

// call is how the command is called.
func (c *command) call() string {
	if c.as != "" {
		return c.as
	}
	return "mxprobe " + c.name
}

// elsewhere says that run has the flag that a mistake in a call of check is about.
func (c *command) elsewhere(mistake string) string {
	words := strings.Fields(mistake)
	if c.name != checkName || len(words) != 3 {
		return "" // there is a better word on what was meant
	}
	if find(newSettings().options(), strings.TrimLeft(words[2], "-")) == nil {
		return ""
	}
	return ": check looks at a domain as a whole, mxprobe run has this flag"
}

// makers make the commands, in the order of the help.
func makers() []func() command {
	return []func() command{
		runCommand, checkCommand, mxCommand, validateCommand, listCommand, initCommand, importCommand, explainCommand,
		purgeCommand, schemaCommand, demoCommand, sandboxCommand, completionCommand, versionCommand, helpCommand,
	}
}

// commands returns all commands in the order of the help.
func commands() []command {
	var all []command
	for _, made := range makers() {
		all = append(all, made())
	}
	return all
}

func helpCommand() command {
	return command{name: "help", arguments: "[COMMAND]", summary: "say what a command does", bind: bindHelp}
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

// findCommand returns the command that args name and args without its name.
// Flags may stand before the name; nil means that there is nothing but flags.
func findCommand(args []string) (*command, []string, error) {
	for i, word := range args {
		if strings.HasPrefix(word, "-") && word != "-" {
			continue
		}
		cmd := commandNamed(word)
		if cmd == nil && i > 0 {
			continue // perhaps the value of a flag before it
		}
		if cmd == nil && looksLikeDomain(word) {
			return commandNamed(checkName), args, nil
		}
		if cmd == nil {
			return nil, nil, unknownCommand(word)
		}
		return cmd, slices.Concat(args[:i], args[i+1:]), nil
	}
	return nil, args, nil
}

// looksLikeDomain reports whether a word in the place of a command is meant as a
// domain to be checked.
func looksLikeDomain(word string) bool {
	return strings.Contains(strings.TrimSuffix(word, "."), ".") && domainFault(word) == "" && !isScenario(word)
}

func isScenario(word string) bool {
	return strings.HasPrefix(word, "@") || strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
}

func commandNamed(name string) *command {
	for _, made := range makers() {
		if c := made(); c.name == name {
			return &c
		}
	}
	return nil
}

func unknownCommand(word string) error {
	name, isAt := strings.CutPrefix(word, "@")
	if _, err := os.Stat(name); isAt && err == nil && !slices.Contains(scenarios.Builtins(), word) {
		return usagef("unknown command %s (did you mean mxprobe check %s?)", shown(word), shown(word))
	}
	if isScenario(word) {
		return usagef("unknown command %s (did you mean mxprobe run %s?)", shown(word), shown(word))
	}
	return usagef("unknown command %s%s; see mxprobe --help", shown(word), spelling.DidYouMean(word, commandNames()))
}

// topLevel answers flags without a command.
func (p *Program) topLevel(args []string) (int, error) {
	given, err := arrange(args, nil)
	switch {
	case given.help:
		return ExitOK, p.help(p.Stdout)
	case given.version:
		return ExitOK, p.version(p.Stdout)
	case err == nil || len(args) > 1:
		return 0, usagef("no command among the arguments; see mxprobe --help")
	}
	return 0, usagef("%s; see mxprobe --help", err)
}
