package transcribe

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// reader follows a session line by line.
type reader struct {
	format   *format // nil where the lines bear no marks
	sessions []*session
	cur      *session // nil outside of a connection
	remarks  []Remark

	replies, commands int

	host string // of the next connection, from the tool's words
	port int

	queue   []*exchange // sent and not answered yet, in order
	groups  int
	partial *reply    // a reply that goes on
	writing *exchange // the message or chunk that is being sent
	lmtp    int       // recipients accepted in this transaction

	implicit bool // TLS began before the greeting of the next connection

	refused bool   // DATA was refused, and its text sent all the same
	report  bool   // this is a report of mxprobe
	blank   int    // the line before this one was empty: its number
	heading string // the command in a heading of mxprobe's report
	tls     tlsTool
}

// line takes in one line.
func (r *reader) line(l *line) {
	who, texts := unmarked, []string{l.text}
	if r.format != nil {
		who, texts = r.format.side(l.text)
	}
	for _, text := range texts {
		if who == unmarked && r.format.bare(strings.TrimLeft(text, " \t"), r.partial != nil) {
			who, text = server, strings.TrimLeft(text, " \t")
		}
		r.said(l, who, text)
	}
}

// said takes in what one side said, or what nobody is known to have said.
func (r *reader) said(l *line, who side, text string) {
	// What was sent ahead of the 354 ends where the replies begin.
	early := r.writing != nil && len(r.queue) > 0 && r.format == nil && isReply(text)
	if r.writing != nil && who != server && !early {
		switch {
		case hidesMessage(text):
			r.hidden(l)
		case who != info:
			if who == unmarked {
				text = l.text
			}
			r.content(l, text)
		}
		return
	}
	blank := r.blank
	r.blank = 0
	switch {
	case who == server && isReply(text):
		r.replyLine(l, text, blank)
	case who == server && strings.TrimSpace(text) == "":
	case who == server:
		r.remark(l.number, "left out: no reply begins like this")
	case who == client:
		r.command(l, strings.TrimLeft(text, " ")) // marks are padded
	case who == info:
		r.tool(strings.TrimLeft(strings.Trim(text, "=*"), " "))
	case strings.TrimSpace(text) == "":
		r.blank = l.number
	case r.tool(text) || r.toolNoise(l, text):
	case r.format != nil:
		r.outside(l, text)
	case isReply(text):
		r.replyLine(l, text, blank)
	case r.partial != nil && !isVerb(verb(text)):
		r.remark(l.number, "left out: no reply begins like this")
	case r.cur != nil || isVerb(verb(text)):
		r.command(l, text)
	case verb(text) == "PROXY":
		r.remark(l.number, noLine)
	case !isPrompt(text):
		r.remark(l.number, "left out: it belongs to no connection")
	}
}

// session returns the connection that is open, or begins one.
func (r *reader) session(l *line) *session {
	if r.cur == nil {
		r.cur = &session{line: l.number, host: r.host, port: r.port, implicit: r.implicit}
		r.implicit = false
		r.sessions = append(r.sessions, r.cur)
		r.lmtp = 0
	}
	return r.cur
}

// replyLine takes in a line of a reply.
func (r *reader) replyLine(l *line, text string, blank int) {
	code, more, rest := replyLine(text)
	if r.partial != nil && r.partial.code != code {
		r.remark(l.number, "the reply before this line has no last line")
		r.settle(l, 0)
	}
	if r.partial == nil {
		r.partial = &reply{line: l.number, code: code, first: rest}
	}
	if e := enhancedCode(code, rest); e != "" {
		r.partial.enhanced = e
	}
	if !more {
		r.settle(l, blank)
	}
}

// settle gives a reply that is complete to what it answers.
func (r *reader) settle(l *line, blank int) {
	got := r.partial
	r.partial = nil
	r.replies++
	if len(r.queue) == 0 && r.heading != "" && r.cur != nil && r.cur.greeting != nil {
		r.command(l, r.heading)
	}
	r.heading = ""
	if r.writing != nil && len(r.queue) == 0 { // the server did not wait for the lone dot
		r.remark(got.line, "the server answered before the message had its lone dot")
		r.queue = append(r.queue, r.writing)
		r.writing = nil
	}
	if len(r.queue) > 0 {
		r.answer(got)
		return
	}
	if r.cur != nil && got.code == 220 && len(r.cur.exchanges) > 0 {
		r.hangUp(false)
	}
	begun := r.cur == nil || r.cur.greeting == nil && len(r.cur.exchanges) == 0
	s := r.session(l)
	switch {
	case begun && r.tls.greet(r, s, got):
	case begun:
		s.greeting = got
	case r.refused:
		r.remark(got.line, "left out: a reply to the text of a message that was refused before")
	case blank > 0 && got.code >= 500:
		s.exchanges = append(s.exchanges, &exchange{line: blank, group: r.nextGroup(), replies: []*reply{got}})
	default:
		r.remark(got.line, "no line before it asked for this reply; the scenario waits for it")
		s.exchanges = append(s.exchanges, &exchange{kind: listen, line: got.line, group: r.nextGroup(), replies: []*reply{got}})
	}
}

func (r *reader) nextGroup() int {
	r.groups++
	return r.groups
}

const noReply = "left out: there is no reply to this line"

// skipProse leaves out lines that are no commands where a reply of success can
// only be meant for the command behind them: remarks that somebody wrote into
// the session. A server that was sent such a line says 500.
func (r *reader) skipProse(got *reply) {
	first := slices.IndexFunc(r.queue, func(e *exchange) bool { return e.kind != command || isVerb(e.verb) })
	if first < 1 || got.code >= 400 {
		return
	}
	for _, e := range r.queue[:first] {
		r.remark(e.line, "left out: it is no command, and the reply that follows is to another line")
		r.remove(e)
	}
	r.queue = r.queue[first:]
}

// answer gives a reply to the first line that waits for one.
func (r *reader) answer(got *reply) {
	r.skipProse(got)
	if i := slices.IndexFunc(r.queue, func(e *exchange) bool { return e.alone(got.code) }); i > 0 {
		for _, e := range r.queue[:i] {
			r.remark(e.line, noReply)
		}
		r.queue = r.queue[i:]
	}
	e := r.queue[0]
	if e.kind == login && got.code == 334 {
		e.auth.challenges++
		return
	}
	e.replies = append(e.replies, got)
	switch {
	case e.kind == message && r.cur.lmtp && len(e.replies) < e.accepted:
		return
	case e.kind == message && r.cur.prdr && e.replies[0].code == 353:
		// A reply for each recipient follows, and a last one; the 353 says so.
		if len(e.replies) < e.accepted+2 {
			return
		}
		e.replies = e.replies[1:]
	case e.verb == "MAIL":
		r.cur.prdr = strings.HasSuffix(strings.ToUpper(e.sent), " PRDR") || strings.Contains(strings.ToUpper(e.sent), " PRDR ")
		r.lmtp = 0
	case e.verb == "RCPT" && got.code < 300:
		r.lmtp++
	case e.verb == "DATA" && e.kind == command && got.code == 354 && r.writing == nil && len(r.queue) == 1:
		r.writing = r.begin(&exchange{kind: message, line: got.line})
	case e.verb == "DATA" && e.kind == command && got.code != 354:
		r.dropText()
	case e.verb == "EHLO" || e.verb == "HELO" || e.verb == "LHLO" || e.verb == "RSET":
		r.lmtp = 0
	}
	r.queue = r.queue[1:]
	if e.verb == "QUIT" && got.code == 221 {
		r.hangUp(false)
	}
}

// dropText leaves out the text that was sent ahead of a DATA that was refused.
func (r *reader) dropText() {
	e := r.writing
	if e == nil && len(r.queue) > 1 && r.queue[1].kind == message {
		e = r.queue[1]
		r.queue = slices.Delete(r.queue, 1, 2)
	}
	if e == nil {
		return
	}
	r.remark(e.line, "left out: the text of a message that was refused before it was sent")
	r.writing, r.refused = nil, true
	r.remove(e)
}

func (r *reader) remove(e *exchange) {
	r.cur.exchanges = slices.DeleteFunc(r.cur.exchanges, func(x *exchange) bool { return x == e })
}

// begin puts an exchange into the session; it is not waited for yet.
func (r *reader) begin(e *exchange) *exchange {
	e.group = r.groups
	if len(r.queue) == 0 || e.kind == message {
		e.group = r.nextGroup()
	}
	r.cur.exchanges = append(r.cur.exchanges, e)
	return e
}

// hangUp ends a connection; the server closed it, or nothing more is known.
func (r *reader) hangUp(closed bool) {
	if r.cur == nil {
		return
	}
	if r.partial != nil {
		r.settle(&line{number: r.partial.line}, 0)
		if r.cur == nil { // it was the answer to QUIT
			return
		}
	}
	if r.writing != nil {
		r.remark(r.writing.line, "left out: this text has no end in the session")
		r.remove(r.writing)
		r.writing = nil
	}
	for i, e := range r.queue {
		switch {
		case e.verb == "QUIT":
		case i == 0 && closed:
			e.closed = true
		default:
			r.remark(e.line, noReply)
		}
	}
	r.cur.closed = closed
	r.cur, r.queue, r.host, r.port, r.tls = nil, nil, "", 0, tlsTool{}
}

// end is for the end of the file.
func (r *reader) end() { r.hangUp(false) }

func (r *reader) remark(at int, format string, args ...any) {
	r.remarks = append(r.remarks, Remark{at, fmt.Sprintf(format, args...)})
}

// sorted returns remarks by line; what is said of several lines in a row is
// said once.
func sorted(all []Remark) []Remark {
	slices.SortStableFunc(all, func(a, b Remark) int { return cmp.Compare(a.Line, b.Line) })
	var out []Remark
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n].Message == all[i].Message && all[i+n].Line <= all[i+n-1].Line+1 {
			n++
		}
		said := all[i]
		if last := all[i+n-1].Line; last > said.Line {
			said.Message += " (and so on to line " + strconv.Itoa(last) + ")"
		}
		out = append(out, said)
		i += n
	}
	return out
}
