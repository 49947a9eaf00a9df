package transcribe

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// hidesMessage reports whether a line stands for the text of a message: Exim and
// nodemailer do not show it.
func hidesMessage(text string) bool {
	text = strings.TrimLeft(text, " (")
	return strings.HasPrefix(text, "writing message") || strings.HasPrefix(text, "<") && strings.Contains(text, " bytes encoded mime message")
}

// hide ends a message or chunk whose text is not shown.
func (r *reader) hide(at int) {
	e := r.writing
	if e.kind == chunk {
		e.sent, e.needed = e.sent+strings.Repeat("x", e.needed), 0
	} else {
		e.text = []string{"Subject: mxprobe import", "", "The session does not show the text of this message."}
	}
	e.hidden = true
	r.remark(at, "the session does not show the text of the message; another one stands for it")
	r.complete(e)
}

// cutShort ends a message to which the reply came before its lone dot.
func (r *reader) cutShort(at int) {
	if e := r.writing; e.kind == chunk || len(e.text) == 0 {
		r.hide(at)
		return
	}
	r.remark(at, "the server answered before the message had its lone dot")
	r.complete(r.writing)
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

// content takes in a line while a message or chunk is sent.
func (r *reader) content(s said) {
	e := r.writing
	switch {
	case hidesMessage(s.text):
		r.hide(s.line)
	case s.who == info:
	case s.who == client:
		e.marked = true
		r.add(s.line, s.text)
	case e.marked:
		r.outside(s)
	case s.raw == "Connection closed by foreign host.":
		r.hangUp(true)
	default:
		r.add(s.line, s.raw)
	}
}

// add adds a line to a message or chunk.
func (r *reader) add(at int, text string) {
	e := r.writing
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
		r.remark(at, "what is not UTF-8 in this line is a question mark now")
	}
	if strings.HasPrefix(text, ". ") && withoutNote(text) == "." {
		text = "."
	}
	if strings.HasPrefix(text, "... (") && strings.HasSuffix(text, " lines, -v shows all)") {
		r.remark(at, "the report leaves lines of the message out here; -v shows them")
	}
	switch {
	case e.kind == chunk:
		text += "\r\n"
		e.sent += text[:min(len(text), e.needed)]
		if e.needed -= len(text); e.needed <= 0 {
			r.complete(e)
		}
	case text == "." && r.format.hides && len(e.text) == 0:
		r.hide(at)
	case text == ".":
		r.complete(e)
	case r.format.asTyped:
		e.text = append(e.text, text)
	default:
		e.text = append(e.text, strings.TrimPrefix(text, ".")) // RFC 5321 section 4.5.2
	}
}

// complete is for a message or chunk that was sent to its end.
func (r *reader) complete(e *exchange) {
	e.accepted, r.accepted = r.accepted, 0
	r.queue = append(r.queue, e)
	r.writing = nil
}

// dropText leaves out the text that was sent ahead of a DATA that was refused.
func (r *reader) dropText() {
	e := r.writing
	if e == nil && len(r.queue) > 0 && r.queue[0].kind == message {
		e, r.queue = r.queue[0], r.queue[1:]
	}
	if e != nil {
		r.remark(e.line, "left out: the text of a message that was refused before it was sent")
		r.writing, r.refused = nil, true
	}
}
