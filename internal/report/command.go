package report

import "strings"

// command writes a command behind a label. It is there to be copied: where it
// is too long for a line it is broken between words alone, in the way that a
// POSIX shell joins again.
func (p *page) command(indent, label, command string, whole bool) {
	lines := []string{command}
	if p.width > 0 && !whole {
		lines = brokenAtWords(command, p.width-cells(indent)-max(cells(label), len(continuation)))
	}
	for i, l := range lines {
		if i < len(lines)-1 {
			l += ` \`
		}
		p.line(indent, label, l)
		label = continuation
	}
}

// continuation stands before the further lines of a command.
const continuation = "    "

// brokenAtWords breaks a command line of a POSIX shell between words, outside of
// single quotes. Each line but the last has room for a blank and a backslash
// within the width; a longer word has a line of its own.
func brokenAtWords(command string, width int) []string {
	if cells(command) <= width {
		return []string{command}
	}
	var lines []string
	line := ""
	for _, word := range withValues(shellWords(command)) {
		switch {
		case line == "":
			line = word
		case cells(line)+1+cells(word)+2 <= width || strings.HasPrefix(strings.TrimLeft(word, "'"), "::"):
			line += " " + word // a CI system may take a line that begins with :: for a command
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// withValues joins each flag with the word behind it.
func withValues(words []string) []string {
	var joined []string
	flag := false
	for _, w := range words {
		begins := strings.HasPrefix(w, "-")
		if flag && !begins {
			joined[len(joined)-1] += " " + w
		} else {
			joined = append(joined, w)
		}
		flag = begins
	}
	return joined
}

// shellWords takes a command line apart at blanks that are in no quotes.
func shellWords(command string) []string {
	var words []string
	start, quoted := 0, false
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
		case c == ' ' && !quoted:
			words = append(words, command[start:i])
			start = i + 1
		}
	}
	return append(words, command[start:])
}
