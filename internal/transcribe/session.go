package transcribe

import (
	"fmt"
	"slices"
	"strings"

	"mxprobe/internal/ascii"
)

// target is where a connection goes, as far as it is known.
type target struct {
	host     string
	port     int
	implicit bool // TLS from the first byte
}

// session is one connection.
type session struct {
	target
	line      int
	greeting  *reply
	exchanges []*exchange
	lmtp      bool
	login     bool // AUTH was sent
	prdr      bool // the transaction asked for a reply for each recipient
}

// kind says what was sent.
type kind uint8

const (
	command kind = iota // a line
	message             // the text after 354, with its lone dot
	chunk               // BDAT with its octets
	login               // AUTH and what follows
	listen              // nothing: the reply came unasked
)

// exchange is something that was sent, and what came back.
type exchange struct {
	kind  kind
	line  int
	group int // lines of one number were sent before the first reply to them
	sent  string
	verb  string

	text   []string // of a message, dots undone
	marked bool     // its lines bear marks
	hidden bool     // the session does not show it
	auth   *auth
	needed int // octets of a chunk still to come

	replies  []*reply // several for a message in LMTP
	accepted int      // recipients of the transaction, for LMTP
	closed   bool     // the server closed the connection instead
}

// reply is what a server said at once.
type reply struct {
	line     int
	code     int
	enhanced string // of its last line that has one, empty if none has
	tls      bool   // its mark says that it came through TLS
}

// answered reports whether something came of the exchange.
func (e *exchange) answered() bool { return len(e.replies) > 0 || e.closed }

// alone reports whether a reply with this code can only be meant for such an
// exchange (RFC 5321 section 4.2.3, RFC 4954 section 6).
func (e *exchange) alone(code int) bool {
	return code == 221 && e.verb == "QUIT" || code == 354 && e.verb == "DATA" || code == 334 && e.kind == login
}

// awaits reports whether more replies belong to a message: one for each
// recipient in LMTP; in PRDR these stand between a 353 and the last one.
func (e *exchange) awaits(s *session) bool {
	switch {
	case e.kind != message:
		return false
	case s.lmtp:
		return len(e.replies) < e.accepted
	}
	return s.prdr && e.replies[0].code == 353 && len(e.replies) < e.accepted+2
}

// stray reports whether an exchange is a line that is no command.
func (e *exchange) stray() bool { return e.kind == command && !isVerb(e.verb) }

// code is the code of the last reply, 0 where there is none.
func (e *exchange) code() int {
	if len(e.replies) == 0 {
		return 0
	}
	return e.replies[len(e.replies)-1].code
}

// whole returns an error for what is no session from its greeting or EHLO on:
// what came before it decides what the rest means.
func (s *session) whole() error {
	const unasked = "line %d: the session has no greeting, and begins with a reply to nothing"
	if g := s.greeting; g != nil {
		if g.code != 220 && g.code < 400 {
			return fmt.Errorf(unasked, g.line)
		}
		return nil
	}
	if len(s.exchanges) > 0 && !isHello(s.exchanges[0].verb) {
		return fmt.Errorf("line %d: the session has no greeting and no EHLO: it begins in the middle", s.exchanges[0].line)
	}
	return nil
}

// usable reports whether something can be played: a command with its reply,
// or a greeting that refuses.
func (s *session) usable() bool {
	return s.greeting != nil && s.greeting.code != 220 ||
		slices.ContainsFunc(s.exchanges, func(e *exchange) bool { return isVerb(e.verb) && e.answered() })
}

// isReply reports whether a line is one of a reply: a code from 200 to 599,
// then a blank, a hyphen or nothing (RFC 5321 section 4.2).
func isReply(text string) bool {
	return len(text) >= 3 && text[0] >= '2' && text[0] <= '5' && ascii.Digit(text[1]) && ascii.Digit(text[2]) &&
		(len(text) == 3 || text[3] == ' ' || text[3] == '-')
}

// codeOf is the code of a line of a reply.
func codeOf(text string) int {
	code, _, _ := replyLine(text)
	return code
}

// replyLine takes a line of a reply apart; more is true if another follows.
func replyLine(text string) (code int, more bool, rest string) {
	code = int(text[0]-'0')*100 + int(text[1]-'0')*10 + int(text[2]-'0')
	rest = text[min(4, len(text)):]
	// mxprobe shows a reply of several lines by its first.
	more = len(text) > 3 && text[3] == '-' && !strings.HasSuffix(rest, " lines, -v shows all)")
	return code, more, rest
}

// enhancedCode returns the enhanced status code that text begins with if it
// suits the code of the reply (RFC 2034 section 4), else nothing.
func enhancedCode(code int, text string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(text, " "), " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != string(rune('0'+code/100)) || code/100 == 3 {
		return ""
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || p[0] == '0' && p != "0" || strings.Trim(p, "0123456789") != "" {
			return ""
		}
	}
	return word
}

// verb returns the first word of a command, in upper case.
func verb(text string) string {
	word, _ := cutWord(text)
	return strings.ToUpper(word)
}

// isVerb reports whether a word is a command of SMTP, LMTP or one of their
// extensions.
func isVerb(word string) bool {
	switch word {
	case "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP",
		"STARTTLS", "AUTH", "ETRN", "ATRN", "TURN", "XCLIENT", "XFORWARD", "BURL":
		return true
	}
	return isHello(word)
}

func isHello(word string) bool { return word == "EHLO" || word == "HELO" || word == "LHLO" }
