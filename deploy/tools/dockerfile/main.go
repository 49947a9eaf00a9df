// Command dockerfile reads a Dockerfile from standard input with the parser
// and the checks of BuildKit, which is what docker build reads it with. It
// prints the stages with their instructions, a line each, and ends in 1 if
// there is anything to complain of.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	complaints, err := check(os.Stdin, os.Stdout)
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	for _, c := range complaints {
		fmt.Fprintln(os.Stderr, c)
	}
	if len(complaints) > 0 {
		os.Exit(1)
	}
}

func check(in io.Reader, out io.Writer) (complaints []string, err error) {
	parsed, err := parser.Parse(in)
	if err != nil {
		return nil, err
	}
	for _, w := range parsed.Warnings {
		complaints = append(complaints, w.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, short string, _ []parser.Range) {
		complaints = append(complaints, rule+": "+short)
	}})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return complaints, err
	}
	for _, stage := range stages {
		fmt.Fprintf(out, "FROM %s AS %s\n", stage.BaseName, stage.Name)
		for _, command := range stage.Commands {
			fmt.Fprintln(out, command)
		}
	}
	return complaints, nil
}
