package cli

import (
	"io"
	"slices"
	"strings"

	"mxprobe/probe/result"
)

// candidate is a word that can stand where the cursor is.
type candidate struct{ word, text string }

// candidates are the words that can stand there. Those of files may be names
// of folders, which end in a slash.
type candidates struct {
	files bool
	words []candidate
}

// complete answers a completion script: what can stand for the last of the
// words. Nothing is ever written to standard error, and nothing is looked up
// but files. The answer is "words" or "files" on the first line, then a
// candidate on each, with a tab and an explanation behind it.
func (p *Program) complete(args []string) int {
	if len(args) == 0 {
		return ExitUsage
	}
	shell, words, cut := args[0], args[1:], ""
	switch shell {
	case "bash":
		words, cut = bashWords(words)
	case "powershell":
		for i := range words {
			words[i] = strings.TrimPrefix(words[i], "=")
		}
	}
	if len(words) == 0 {
		return ExitUsage
	}
	if p.namedPlugin() {
		words = asRun(words)
	}
	found := p.candidates(words)
	var b strings.Builder
	b.WriteString("words\n")
	if found.files {
		b.Reset()
		b.WriteString("files\n")
	}
	for _, c := range found.words {
		word, ok := strings.CutPrefix(c.word, cut)
		if !ok || result.PrintableString(word) != word {
			continue
		}
		if shell == "bash" && !found.files && strings.ContainsAny(word, bashActive) {
			continue // bash quotes names of files alone
		}
		if shell == "powershell" {
			word = powershellWord(word)
		}
		b.WriteString(word)
		if text := strings.Join(strings.Fields(c.text), " "); text != "" {
			b.WriteString("\t" + result.PrintableString(text))
		}
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(p.Stdout, b.String()); err != nil {
		return ExitInconclusive
	}
	return ExitOK
}

// bashActive are the characters that bash acts upon inside of a word.
const bashActive = "$`\\'\";&|()<>{}*?[]#!~ "

// candidates returns what can stand for the last of the words.
func (p *Program) candidates(words []string) candidates {
	before, current := words[:len(words)-1], words[len(words)-1]
	cmd, rest, err := findCommand(before)
	if err != nil || cmd == nil {
		return candidates{words: fitting(commandCandidates(current), current)}
	}
	options, _ := cmd.bind(p)
	said := readWords(rest, options)
	if said.open != nil {
		return p.values(cmd, said, said.open, "", current)
	}
	if !said.ended && strings.HasPrefix(current, "-") {
		if name, value, ok := strings.Cut(current, "="); ok {
			if o := longOrShort(options, name, strings.TrimLeft(name, "-")); o != nil {
				return p.values(cmd, said, o, name+"=", value)
			}
		}
		return candidates{words: fitting(flagCandidates(options, said), current)}
	}
	return p.arguments(cmd, said, current)
}

func commandCandidates(current string) []candidate {
	if strings.HasPrefix(current, "-") {
		return commonFlags()
	}
	var out []candidate
	for _, c := range commands() {
		out = append(out, candidate{c.name, c.summary})
	}
	return out
}

func commonFlags() []candidate {
	return []candidate{{"--help", "say what it does"}, {"--version", "print the version"}}
}

// flagCandidates are the flags that can still be given.
func flagCandidates(options []option, said saidWords) []candidate {
	var out []candidate
	for i := range options {
		if o := &options[i]; o.repeat || !slices.Contains(said.flags, o.name) {
			out = append(out, candidate{"--" + o.name, explain(o)})
		}
	}
	return append(out, commonFlags()...)
}

// fitting returns the candidates that begin with what stands there.
func fitting(all []candidate, current string) []candidate {
	var out []candidate
	for _, c := range all {
		if strings.HasPrefix(c.word, current) {
			out = append(out, c)
		}
	}
	return out
}

// saidWords are the words of a command before the one to complete.
type saidWords struct {
	arguments []string
	flags     []string // names of the flags given
	open      *option  // the last word is a flag that waits for its value
	ended     bool     // a "--" was among them
}

// readWords is arrange for words that are not complete yet, and may be wrong.
func readWords(words []string, options []option) saidWords {
	var out saidWords
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			out.arguments = append(out.arguments, words[i+1:]...)
			out.ended = true
			return out
		case word == "-" || !strings.HasPrefix(word, "-"):
			out.arguments = append(out.arguments, word)
		default:
			o := waiting(word, options, &out)
			switch {
			case o == nil:
			case i+1 == len(words):
				out.open = o
			default:
				i++
			}
		}
	}
	return out
}

// waiting notes the flags that a word gives, and returns the one whose value
// is the next word.
func waiting(word string, options []option, said *saidWords) *option {
	name, _, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
	if o := longOrShort(options, word, name); o != nil {
		said.flags = append(said.flags, o.name)
		if given || o.isSwitch() {
			return nil
		}
		return o
	}
	letters := strings.TrimPrefix(word, "-")
	for i := range len(letters) {
		o := find(options, letters[i:i+1])
		if o == nil {
			return nil
		}
		said.flags = append(said.flags, o.name)
		if !o.isSwitch() {
			if i+1 == len(letters) {
				return o
			}
			return nil
		}
	}
	return nil
}

// powershellWord quotes a word for PowerShell, which inserts it as it is. It
// takes the typographic quotes for quotes too.
func powershellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./\\:=~+", r)
	}
	if !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	var b strings.Builder
	for _, r := range word {
		if strings.ContainsRune("'\u2018\u2019\u201a\u201b", r) {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return "'" + b.String() + "'"
}
