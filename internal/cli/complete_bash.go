package cli

import "strings"

// bashWords takes apart what the script for bash passes on: the program as it
// was typed, the line up to the cursor, and what bash takes for the word to
// complete. bash breaks words at signs such as @, = and :, and puts a
// candidate in place of the last piece only, so cut is what has to be left
// out at the start of each.
func bashWords(args []string) (words []string, cut string) {
	if len(args) != 3 {
		return nil, ""
	}
	program, line, piece := args[0], args[1], args[2]
	words = splitLine(line)
	for i, w := range words {
		if w == program {
			words = words[i+1:]
			break
		}
	}
	if len(words) == 0 {
		return nil, ""
	}
	current := words[len(words)-1]
	if cut, ok := strings.CutSuffix(current, strings.Trim(piece, `"'`)); ok {
		return words, cut
	}
	return words, ""
}

// splitLine returns the words of the last command of a line, as a POSIX shell
// would take them; the last is where the cursor is, and may be empty.
func splitLine(line string) []string {
	var words []string
	var word strings.Builder
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == '\'' && c != '\'', quote == '"' && c != '"' && c != '\\':
			word.WriteByte(c)
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
		case c == quote:
			quote = 0
		case c == '"' || c == '\'':
			quote = c
		case strings.IndexByte(";|&()\n", c) >= 0:
			words = nil
			word.Reset()
		case c == ' ' || c == '\t':
			if word.Len() > 0 || i > 0 && (line[i-1] == '"' || line[i-1] == '\'') {
				words = append(words, word.String())
				word.Reset()
			}
		default:
			word.WriteByte(c)
		}
	}
	return append(words, word.String())
}
