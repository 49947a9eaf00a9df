package transcribe

import "strings"

// reply is what a server said at once.
type reply struct {
	line     int
	code     int
	enhanced string // of its last line that has one, empty if none has
	first    string // the text of its first line
}

// isReply reports whether a line is one of a reply: a code from 200 to 599,
// then a blank, a hyphen or nothing (RFC 5321 section 4.2).
func isReply(text string) bool {
	return len(text) >= 3 && text[0] >= '2' && text[0] <= '5' && digit(text[1]) && digit(text[2]) &&
		(len(text) == 3 || text[3] == ' ' || text[3] == '-')
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// replyLine takes a line of a reply apart; more is true if another follows.
func replyLine(text string) (code int, more bool, rest string) {
	code = int(text[0]-'0')*100 + int(text[1]-'0')*10 + int(text[2]-'0')
	if len(text) > 4 {
		rest = text[4:]
	}
	more = len(text) > 3 && text[3] == '-'
	// mxprobe shows a reply of several lines by its first.
	if more && strings.HasSuffix(rest, " lines, -v shows all)") {
		more = false
	}
	return code, more, rest
}

// enhancedCode returns the enhanced status code that text begins with if it
// suits the code of the reply (RFC 2034 section 4), else nothing.
func enhancedCode(code int, text string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " "), " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || len(parts[0]) != 1 || int(parts[0][0]-'0') != code/100 || code/100 == 3 {
		return ""
	}
	for _, p := range parts[1:] {
		if len(p) < 1 || len(p) > 3 || p[0] == '0' && p != "0" {
			return ""
		}
		for i := range len(p) {
			if !digit(p[i]) {
				return ""
			}
		}
	}
	return word
}

// verb returns the first word of a command, in upper case.
func verb(text string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " \t"), " ")
	return strings.ToUpper(strings.TrimRight(word, "\t"))
}

// isVerb reports whether a word is a command of SMTP, LMTP or one of their
// extensions.
func isVerb(word string) bool {
	switch word {
	case "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP",
		"STARTTLS", "AUTH", "ETRN", "ATRN", "TURN", "XCLIENT", "XFORWARD", "BURL":
		return true
	}
	return false
}
