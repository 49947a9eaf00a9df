package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mxprobe/internal/report/formats"
	"mxprobe/scenarios"
)

// values are the values that a flag can have; prefix is what stands before
// the value in the same word.
func (p *Program) values(cmd *command, said saidWords, o *option, prefix, current string) candidates {
	switch {
	case o.arg == "FILE":
		return fileCandidates(prefix, current, "")
	case o.arg == "D" && strings.HasPrefix(current, "@"):
		return fileCandidates(prefix+"@", current[1:], "")
	case o.arg == "FORMAT=FILE":
		if format, file, ok := strings.Cut(current, "="); ok {
			return fileCandidates(prefix+format+"=", file, "")
		}
		return words(prefix, current, suffixed(formats.Names(), "="))
	case o.arg == "TAG":
		return words(prefix, current, p.tagsOf(said.arguments))
	}
	return words(prefix, current, o.choices())
}

// words are candidates without explanations.
func words(prefix, current string, all []string) candidates {
	var out candidates
	for _, w := range all {
		if strings.HasPrefix(w, current) {
			out.words = append(out.words, candidate{word: prefix + w})
		}
	}
	return out
}

func suffixed(all []string, suffix string) []string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = w + suffix
	}
	return out
}

// choices asks the option what it takes, nil where that is no list: a value
// that is none of a list is refused with the list.
func (o *option) choices() []string {
	if o.isSwitch() {
		return nil
	}
	if bad, ok := errors.AsType[*choiceError](o.set("\x00")); ok {
		return bad.choices
	}
	return nil
}

// arguments are the arguments that a command can have.
func (p *Program) arguments(cmd *command, said saidWords, current string) candidates {
	form := strings.Trim(cmd.arguments, "[]")
	if !strings.HasSuffix(form, "...") && len(said.arguments) > 0 {
		return candidates{}
	}
	switch form {
	case "SCENARIO...":
		return scenarioCandidates(current)
	case "NAME":
		return candidates{words: fitting(builtinCandidates(), "@"+strings.TrimPrefix(current, "@"))}
	case "COMMAND":
		return candidates{words: fitting(commandCandidates(""), current)}
	case "SHELL":
		return words("", current, shells())
	case "SESSION":
		return fileCandidates("", current, "")
	case "WORLD.yaml":
		return fileCandidates("", current, scenarioEndings)
	}
	if strings.Contains(form, "|") {
		return words("", current, strings.Split(form, "|"))
	}
	return candidates{}
}

// scenarioEndings are the endings of scenario files.
const scenarioEndings = ".yaml.yml"

func scenarioCandidates(current string) candidates {
	if strings.HasPrefix(current, "@") {
		return candidates{words: fitting(builtinCandidates(), current)}
	}
	found := fileCandidates("", current, scenarioEndings)
	if current == "" {
		found.words = append(found.words, builtinCandidates()...)
	}
	return found
}

func builtinCandidates() []candidate {
	var out []candidate
	for _, name := range scenarios.Builtins() {
		c := candidate{word: name}
		if src, ok := scenarios.Builtin(name); ok {
			if all, err := scenarios.Parse(name, src); err == nil {
				c.text = all[0].Name.String()
			}
		}
		out = append(out, c)
	}
	return out
}

// fileCandidates are the files whose names begin with what stands there, and
// the folders. Only names with one of the endings count, where there are any.
func fileCandidates(prefix, current, endings string) candidates {
	folder, begin := filepath.Split(current)
	at := folder
	if rest, ok := strings.CutPrefix(at, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			at = filepath.Join(home, rest)
		}
	}
	if at == "" {
		at = "."
	}
	out := candidates{files: true}
	entries, err := os.ReadDir(at)
	if err != nil {
		return out
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, begin) || strings.HasPrefix(name, ".") && begin == "" {
			continue
		}
		if info, err := os.Stat(filepath.Join(at, name)); err == nil && info.IsDir() {
			name += "/"
		} else if ext := filepath.Ext(name); endings != "" && (ext == "" || !strings.Contains(endings, ext)) {
			continue
		}
		out.words = append(out.words, candidate{word: prefix + folder + name})
	}
	return out
}

// tagsOf returns the tags of the scenarios that were named, or those of the
// built-ins where none were. Files with mistakes in them have none.
func (p *Program) tagsOf(arguments []string) []string {
	named := slices.DeleteFunc(slices.Clone(arguments), func(a string) bool { return a == "-" })
	if len(named) == 0 {
		named = scenarios.Builtins()
	}
	var out []string
	for _, name := range named {
		l, err := p.load(context.Background(), new(scenarios.Loader), []string{name})
		if err != nil {
			continue
		}
		for _, s := range l.scenarios {
			out = append(out, s.Tags...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
