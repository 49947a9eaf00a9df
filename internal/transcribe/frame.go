package transcribe

import (
	"maps"
	"slices"
	"strings"

	"mxprobe/internal/ascii"
)

// frame is what stands around the lines of a session: the format that says
// whose they are, and before that the words of a logger or the marks of quoted
// mail, each as a pattern; see pattern.
type frame struct {
	format *format
	prefix string
}

const (
	maxPrefix = 12   // words before a line
	maxLooked = 4000 // lines from which the frame is found
)

// tally is what was found of a frame.
type tally struct{ replies, commands int }

// better reports whether a frame with this tally is to be preferred. One that
// marks commands needs one of them.
func (t tally) better(f frame, than tally, other frame) bool {
	if n, most := t.replies+t.commands, than.replies+than.commands; n != most {
		return n > most
	}
	return strings.Count(f.prefix, " ") < strings.Count(other.prefix, " ") || f.prefix == "" && other.prefix != ""
}

// findFrame returns the frame in which most ends of replies and commands stand;
// of several such the one with the shortest prefix, then the first in the table.
func findFrame(lines []line) frame {
	all := formats()
	tallies := make([]map[string]tally, len(all))
	for i := range all {
		tallies[i] = map[string]tally{}
	}
	for _, l := range lines[:min(len(lines), maxLooked)] {
		prefix, rest := "", l.text
		for range maxPrefix {
			for i := range all {
				all[i].count(rest, prefix, tallies[i])
			}
			word, tail := cutWord(rest)
			if tail == "" {
				break
			}
			prefix, rest = strings.TrimLeft(prefix+" ", " ")+pattern(word, prefix == ""), tail
		}
	}
	best, most := frame{format: &all[len(all)-1]}, tally{}
	for i := range all {
		for _, prefix := range slices.Sorted(maps.Keys(tallies[i])) {
			f, t := frame{&all[i], prefix}, tallies[i][prefix]
			if t.replies > 0 && (t.commands > 0 || all[i].bare()) && t.better(f, most, best) {
				best, most = f, t
			}
		}
	}
	return best
}

// count counts a line that shows that it is in the format: it ends a reply, or
// is a command.
func (f *format) count(text, prefix string, tallies map[string]tally) {
	who, text := f.side(text)
	if f.quoted {
		text = strings.TrimLeft(text, `b'"`)
	}
	t := tallies[prefix]
	switch {
	case who == server && isReply(text):
		if _, more, _ := replyLine(text); more {
			return
		}
		t.replies++
	case (who == client || who == unmarked && f.bare()) && isVerb(verb(text)):
		t.commands++
	default:
		return
	}
	tallies[prefix] = t
}

// cutWord takes the first word off a line, with the one blank behind it.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeft(text, " \t")
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end+1:]
}

// pattern is what words of a prefix have in common: [10:00:01] is [0:0:0]. A
// word with letters behind the first one may be any: DEBUG, an identifier.
func pattern(word string, first bool) string {
	var out []byte
	letters := false
	for i := range len(word) {
		c := word[i]
		switch {
		case ascii.Digit(c):
			c = '0'
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			c, letters = 'a', true
		}
		if n := len(out); n == 0 || out[n-1] != c || c != '0' && c != 'a' {
			out = append(out, c)
		}
	}
	if letters && !first {
		return "*"
	}
	return string(out)
}

// cut takes the prefix off a line, and returns the name that a logger gives a
// connection, from brackets at its end; ok is false if the line does not have it.
func (f frame) cut(text string) (rest, thread string, ok bool) {
	if f.prefix == "" {
		return text, "", true
	}
	rest = text
	for i, want := range strings.Fields(f.prefix) {
		var word string
		word, rest = cutWord(rest)
		if got := pattern(word, i == 0); word == "" || got != want && want != "*" {
			return text, "", false
		}
		_, thread, _ = strings.Cut(word, "[")
	}
	if shape := pattern(thread, true); strings.HasPrefix(shape, "0:0") || strings.HasPrefix(shape, "0-0") { // a time
		thread = ""
	}
	return rest, thread, true
}

// unwrapped takes off what stands around a session. Lines outside of it are left
// out, and said so. Where connections are mixed in a log, each comes by itself.
func (r *reader) unwrapped(lines []line) []line {
	r.frame = findFrame(lines)
	strict := strings.HasPrefix(r.prefix, ">")
	threads := map[string]int{"": 0}
	parts := [][]line{nil}
	thread := ""
	for _, l := range lines {
		rest, name, ok := r.cut(l.text)
		if !ok && strict {
			rest = r.leftOut(l, "it is not quoted as the session is")
		}
		if ok {
			thread = name
		}
		l.text = rest
		if _, known := threads[thread]; !known {
			threads[thread] = len(parts)
			parts = append(parts, nil)
		}
		parts[threads[thread]] = append(parts[threads[thread]], l)
	}
	var out []line
	for _, part := range parts {
		out = append(out, part...)
	}
	r.unfence(out)
	r.outdent(out)
	return out
}

// leftOut says that a line is no part of the session.
func (r *reader) leftOut(l line, why string) string {
	if strings.TrimSpace(l.text) != "" {
		r.remark(l.number, "left out: %s", why)
	}
	return ""
}

// shows reports whether a line is one of a reply.
func (r *reader) shows(text string) bool {
	who, text := r.format.side(text)
	return who == server && isReply(strings.TrimLeft(text, `b'"`))
}

// unfence keeps what stands between the fences of Markdown, where all replies do.
func (r *reader) unfence(lines []line) {
	inside, fences := false, 0
	outside := make([]bool, len(lines))
	for i, l := range lines {
		text := strings.TrimSpace(l.text)
		fence := strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~")
		if outside[i] = fence || !inside; fence {
			inside = !inside
			fences++
		} else if !inside && r.shows(text) {
			return
		}
	}
	for i := range lines {
		if text := strings.TrimSpace(lines[i].text); fences > 1 && outside[i] {
			if lines[i].text = ""; !strings.HasPrefix(text, "```") && !strings.HasPrefix(text, "~~~") {
				r.leftOut(line{number: lines[i].number, text: text}, "it stands outside of the session")
			}
		}
	}
}

// outdent takes off the blanks that all replies have before them; where replies
// bear no mark, lines without these blanks are no part of the session.
func (r *reader) outdent(lines []line) {
	blanks, found := "", false
	for _, l := range lines {
		if !r.shows(l.text) {
			continue
		}
		set := l.text[:len(l.text)-len(strings.TrimLeft(l.text, " \t"))]
		if found && !strings.HasPrefix(set, blanks) {
			blanks = ""
		}
		if !found {
			blanks, found = set, true
		}
	}
	for i := range lines {
		if rest, ok := strings.CutPrefix(lines[i].text, blanks); ok {
			lines[i].text = rest
		} else if r.format.typed() {
			lines[i].text = r.leftOut(lines[i], "it is not set in as the session is")
		}
	}
}
