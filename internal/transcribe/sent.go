package transcribe

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// command takes in a line that was sent.
func (r *reader) command(l *line, text string) {
	s := r.session(l)
	r.commands++
	if r.partial != nil {
		r.remark(r.partial.line, "this reply has no last line")
		r.settle(l, 0)
		s = r.session(l)
	}
	if n := len(r.queue); n > 0 && r.queue[n-1].kind == login && r.queue[n-1].auth.takes(text) {
		r.queue[n-1].auth.respond(text)
		return
	}
	r.refused = false
	v := verb(text)
	if n := len(r.queue); n > 0 && r.queue[n-1].verb == "DATA" && r.queue[n-1].kind == command {
		// Sent without waiting for the 354.
		r.writing = r.begin(&exchange{kind: message, line: l.number})
		r.content(l, text)
		return
	}
	e := &exchange{line: l.number, sent: text, verb: v, odd: !utf8.ValidString(text)}
	switch v {
	case "AUTH":
		e.kind, e.auth = login, newAuth(text)
		s.login = true
	case "LHLO":
		s.lmtp = true
	case "BDAT":
		e.kind, e.needed = chunk, chunkSize(text)
		e.sent += "\r\n"
	}
	if e.kind == command && mayBeSecret(text, s.login) {
		e.kind, e.auth = login, &auth{responses: []string{text}}
	}
	r.begin(e)
	if e.kind == chunk && e.needed > 0 {
		r.writing = e
		return
	}
	r.queue = append(r.queue, e)
}

// chunkSize returns the size that a BDAT line names, 0 if it names none that
// a session could hold.
func chunkSize(text string) int {
	words := strings.Fields(text)
	if len(words) < 2 {
		return 0
	}
	n, err := strconv.Atoi(words[1])
	if err != nil || n < 0 || n > MaxSize {
		return 0
	}
	return n
}

// content takes in a line of a message or of a chunk.
func (r *reader) content(l *line, text string) {
	e := r.writing
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
		r.remark(l.number, "what is not UTF-8 in this line is a question mark now")
	}
	if strings.HasPrefix(text, "... (") && strings.HasSuffix(text, " lines, -v shows all)") {
		r.remark(l.number, "the report leaves lines of the message out here; -v shows them")
	}
	if e.kind == chunk {
		text += "\r\n"
		e.sent += text[:min(len(text), e.needed)]
		if e.needed -= len(text); e.needed <= 0 {
			r.sent(e)
		}
		return
	}
	if text == "." {
		r.sent(e)
		return
	}
	e.text = append(e.text, strings.TrimPrefix(text, ".")) // RFC 5321 section 4.5.2
}

// sent is for a message or chunk that is complete.
func (r *reader) sent(e *exchange) {
	e.accepted, r.lmtp = r.lmtp, 0
	r.queue = append(r.queue, e)
	r.writing = nil
}
