// Package pasted finds the answer of a mail server in what people paste: a
// reply as it came, a line of the log of Postfix, Exim, Sendmail or qmail, a
// field of a delivery report, a message of a program or library. It is a pure
// function of the text.
package pasted

import (
	"strings"

	"mxprobe/internal/ascii"
	"mxprobe/probe/causes"
	"mxprobe/probe/diagnosis"
)

// MaxText is how many octets of one text are read; what stands behind them is
// left out.
const MaxText = 16 << 10

// Answer is what a text says that a server answered.
type Answer struct {
	diagnosis.Seen
	// Reply is the answer as one line, without what the log put around it.
	Reply string
}

// Find returns the answer in a text of one or several lines, which may be a
// reply of several lines. ok is false if there is none.
func Find(text string) (a Answer, ok bool) {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 1 {
		if a, ok := ofReply(lines); ok {
			return a, true
		}
	}
	line := strings.TrimSpace(strings.Join(trimmed(lines), " "))
	if line == "" {
		return a, false
	}
	for _, find := range [...]func(string) (Answer, bool){ofQmail, ofPlain, ofField, ofSaid, ofReject, ofExim, ofSendmail, ofStatus, ofAnywhere} {
		if a, ok := find(line); ok {
			return a, true
		}
	}
	return ofWords(line)
}

func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimSpace(l)
	}
	return out
}

// ofReply takes lines that all begin with a reply code, perhaps behind a mark
// of who spoke.
func ofReply(lines []string) (a Answer, ok bool) {
	for _, line := range lines {
		line = unmarked(line)
		if line == "" {
			continue
		}
		code, rest, ok := cutCode(line)
		if !ok || a.Code != 0 && code != a.Code {
			return Answer{}, false
		}
		a.Code = code
		a.Lines = append(a.Lines, rest)
		a.Reply = strings.TrimSpace(a.Reply + " " + line)
	}
	return a, a.Code != 0
}

// unmarked takes the mark from a line that says that the server spoke: "<<< ",
// "S: " and what swaks, curl and others put there.
func unmarked(line string) string {
	line = strings.TrimSpace(line)
	for _, mark := range [...]string{"<<<", "<**", "<~*", "<--", "<-", "<=", "<", "S:", "S>", "Out:", "->"} {
		if rest, ok := strings.CutPrefix(line, mark); ok {
			if rest = strings.TrimSpace(rest); startsWithCode(rest) {
				return rest
			}
		}
	}
	return strings.TrimLeft(line, `"'`)
}

// ofPlain takes a text that begins with a reply code.
func ofPlain(line string) (Answer, bool) {
	return reply(unmarked(line), 0)
}

// reply makes an answer of a text that begins with a reply code.
func reply(text string, at diagnosis.Stage) (a Answer, ok bool) {
	text = strings.TrimSpace(text)
	code, rest, ok := cutCode(text)
	if !ok {
		return a, false
	}
	a.At, a.Code, a.Lines, a.Reply = at, code, []string{rest}, text
	return a, true
}

func startsWithCode(s string) bool {
	_, _, ok := cutCode(s)
	return ok
}

// cutCode takes a reply code (RFC 5321 section 4.2) from the beginning.
func cutCode(s string) (code int, rest string, ok bool) {
	if len(s) < 3 || s[0] < '2' || s[0] > '5' || !ascii.Digit(s[1]) || !ascii.Digit(s[2]) {
		return 0, "", false
	}
	if len(s) > 3 && s[3] != ' ' && s[3] != '-' && s[3] != '\t' && s[3] != ':' && s[3] != ';' && s[3] != ',' {
		return 0, "", false
	}
	code = int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
	if len(s) > 3 {
		rest = strings.TrimSpace(s[4:])
	}
	return code, rest, true
}

// ofAnywhere takes the first place that looks like a reply: a code of a
// failure, and an enhanced status code or a word behind it.
func ofAnywhere(line string) (a Answer, ok bool) {
	for i := 0; i+4 < len(line); i++ {
		if line[i] != '4' && line[i] != '5' || i > 0 && !strings.ContainsRune(" :;'\"(,[>\t", rune(line[i-1])) {
			continue
		}
		code, rest, ok := cutCode(line[i:])
		if !ok || rest == "" {
			continue
		}
		rest = strings.TrimPrefix(strings.TrimLeft(rest, " ,"), "b'")
		rest = strings.TrimRight(rest, `'"]}`)
		if strings.Count(rest, ")") > strings.Count(rest, "(") {
			rest = strings.TrimRight(strings.TrimSuffix(rest, ")"), `'"`)
		}
		if rest == "" || !letter(rest[0]) && rest[0] != '<' && rest[0] != '#' && !enhanced(rest) {
			continue
		}
		separator := " "
		if line[i+3] == '-' {
			separator = "-"
		}
		a.Code, a.Lines, a.Reply = code, []string{rest}, line[i:i+3]+separator+rest
		return a, true
	}
	return a, false
}

func letter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' || b >= 0x80 }

// enhanced reports whether a text begins with an enhanced status code.
func enhanced(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	parts := strings.Split(strings.TrimRight(word, ":;,-"), ".")
	if len(parts) != 3 || parts[0] != "4" && parts[0] != "5" {
		return false
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// ofWords takes a text without any code, where the table knows its words.
func ofWords(line string) (a Answer, ok bool) {
	a.Lines, a.Reply = []string{line}, line
	if enhanced(line) {
		return a, true
	}
	return a, diagnosis.Diagnose(a.Seen).Cause != causes.Unknown
}
