package transcribe

import (
	"strings"
	"unicode/utf8"
)

// plain reports whether a line holds nothing that a terminal acts upon, but
// for carriage returns at its end.
func plain(raw string) bool {
	raw = strings.TrimRight(raw, "\r")
	for i := range len(raw) {
		if c := raw[i]; c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return !strings.HasSuffix(raw, "^M")
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
	if len(text) < 2 {
		return len(text)
	}
	switch text[1] {
	case '[':
		for i := 2; i < len(text); i++ {
			if text[i] >= 0x40 && text[i] <= 0x7e {
				return i + 1
			}
		}
		return len(text)
	case ']':
		for i := 2; i < len(text); i++ {
			if text[i] == '\a' {
				return i + 1
			}
			if text[i] == 0x1b {
				return min(i+2, len(text))
			}
		}
		return len(text)
	case '(', ')', '#', '%':
		return min(3, len(text))
	}
	return 2
}

// control acts upon the sequences that editors of lines use; all others show
// nothing.
func (s *screen) control(sequence string) {
	if len(sequence) < 3 || sequence[1] != '[' {
		return
	}
	n := 0
	for _, c := range []byte(sequence[2 : len(sequence)-1]) {
		if c < '0' || c > '9' || n > maxLine {
			return
		}
		n = n*10 + int(c-'0')
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
	for text != "" {
		if strings.HasPrefix(text, "^H") || strings.HasPrefix(text, "^?") {
			out, text = out[:max(0, len(out)-1)], text[2:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		out, text = append(out, r), text[n:]
	}
	return string(out)
}

// uncorrected is what such a line sent where nothing was rubbed out: the
// bytes of the keys.
func uncorrected(text string) string {
	return strings.NewReplacer("^H", "\b", "^?", "\x7f").Replace(text)
}

func hasCaret(text string) bool { return strings.Contains(text, "^H") || strings.Contains(text, "^?") }
