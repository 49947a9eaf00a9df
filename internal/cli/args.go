package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/spelling"
)

// arranged is a command's argv with the flags in front, each in one word
// (--name=value, or --name for a switch), because the flag library stops at
// the first argument that is none.
type arranged struct {
	flags     []string
	options   []*option // those of flags, each once
	arguments []string
	help      bool // -h or --help was among them
	version   bool // -V or --version was
}

// add adds a flag that was given, in one word.
func (a *arranged) add(o *option, word string) {
	a.flags = append(a.flags, word)
	if !slices.Contains(a.options, o) {
		a.options = append(a.options, o)
	}
}

// arrange sorts args into flags and arguments. A flag may stand anywhere
// before a "--", which ends the flags. Short flags may be joined (-nv, -vv),
// and a value may follow its short flag at once where it does not begin with
// a letter (-p25). The value of a flag is the next word, whatever it is,
// unless that word is itself a flag of the command.
func arrange(args []string, options []option) (arranged, error) {
	var out arranged
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case word == "--":
			out.arguments = append(out.arguments, args[i+1:]...)
			return out, nil
		case word == "-" || !strings.HasPrefix(word, "-"):
			out.arguments = append(out.arguments, word)
		default:
			took, err := out.flag(args[i:], options)
			if err != nil {
				return out, err
			}
			i += took
		}
	}
	return out, nil
}

// flag takes the flag at the head of words and reports how many further words
// belong to it.
func (a *arranged) flag(words []string, options []option) (took int, err error) {
	word := words[0]
	if a.common(word) {
		return 0, nil
	}
	name, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
	o := longOrShort(options, word, name)
	if o == nil {
		return 0, a.cluster(words, options)
	}
	switch {
	case given:
	case o.isSwitch():
		a.add(o, "--"+o.name)
		return 0, nil
	case len(words) < 2:
		return 0, usagef("%s needs a value (%s)", shown(word), strings.TrimLeft(o.flags(), " "))
	case isFlag(options, words[1]):
		return 0, usagef("%s needs a value, but the flag %s follows", shown(word), words[1])
	default:
		value, took = words[1], 1
	}
	a.add(o, "--"+o.name+"="+value)
	return took, nil
}

// common takes the flags that every command has.
func (a *arranged) common(word string) bool {
	switch word {
	case "-h", "--help", "-help":
		a.help = true
	case "-V", "--version", "-version":
		a.version = true
	default:
		return false
	}
	return true
}

// longOrShort finds the option that word names. One hyphen is enough for a
// long name, but two never make a short one.
func longOrShort(options []option, word, name string) *option {
	o := find(options, name)
	if o != nil && strings.HasPrefix(word, "--") && o.name != name {
		return nil
	}
	return o
}

// cluster takes switches joined in one word, the last of which may be a flag
// with its value (-nv, -vp25), or says what is wrong with the word.
func (a *arranged) cluster(words []string, options []option) error {
	word := words[0]
	letters := strings.TrimPrefix(word, "-")
	if strings.HasPrefix(letters, "-") {
		return unknownFlag(word, options)
	}
	for i := range len(letters) {
		o := find(options, letters[i:i+1])
		if o == nil {
			return unknownFlag(word, options)
		}
		if o.isSwitch() {
			a.add(o, "--"+o.name)
			continue
		}
		value := letters[i+1:]
		if value == "" || isLetter(value[0]) {
			// -domian is more likely a slip than the domain "omian".
			if near := spelling.Nearest("-"+word, flagNames(options)); near != "" {
				return unknownFlag("-"+word, options)
			}
			return usagef("unknown flag %s (a value follows its flag after a blank: -%s %s)", shown(word), o.short, shown(value))
		}
		a.add(o, "--"+o.name+"="+value)
		break
	}
	return nil
}

func unknownFlag(word string, options []option) error {
	name, _, _ := strings.Cut(word, "=")
	if meant := otherFlag(strings.TrimLeft(name, "-"), options); meant != "" {
		return usagef("unknown flag %s (write %s)", shown(name), meant)
	}
	return usagef("unknown flag %s%s", shown(name), spelling.DidYouMean(name, flagNames(options)))
}

// otherFlag returns what is written for a flag that other programs have, if
// the command can do it; nothing if not.
func otherFlag(name string, options []option) string {
	var meant, value string
	switch name {
	case "rcpt", "rcpt-to", "recipient", "mail-to":
		meant, value = "to", " ADDR"
	case "sender", "mail-from", "envelope-from":
		meant, value = "from", " ADDR"
	case "ehlo", "hello", "lhlo", "fqdn":
		meant, value = "helo", " NAME"
	case "host", "hostname", "target", "mx", "s":
		meant, value = "server", " HOST"
	case "nameserver", "resolver":
		meant, value = "dns", " ADDR"
	case "ipv4-only", "inet4":
		meant = "ipv4"
	case "ipv6-only", "inet6":
		meant = "ipv6"
	case "no-verify", "no-check-certificate", "skip-verify":
		meant = "insecure"
	case "proto", "output", "out":
		meant, value = "format", " FORMAT"
	case "auth", "a", "auth-user", "au", "auth-password", "ap", "user", "password", "login":
		return inScenario(options, "auth:", "@submission")
	case "header", "add-header", "subject", "body", "data", "message":
		return inScenario(options, "message:", "@send")
	case "attach", "attachment", "attach-type", "attach-name":
		return inScenario(options, "attach: beside message:", "@send")
	default:
		if o := find(options, "format"); o != nil && slices.Contains(o.choices(), name) {
			return "--format " + name
		}
	}
	if meant == "" || find(options, meant) == nil {
		return ""
	}
	return "--" + meant + value
}

// inScenario says what a scenario has in place of a flag, for a command that
// plays one.
func inScenario(options []option, key, example string) string {
	if find(options, "vars-file") == nil {
		return ""
	}
	return key + " in a scenario; mxprobe init " + example + " makes one to start from"
}

func flagNames(options []option) []string {
	names := []string{"--help", "--version"}
	for i := range options {
		names = append(names, "--"+options[i].name)
	}
	return names
}

// isFlag reports whether word is a flag of the command and not a value.
func isFlag(options []option, word string) bool {
	name, ok := strings.CutPrefix(word, "--")
	if ok {
		name, _, _ = strings.Cut(name, "=")
		return name == "" || name == "help" || name == "version" || longOrShort(options, "--", name) != nil
	}
	name, ok = strings.CutPrefix(word, "-")
	return ok && len(name) == 1 && (name == "h" || name == "V" || find(options, name) != nil)
}

// shown quotes a word of the user only where that makes it clearer.
func shown(word string) string {
	if word == "" || strings.IndexFunc(word, special) >= 0 {
		return fmt.Sprintf("%q", word)
	}
	return word
}

// maxExcerpt is how many characters of a line that is no good are shown.
const maxExcerpt = 60

// excerpt quotes a line of a file, of which only the begin may be text: a
// file may be another than was meant.
func excerpt(line string) string {
	n := 0
	for i := range line {
		if n++; n > maxExcerpt {
			return strconv.Quote(line[:i]) + "..."
		}
	}
	return strconv.Quote(line)
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
