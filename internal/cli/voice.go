package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// The program speaks on standard error in these ways only:
//
//	mxprobe: ...   why the program ends, or ended as it did (complain, say)
//	warning: ...   it goes on, but somebody should know (warn)
//	FILE:L:C: ...  mistakes in scenario files, as their own package words them
//	FILE:L: ...    lines of a session that import could not take as they are
//
// Text that comes from outside is made printable before it is shown.

// usageError is a mistake in the call. The program does nothing and ends
// with ExitUsage.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// complain says why the program ends, and returns the exit status for err.
func (p *Program) complain(err error) int {
	if bad, ok := errors.AsType[*badFiles](err); ok {
		problems := slices.Clone(bad.problems)
		for i := range problems { // a line in its name would be one of the output
			problems[i].File = result.PrintableString(problems[i].File)
		}
		fmt.Fprintf(p.Stderr, "%s\n", printable(laidOut(problems, columns(p.Stderr))))
		say(p.Stderr, "%s", bad.summary())
		return ExitUsage
	}
	say(p.Stderr, "%s", err)
	if s, ok := errors.AsType[*stopped](err); ok {
		return outcome{signal: s.signal}.status()
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return ExitUsage
	}
	return ExitInconclusive
}

// say prints one line under the program's name.
func say(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, setIn(speaker(w)+": "+printable(fmt.Sprintf(format, args...)), columns(w)))
}

// warn says something that does not end the program.
func warn(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, setIn("warning: "+printable(fmt.Sprintf(format, args...)), columns(w)))
}

// printable makes text of several lines safe for a terminal. Tabs stay: a
// caret under a line of a file relies on them.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for j, part := range parts {
			parts[j] = result.PrintableString(part)
		}
		lines[i] = strings.Join(parts, "\t")
		if begins := strings.TrimLeft(lines[i], " \t"); strings.HasPrefix(begins, "::") {
			// The log of a CI system would take it for a command.
			lines[i] = strings.TrimSuffix(lines[i], begins) + `\x3a` + begins[1:]
		}
	}
	return strings.Join(lines, "\n")
}
