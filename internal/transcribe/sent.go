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
	if r.unplayable(l, s, text) {
		return
	}
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

const noLine = "left out: the PROXY protocol is no line of the dialogue; --proxy-protocol v1 and --proxy-source play it"

// unplayable leaves out what a scenario does not send by itself, and what a
// program shows in place of what it sent.
func (r *reader) unplayable(l *line, s *session, text string) bool {
	switch {
	case verb(text) == "PROXY" && s.greeting == nil && len(s.exchanges) == 0:
		r.remark(l.number, noLine)
	case text == "." && len(r.queue) > 0 && r.queue[len(r.queue)-1].hidden, hidesMessage(text):
	default:
		return false
	}
	return true
}

// hidesMessage reports whether a line stands for the text of a message: Exim and
// nodemailer do not show it.
func hidesMessage(text string) bool {
	text = strings.TrimLeft(text, " (")
	return strings.HasPrefix(text, "writing message") || strings.HasPrefix(text, "<") && strings.Contains(text, " bytes encoded mime message")
}

// hidden ends a message whose text is not shown.
func (r *reader) hidden(l *line) {
	e := r.writing
	if e.kind == chunk {
		e.sent, e.needed = e.sent+strings.Repeat("x", e.needed), 0
	} else {
		e.text = []string{"Subject: mxprobe import", "", "The session does not show the text of this message."}
	}
	e.hidden = true
	r.remark(l.number, "the session does not show the text of the message; another one stands for it")
	r.sent(e)
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
		if r.format != nil && r.format.half && len(e.text) == 0 {
			r.hidden(l)
			return
		}
		r.sent(e)
		return
	}
	if r.format == nil || !r.format.asTyped {
		text = strings.TrimPrefix(text, ".") // RFC 5321 section 4.5.2
	}
	e.text = append(e.text, text)
}

// sent is for a message or chunk that is complete.
func (r *reader) sent(e *exchange) {
	e.accepted, r.lmtp = r.lmtp, 0
	r.queue = append(r.queue, e)
	r.writing = nil
}
