package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mxprobe/internal/bounded"
	"mxprobe/internal/spelling"
	"mxprobe/scenarios"
)

// fileLimit is how much of a file is read: one byte more than the language
// allows, so that its own message says that the file is too large.
const fileLimit = 1<<20 + 1

// loaded is what the arguments of a call name.
type loaded struct {
	loader    *scenarios.Loader
	scenarios []*scenarios.Scenario
	files     int
	// bad are the mistakes in the files; what has none is in scenarios.
	bad     scenarios.Problems
	faulty  []faultyFile
	sources [][]byte
}

// faultyFile is a file with mistakes.
type faultyFile struct {
	name string
	src  []byte
}

// load reads the scenarios that the arguments name: files, directories with
// everything *.yaml and *.yml in them, - for standard input, and built-ins as
// @name. An argument that cannot be read is an error; mistakes in files, and
// files of a directory that cannot be read, are not, so that all of them can
// be shown.
func (p *Program) load(ctx context.Context, with *scenarios.Loader, arguments []string) (*loaded, error) {
	l := &loaded{loader: with}
	for _, argument := range arguments {
		names, err := []string{argument}, error(nil)
		if p.sent == nil {
			names, err = expand(argument)
		}
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			src, err := p.source(ctx, name)
			if err != nil && name != argument { // one of a directory, and not the last with a mistake
				l.files++
				l.bad = append(l.bad, unreadable(name, err))
				continue
			}
			if err != nil {
				return nil, err
			}
			l.files++
			if err := l.parse(ctx, name, src); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

func (l *loaded) parse(ctx context.Context, name string, src []byte) (err error) {
	if name == "-" {
		name = "stdin"
	}
	found, err := l.loader.Parse(ctx, name, src)
	if err != nil {
		l.faulty = append(l.faulty, faultyFile{name, src})
		l.bad, err = addProblems(l.bad, err)
		return err
	}
	l.scenarios = append(l.scenarios, found...)
	l.sources = append(l.sources, src)
	return nil
}

// check returns all mistakes as badFiles, those of the files and the
// variables of the chosen scenarios that nothing defines; nil if there are
// none.
func (l *loaded) check(ctx context.Context, chosen []*scenarios.Scenario, overrides []map[string]string) error {
	var bad scenarios.Problems
	for _, f := range l.faulty {
		bad, _ = addProblems(bad, l.loader.Mistakes(ctx, f.name, f.src, overrides))
	}
	bad, _ = addProblems(bad, l.bad)
	for _, sc := range chosen {
		if problems := sc.Undefined(overrides); len(problems) > 0 {
			bad, _ = addProblems(bad, problems)
		}
	}
	if len(bad) > 0 {
		return &badFiles{bad}
	}
	return nil
}

// expand returns the files of a directory in the order of their names, and
// everything else as it is. Hidden files and directories are left out.
func expand(argument string) ([]string, error) {
	if argument == "-" || strings.HasPrefix(argument, "@") {
		return []string{argument}, nil
	}
	if info, err := os.Stat(argument); err != nil || !info.IsDir() {
		return []string{argument}, nil
	}
	var names []string
	err := filepath.WalkDir(argument, func(path string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && path != argument
		switch ext := filepath.Ext(path); {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !hidden && !entry.IsDir() && (ext == ".yaml" || ext == ".yml"):
			names = append(names, path)
		}
		return nil
	})
	if err != nil {
		return nil, usagef("%s", err)
	}
	if len(names) == 0 {
		return nil, usagef("there is no *.yaml or *.yml file in the directory %q", argument)
	}
	slices.Sort(names)
	return names, nil
}

// source reads one file, built-in or standard input.
func (p *Program) source(ctx context.Context, name string) ([]byte, error) {
	if p.sent != nil {
		return p.sent[name], nil
	}
	if strings.HasPrefix(name, "@") {
		return builtin(name)
	}
	in := p.Stdin
	switch name {
	case "-":
		if ctx.Done() != nil {
			in = bounded.Reader(ctx, in)
		}
	default:
		file, err := bounded.OpenFile(ctx, name)
		if _, late := errors.AsType[*bounded.LateError](err); late {
			return nil, usagef("reading %s: %s", shown(name), err)
		}
		if err != nil {
			return nil, noFile(name, err)
		}
		defer file.Close()
		in = file
	}
	src, err := io.ReadAll(io.LimitReader(in, fileLimit))
	if err != nil {
		return nil, usagef("reading %s: %s", shown(name), cause(err))
	}
	return src, nil
}

func builtin(name string) ([]byte, error) {
	src, ok := scenarios.Builtin(name)
	if !ok {
		return nil, usagef("there is no built-in scenario %s%s; mxprobe list shows them",
			shown(name), spelling.DidYouMean(name, scenarios.Builtins()))
	}
	return src, nil
}

// noFile says why a scenario file cannot be opened, and what was perhaps meant.
func noFile(name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return usagef("scenario %s: %s", shown(name), cause(err))
	}
	if to, err := os.Readlink(name); err == nil {
		return usagef("%s is a symbolic link to %s, which does not exist", shown(name), shown(to))
	}
	if slices.Contains(scenarios.Builtins(), "@"+name) {
		return usagef("there is no file %s (did you mean \"@%s\"?)", shown(name), name)
	}
	near := ""
	if entries, err := os.ReadDir(filepath.Dir(name)); err == nil {
		var names []string
		for _, e := range entries {
			names = append(names, filepath.Join(filepath.Dir(name), e.Name()))
		}
		near = spelling.DidYouMean(filepath.Clean(name), names)
	}
	if near == "" && domainFault(name) == "" && strings.Contains(name, ".") && !strings.Contains(name, ".y") {
		near = " (a domain is given as -d " + name + ")"
	}
	return usagef("there is no file %s%s", shown(name), near)
}

// unreadable is a file of a directory as a mistake beside those of the others.
func unreadable(name string, err error) scenarios.Problem {
	return scenarios.Problem{File: name, Pos: scenarios.Pos{Line: 1, Col: 1}, Width: 1, Message: err.Error()}
}

// cause is an error of the file system without the operation and the path,
// which the message around it names.
func cause(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// badFiles is every mistake in the scenarios of a call.
type badFiles struct{ problems scenarios.Problems }

// Error returns the mistakes one after the other, and their number.
func (b *badFiles) Error() string { return b.problems.Error() + "\nmxprobe: " + b.summary() }

func (b *badFiles) summary() string {
	files := make(map[string]bool)
	for i := range b.problems {
		files[b.problems[i].File] = true
	}
	return fmt.Sprintf("%s in %s; nothing was sent",
		count(len(b.problems), "error"), count(len(files), "file"))
}

// addProblems adds the mistakes in err to those known, each once: the rows of an
// each share their steps. Any other error is returned.
func addProblems(known scenarios.Problems, err error) (scenarios.Problems, error) {
	problems, ok := errors.AsType[scenarios.Problems](err)
	if !ok {
		return known, err
	}
next:
	for _, problem := range problems {
		for i := range known {
			if known[i].Error() == problem.Error() {
				continue next
			}
		}
		known = append(known, problem)
	}
	return known, nil
}

// count puts a number before a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
