package transcribe

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// plain reports whether a line holds nothing that a terminal acts upon, but
// for carriage returns at its end.
func plain(raw string) bool {
	raw = strings.TrimRight(raw, "\r")
	return !strings.HasSuffix(raw, "^M") && !strings.ContainsFunc(raw, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f })
}

// screen is one line of a terminal.
type screen struct {
	cells  []rune
	at     int
	backed bool // a backspace was the last that came
}

// onTerminal returns a line as a terminal would show it: corrections applied,
// control sequences and carriage returns gone. Backspaces at the end of a line
// rub out, whether or not blanks were written over what they pass.
func onTerminal(raw string) string {
	raw = strings.TrimRight(raw, "\r")
	for strings.HasSuffix(raw, "^M") { // from cat -v
		raw = strings.TrimRight(strings.TrimSuffix(raw, "^M"), "\r")
	}
	var s screen
	for i := 0; i < len(raw); {
		if raw[i] == 0x1b {
			n := escapeLength(raw[i:])
			s.control(raw[i : i+n])
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(raw[i:])
		s.put(r)
		i += n
	}
	if s.backed {
		s.cells = s.cells[:s.at]
	}
	return string(s.cells)
}

func (s *screen) put(r rune) {
	switch {
	case r == '\b':
		s.at, s.backed = max(0, s.at-1), true
		return
	case r == '\r':
		s.at = 0
		return
	case r < 0x20 && r != '\t', r == 0x7f:
		return
	}
	s.backed = false
	if s.at < len(s.cells) {
		s.cells[s.at] = r
	} else {
		s.cells = append(s.cells, r)
	}
	s.at++
}

// escapeLength returns how many bytes the control sequence at the start of
// text has (ECMA-48, and the titles that xterm takes).
func escapeLength(text string) int {
	end := len(text)
	switch {
	case end < 2:
	case text[1] == '[':
		if i := strings.IndexFunc(text[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e }); i >= 0 {
			end = i + 3
		}
	case text[1] == ']': // up to a bell, or to an escape with what follows it
		if i := strings.IndexAny(text[2:], "\a\x1b"); i >= 0 {
			end = i + 3 + strings.Count(text[i+2:i+3], "\x1b")
		}
	case strings.IndexByte("()#%", text[1]) >= 0:
		end = 3
	default:
		end = 2
	}
	return min(end, len(text))
}

// control acts upon the sequences that editors of lines use; all others show
// nothing.
func (s *screen) control(sequence string) {
	if len(sequence) < 3 || sequence[1] != '[' {
		return
	}
	n, err := strconv.Atoi("0" + sequence[2:len(sequence)-1])
	if err != nil || n > maxLine {
		return
	}
	given := max(1, n)
	switch sequence[len(sequence)-1] {
	case 'C':
		s.at = min(len(s.cells), s.at+given)
	case 'D':
		s.at = max(0, s.at-given)
	case 'G':
		s.at = min(len(s.cells), given-1)
	case 'K':
		if n == 0 {
			s.cells = s.cells[:s.at]
		}
	case 'P':
		s.cells = append(s.cells[:s.at], s.cells[min(len(s.cells), s.at+given):]...)
	}
}

// corrected applies the corrections in a line as typed where the terminal
// showed them as ^H or ^? instead of rubbing out.
func corrected(text string) string {
	var out []rune
	for _, r := range uncorrected(text) {
		if r == '\b' || r == 0x7f {
			out = out[:max(0, len(out)-1)]
		} else {
			out = append(out, r)
		}
	}
	return string(out)
}

// uncorrected is what such a line sent where nothing was rubbed out: the
// bytes of the keys.
func uncorrected(text string) string {
	return strings.NewReplacer("^H", "\b", "^?", "\x7f").Replace(text)
}

func hasCaret(text string) bool { return uncorrected(text) != text }
