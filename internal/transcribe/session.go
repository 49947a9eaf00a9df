package transcribe

import "fmt"

// session is one connection.
type session struct {
	line      int
	host      string
	port      int
	greeting  *reply
	exchanges []*exchange
	closed    bool // the server closed the connection
	implicit  bool // TLS from the first byte
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
	odd   bool // what was sent is not UTF-8
	verb  string

	text   []string // of a message, dots undone
	hidden bool     // the session does not show it
	auth   *auth
	needed int // octets of a chunk still to come

	replies  []*reply // several for a message in LMTP
	accepted int      // recipients of the transaction, for LMTP
	closed   bool     // the server closed the connection instead
}

// answered reports whether everything that belongs to the exchange came.
func (e *exchange) answered() bool { return len(e.replies) > 0 }

// alone reports whether a reply with this code can only be meant for such an
// exchange (RFC 5321 section 4.2.3, RFC 4954 section 6).
func (e *exchange) alone(code int) bool {
	return code == 221 && e.verb == "QUIT" || code == 354 && e.verb == "DATA" || code == 334 && e.kind == login
}

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
	if len(s.exchanges) == 0 {
		return nil
	}
	switch e := s.exchanges[0]; {
	case e.kind == listen:
		return fmt.Errorf(unasked, e.line)
	case e.verb != "EHLO" && e.verb != "HELO" && e.verb != "LHLO":
		return fmt.Errorf("line %d: the session has no greeting and no EHLO: it begins in the middle", e.line)
	}
	return nil
}

// usable reports whether something can be played: a command with its reply,
// or a greeting that refuses.
func (s *session) usable() bool {
	for _, e := range s.exchanges {
		if e.kind != listen && (e.answered() || e.closed) {
			return true
		}
	}
	return s.greeting != nil && s.greeting.code != 220
}
