package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// response is one response of a server (RFC 9051 section 7), with the literals
// in it.
type response struct {
	tag    string // "*", "+" or that of a command
	number uint32 // of a message, 0 where there is none
	kind   string // in upper case: OK, NO, BAD, BYE, PREAUTH, SEARCH, FETCH ...
	rest   []byte // what follows kind
}

// status reports whether a response has a text for people, in which braces and
// quotes mean nothing.
func (r *response) status() bool {
	switch r.kind {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// parseResponse takes a line apart.
func parseResponse(line []byte) response {
	var r response
	tag, rest, _ := bytes.Cut(line, []byte(" "))
	r.tag, r.rest = string(tag), rest
	if r.tag == "+" {
		return r
	}
	word, rest, _ := bytes.Cut(r.rest, []byte(" "))
	if n, err := strconv.ParseUint(string(word), 10, 32); err == nil && r.tag == "*" {
		r.number = uint32(n)
		word, rest, _ = bytes.Cut(rest, []byte(" "))
	}
	r.kind, r.rest = strings.ToUpper(string(word)), rest
	return r
}

// code splits the text of a status response into its code, in upper case, what
// the code says, and the text for people: "[UIDNEXT 17] Predicted".
func (r *response) code() (name, value, text string) {
	rest := string(r.rest)
	inner, ok := strings.CutPrefix(rest, "[")
	if !ok {
		return "", "", rest
	}
	inner, text, ok = strings.Cut(inner, "]")
	if !ok {
		return "", "", rest
	}
	name, value, _ = strings.Cut(inner, " ")
	return strings.ToUpper(name), value, strings.TrimSpace(text)
}

// literal returns how many bytes follow a line as a literal.
func literal(line []byte) (n uint64, ok bool) {
	if len(line) == 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return 0, false
	}
	digits := string(line[open+1 : len(line)-1])
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		n = 1<<64 - 1 // more than anybody takes
	}
	return n, true
}

// A token is a piece of a response: an atom, a string, or a parenthesis.
type token struct {
	kind tokenKind
	text []byte
}

type tokenKind byte

const (
	end  tokenKind = iota
	atom           // also numbers, flags and NIL
	str            // quoted or a literal
	open           // (
	shut           // )
)

// lexer takes the data of a response apart, one token after the other. It has
// no opinion on how deep parentheses go: a reader that passes something over
// counts them.
type lexer struct{ rest []byte }

// next returns the next token; end also where what follows is no token.
func (l *lexer) next() token {
	l.rest = bytes.TrimLeft(l.rest, " ")
	if len(l.rest) == 0 {
		return token{}
	}
	switch l.rest[0] {
	case '(':
		l.rest = l.rest[1:]
		return token{kind: open}
	case ')':
		l.rest = l.rest[1:]
		return token{kind: shut}
	case '"':
		return l.quoted()
	case '{':
		return l.literal()
	case '~':
		if bytes.HasPrefix(l.rest, []byte("~{")) {
			l.rest = l.rest[1:]
			return l.literal()
		}
	}
	return l.atom()
}

func (l *lexer) stop() token {
	l.rest = nil
	return token{}
}

func (l *lexer) quoted() token {
	var text []byte
	for at := 1; at < len(l.rest); at++ {
		switch c := l.rest[at]; c {
		case '"':
			l.rest = l.rest[at+1:]
			return token{str, text}
		case '\\':
			if at++; at < len(l.rest) {
				text = append(text, l.rest[at])
			}
		case '\r', '\n':
			return l.stop()
		default:
			text = append(text, c)
		}
	}
	return l.stop()
}

// literal reads {3}CRLF and three bytes: so they stand in a response.
func (l *lexer) literal() token {
	line, rest, ok := bytes.Cut(l.rest, []byte("\r\n"))
	n, is := literal(line)
	if !ok || !is || n > uint64(len(rest)) || bytes.IndexByte(line, '{') != 0 {
		return l.stop()
	}
	l.rest = rest[n:]
	return token{str, rest[:n]}
}

// atom reads up to a blank or a parenthesis. What stands between brackets, as
// in BODY[HEADER.FIELDS (TO)], belongs to it.
func (l *lexer) atom() token {
	at, inside := 0, false
	for ; at < len(l.rest); at++ {
		c := l.rest[at]
		switch {
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		}
		if c == '\r' || c == '\n' || !inside && (c == ' ' || c == '(' || c == ')' || c == '"') {
			break
		}
	}
	if at == 0 {
		return l.stop() // a line that ends where none may
	}
	text := l.rest[:at]
	l.rest = l.rest[at:]
	return token{atom, text}
}

// pass passes over a value whose first token was read already, however deep
// it is.
func (l *lexer) pass(first token) {
	if first.kind != open {
		return
	}
	for depth := 1; depth > 0; {
		switch l.next().kind {
		case open:
			depth++
		case shut:
			depth--
		case end:
			return
		}
	}
}
