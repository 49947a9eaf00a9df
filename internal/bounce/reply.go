package bounce

import (
	"strings"

	"mxprobe/internal/ascii"
)

// replyIn finds the first reply of a server in a text: where its code stands,
// and the code. An enhanced status code beside it makes it sure.
func replyIn(s string) (at int, code string) {
	for i := 0; i+3 <= len(s); i++ {
		if s[i] != '4' && s[i] != '5' || !ascii.Digit(s[i+1]) || s[i+1] > '7' || !ascii.Digit(s[i+2]) {
			continue
		}
		if i > 0 && (isAlnum(s[i-1]) || strings.IndexByte("./@=_", s[i-1]) >= 0 || s[i-1] == '-' && i > 1 && isAlnum(s[i-2])) {
			continue
		}
		if i+3 == len(s) {
			return i, s[i:]
		}
		switch rest := s[i+3:]; rest[0] {
		case '-', ' ', '#', ';', ',', ')', ':', '"', '\'':
			if next := strings.TrimLeft(rest, "-#;,):'\" "); isReplyText(next) {
				return i, s[i : i+3]
			}
		case '.', '\t', '<', ']':
			if len(rest) == 1 || rest[0] != '.' || !isAlnum(rest[1]) {
				return i, s[i : i+3]
			}
		}
	}
	return -1, ""
}

// isReplyText reports whether what follows a number may be the text of a
// reply: "550 bytes" or "450 hours" are none.
func isReplyText(next string) bool {
	word, _, _ := strings.Cut(strings.ToLower(next), " ")
	switch strings.Trim(word, ".,;:)") {
	case "bytes", "byte", "hours", "minutes", "seconds", "days", "messages", "recipients", "kb", "mb", "attempts", "times", "pm", "am":
		return false
	}
	return true
}

// statusIn finds the first enhanced status code in a text (RFC 3463 section
// 2), empty if there is none.
func statusIn(s string) string {
	for i := 0; i+5 <= len(s); i++ {
		if s[i] != '2' && s[i] != '4' && s[i] != '5' || s[i+1] != '.' {
			continue
		}
		if i > 0 && (isAlnum(s[i-1]) || strings.IndexByte("./_-@", s[i-1]) >= 0 && !afterCode(s, i)) {
			continue
		}
		if end := statusEnd(s, i); end > 0 {
			return s[i:end]
		}
	}
	return ""
}

// afterCode reports whether a dash before a place belongs to a reply code, as
// in "550-5.1.1".
func afterCode(s string, at int) bool {
	return at >= 4 && s[at-1] == '-' && ascii.Digit(s[at-2]) && ascii.Digit(s[at-3]) && s[at-4] == s[at]
}

// statusEnd returns where the enhanced status code ends that begins at a
// place, 0 if it is none.
func statusEnd(s string, from int) int {
	at := from + 2
	if !ascii.Digit(s[at]) || s[at] > '7' || at+2 >= len(s) || s[at+1] != '.' {
		return 0
	}
	end := at + 2
	for end < len(s) && ascii.Digit(s[end]) {
		end++
	}
	if n := end - at - 2; n == 0 || n > 3 {
		return 0
	}
	if end < len(s) && (isAlnum(s[end]) || s[end] == '_' || s[end] == '.' && end+1 < len(s) && ascii.Digit(s[end+1])) {
		return 0
	}
	return end
}

// remoteIn finds the server that a text says spoke: after "host", "talking
// to", "server" and the like.
func remoteIn(s string) string {
	lower := ascii.Lower(s)
	for _, mark := range [...]string{"while talking to ", "host ", "remote server ", "smtp server <", "connected to ", "giving up on ", "server at ", "mail server for ", "server for the recipient domain ", "by "} {
		for at := 0; ; {
			i := strings.Index(lower[at:], mark)
			if i < 0 {
				break
			}
			at += i + len(mark)
			if at > len(mark) && isAlnum(lower[at-len(mark)-1]) {
				continue
			}
			name := hostAtStart(strings.TrimLeft(s[at:], "([<\""))
			if strings.Contains(name, ".") && len(name) > 3 && strings.Trim(name, "0123456789.") != "" || isIPv4(name) {
				return keep(name)
			}
		}
	}
	return ""
}

func isIPv4(s string) bool {
	return strings.Count(s, ".") == 3 && strings.Trim(s, "0123456789.") == ""
}
