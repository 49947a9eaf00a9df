//go:build linux

// Command turns measures programs against each other: each is run in turn, round
// after round, so that whatever else the machine does falls on all alike. It
// prints a table in Markdown, with the medians of all rounds, and ratios to
// the first program that are taken within each round.
//
//	turns [-rounds 7] [-per N] LABEL 'COMMAND' [LABEL 'COMMAND' ...]
//
// A command is split at blanks; single quotes keep them. No shell reads it. With
// -per, CPU time is shown for one of N, such as a session. A program that ends with
// another status than 0 ends the measurement: what did not work is not fast.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "turns:", err)
		os.Exit(1)
	}
}

func run() error {
	rounds := flag.Int("rounds", 7, "how often each program is run")
	warm := flag.Int("warm", 1, "rounds before, which do not count")
	per := flag.Int("per", 1, "what one run does this many of")
	flag.Parse()
	programs, err := read(flag.Args())
	if err != nil {
		return err
	}
	if *rounds < 1 || *warm < 0 || *per < 1 {
		return fmt.Errorf("-rounds and -per have to be 1 at least, -warm 0")
	}
	for i := range *warm + *rounds {
		for _, p := range programs {
			u, err := p.run()
			if err != nil {
				return err
			}
			if i >= *warm {
				p.uses = append(p.uses, u)
			}
		}
	}
	return write(os.Stdout, programs, *per)
}

// program is one of those that take turns, with what its runs used.
type program struct {
	label string
	argv  []string
	uses  []use
}

// use is what a process used, all its threads and children that it waited for.
type use struct {
	cpu, wall time.Duration
	peak      float64 // MiB
}

// read makes programs of pairs of a label and a command.
func read(args []string) ([]*program, error) {
	if len(args) == 0 || len(args)%2 != 0 {
		return nil, fmt.Errorf("name a label and a command for each program")
	}
	var programs []*program
	for i := 0; i < len(args); i += 2 {
		argv, err := split(args[i+1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", args[i], err)
		}
		programs = append(programs, &program{label: args[i], argv: argv})
	}
	return programs, nil
}

// split takes a command apart at blanks outside single quotes.
func split(command string) ([]string, error) {
	var words []string
	word, begun, quoted := "", false, false
	for _, c := range command {
		switch {
		case c == '\'':
			quoted, begun = !quoted, true
		case c == ' ' && !quoted:
			if begun {
				words = append(words, word)
			}
			word, begun = "", false
		default:
			word += string(c)
			begun = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is not closed in %s", command)
	}
	if begun {
		words = append(words, word)
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("there is no command")
	}
	return words, nil
}

// run runs the program once. Its output is thrown away, but for the end of what
// it says when it fails.
func (p *program) run() (use, error) {
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	said, err := os.CreateTemp("", "turns")
	if err != nil {
		return use{}, err
	}
	defer os.Remove(said.Name())
	defer said.Close()
	cmd.Stderr = said
	began := time.Now()
	err = cmd.Run()
	wall := time.Since(began)
	if err != nil {
		text, _ := os.ReadFile(said.Name())
		return use{}, fmt.Errorf("%s: not measured: %w: %s\n%s", p.label, err, strings.Join(p.argv, " "), bytes.TrimSpace(text[max(0, len(text)-600):]))
	}
	u := use{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: wall}
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = float64(used.Maxrss) / 1024
	}
	return u, nil
}
