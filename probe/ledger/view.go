package ledger

import (
	"strings"

	"mxprobe/internal/ascii"
)

// view is a text as somebody reads it who undoes an encoding, or joins lines: at
// has where each byte of it stands in the text, and where the text ends.
type view struct {
	text []byte
	at   []int
}

func (v *view) add(c byte, at int) {
	v.text = append(v.text, c)
	v.at = append(v.at, at)
}

// stretch is a part of a view as a part of the text.
func (v *view) stretch(from, to int) stretch { return stretch{v.at[from], v.at[to]} }

// viewsOf returns the views of a text in which a secret may show that does not
// show in the text itself: what is percent-encoded (RFC 3986 section 2.1, RFC
// 2231), quoted-printable or an encoded word (RFC 2045 section 6.7, RFC 2047),
// xtext (RFC 3461 section 4), and what stands over several lines.
func viewsOf(s string) []view {
	var out []view
	if strings.IndexByte(s, '%') >= 0 {
		out = append(out, decoded(s, '%'))
	}
	if strings.IndexByte(s, '+') >= 0 {
		out = append(out, decoded(s, '+'))
	}
	if strings.IndexByte(s, '=') >= 0 {
		out = append(out, decoded(s, '='))
	}
	if i := strings.IndexByte(s, '\n'); i >= 0 && i < len(s)-1 {
		for _, plain := range []bool{false, true} {
			out = append(out, joined(s, plain, false), joined(s, plain, true))
		}
	}
	return out
}

// decoded undoes two hexadecimal digits behind a mark, in capitals or not. With
// the mark = it is quoted-printable: lines that were broken are joined, and so
// are encoded words.
func decoded(s string, mark byte) view {
	var v view
	for i := 0; i < len(s); {
		c := s[i]
		switch n := softBreak(s[i:], mark); {
		case n > 0:
			i += n
			continue
		case c == mark && i+2 < len(s) && ascii.Hex(s[i+1]) >= 0 && ascii.Hex(s[i+2]) >= 0:
			v.add(byte(ascii.Hex(s[i+1])<<4|ascii.Hex(s[i+2])), i)
			i += 3
			continue
		case c == '_' && mark == '=', c == '+' && mark == '%':
			c = ' '
		}
		v.add(c, i)
		i++
	}
	v.at = append(v.at, len(s))
	return v
}

// softBreak returns how many bytes at the start of s are there only to break a
// line, or to end an encoded word and begin the next.
func softBreak(s string, mark byte) int {
	if mark != '=' {
		return 0
	}
	if strings.HasPrefix(s, "=\r\n") {
		return 3
	}
	if strings.HasPrefix(s, "=\n") {
		return 2
	}
	rest, ok := strings.CutPrefix(s, "?=")
	if !ok {
		return 0
	}
	word := strings.TrimLeft(rest, " \t\r\n")
	if !strings.HasPrefix(word, "=?") {
		return 0
	}
	parts := strings.SplitN(word[2:min(len(word), 80)], "?", 3)
	if len(parts) < 3 {
		return 0
	}
	return len(s) - len(word) + len("=?") + len(parts[0]) + 1 + len(parts[1]) + 1
}

// joined puts lines together that may be one: what begins the next line of a
// reply, or of a field that is folded, is left out. Empty lines and those that
// part a message stay apart. With plain the enhanced status code of a line is
// left out too, with blanks those behind all that are kept.
func joined(s string, plain, blanks bool) view {
	var v view
	for i := 0; i < len(s); i++ {
		if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			continue
		}
		if s[i] != '\n' {
			v.add(s[i], i)
			continue
		}
		rest := s[i+1:]
		if strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") || strings.HasPrefix(rest, "--") {
			v.add('\n', i)
			continue
		}
		i += lineStart(rest, plain, blanks)
	}
	v.at = append(v.at, len(s))
	return v
}

// lineStart returns how many bytes at the start of a line are no text: a reply
// code, with plain an enhanced status code as well, and blanks unless they are
// kept.
func lineStart(s string, plain, blanks bool) int {
	n := 0
	if len(s) > 3 && ascii.Digits(s[:3]) && (s[3] == '-' || s[3] == ' ') {
		n = 4
	}
	if plain {
		if code, _, ok := strings.Cut(s[n:min(len(s), n+12)], " "); ok && isEnhanced(code) {
			n += len(code) + 1
		}
	}
	if blanks && n < len(s) && s[n] == '\t' {
		return n + 1 // which only folds a field
	}
	for !blanks && n < len(s) && (s[n] == ' ' || s[n] == '\t') {
		n++
	}
	return n
}

func isEnhanced(s string) bool {
	parts := strings.Split(s, ".")
	return len(parts) == 3 && ascii.Digits(parts[0]) && ascii.Digits(parts[1]) && ascii.Digits(parts[2])
}

// bare is a text without backslashes, which escape what stands behind them in a
// regular expression and between quotes, once or several times.
func bare(s string) view {
	var v view
	for i := range len(s) {
		if s[i] != '\\' {
			v.add(s[i], i)
		}
	}
	v.at = append(v.at, len(s))
	return v
}

// findInViews adds the parts of s that give a secret away to who reads it in
// another way.
func (m *mask) findInViews(found []stretch, s string) []stretch {
	for _, v := range viewsOf(s) {
		text := string(v.text)
		for _, word := range m.words {
			for from := range indices(text, word) {
				found = append(found, v.stretch(from, from+len(word)))
			}
		}
		for _, piece := range m.inside {
			for from := range indices(text, piece) {
				whole := wholeBase64(text, from, from+len(piece))
				found = append(found, v.stretch(whole.from, whole.to))
			}
		}
	}
	if strings.IndexByte(s, '\\') < 0 {
		return found
	}
	v := bare(s)
	text := string(v.text)
	for _, word := range m.words {
		if word = strings.ReplaceAll(word, `\`, ""); len(word) < minInside {
			continue
		}
		for from := range indices(text, word) {
			found = append(found, v.stretch(from, from+len(word)))
		}
	}
	return found
}

// cutWindow is how much before a cut is looked at for the beginning of a secret.
const cutWindow = 4 << 10

// findCutInViews adds the beginning of a secret that is written in another way,
// where a text was cut as result.Printable does.
func (m *mask) findCutInViews(found []stretch, s string) []stretch {
	for at := range indices(s, "... (") {
		from := max(0, at-cutWindow)
		for _, mark := range []byte{'%', '+', '='} {
			text := s[from:at]
			if i := strings.LastIndexByte(text, mark); i >= 0 && i >= len(text)-2 {
				text = text[:i] // the cut went through it
			}
			v := decoded(text, mark)
			for _, word := range m.words {
				if n := overlap(v.text, word); n >= minCut {
					found = append(found, stretch{from + v.at[len(v.text)-n], at})
				}
			}
		}
	}
	return found
}

// overlap returns how many bytes at the end of a text begin a word, which does
// not end there.
func overlap(text []byte, word string) int {
	for n := min(len(word)-1, len(text)); n > 0; n-- {
		if string(text[len(text)-n:]) == word[:n] {
			return n
		}
	}
	return 0
}

// lines hides secrets in the lines of a text, also those that stand over several
// of them. parts are what was hidden of such a one in each line.
func (m *mask) lines(text string) (out, parts []string) {
	if m == nil {
		return strings.Split(text, "\n"), nil
	}
	found := m.find(text, false)
	begin := 0
	for line := range strings.SplitSeq(text, "\n") {
		end := begin + len(line)
		var here []stretch
		for _, f := range found {
			from, to := max(f.from, begin), min(f.to, end)
			if from >= to {
				continue
			}
			here = append(here, stretch{from - begin, to - begin})
			if part := line[from-begin : to-begin]; (f.from < begin || f.to > end) && len(part) >= minInside {
				parts = append(parts, part)
			}
		}
		out = append(out, hide(line, here))
		begin = end + 1
	}
	return out, parts
}
