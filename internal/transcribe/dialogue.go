package transcribe

import (
	"slices"
	"strings"
)

// command takes in a line that was sent.
func (r *reader) command(at int, text string) {
	if plain := withoutNote(text); plain != text && isVerb(verb(text)) {
		r.remark(at, "left out: what is written behind this line")
		text = plain
	}
	r.session(at)
	r.commands++
	last := &exchange{}
	if n := len(r.queue); n > 0 {
		last = r.queue[n-1]
	}
	switch {
	case verb(text) == "PROXY" && r.cur.greeting == nil && len(r.cur.exchanges) == 0:
		r.remark(at, noLine)
		return
	case text == "." && last.hidden, hidesMessage(text): // it stands for what was sent
		return
	case r.partial != nil:
		r.remark(r.partial.line, noEnd)
		r.settle(at, 0)
		r.session(at)
	}
	if n := len(r.queue); n > 0 && r.queue[n-1].kind == login && r.queue[n-1].auth.takes(text) {
		r.queue[n-1].auth.respond(text)
		return
	}
	r.refused, r.asked = false, true
	if n := len(r.queue); n > 0 && r.queue[n-1].verb == "DATA" && r.queue[n-1].kind == command {
		r.writing = r.begin(&exchange{kind: message, line: at}) // sent without waiting for the 354
		r.add(at, text)
		return
	}
	e := r.begin(r.sent(at, text))
	if e.needed > 0 {
		r.writing = e
		return
	}
	r.queue = append(r.queue, e)
}

// sent returns what a line that was sent begins.
func (r *reader) sent(at int, text string) *exchange {
	e := &exchange{line: at, sent: text, verb: verb(text)}
	switch e.verb {
	case "AUTH":
		e.kind, e.auth = login, newAuth(text)
		r.cur.login = true
	case "LHLO":
		r.cur.lmtp = true
	case "BDAT":
		e.kind, e.needed = chunk, chunkSize(text)
		e.sent += "\r\n"
	}
	if e.kind == command && mayBeSecret(text, r.cur.login) {
		e.kind, e.auth = login, &auth{responses: []string{text}}
	}
	return e
}

// begin puts an exchange into the session; it is not waited for yet.
func (r *reader) begin(e *exchange) *exchange {
	if len(r.queue) == 0 || e.kind == message {
		r.groups++
	}
	e.group = r.groups
	r.cur.exchanges = append(r.cur.exchanges, e)
	return e
}

// answer gives a reply to the first line that waits for one.
func (r *reader) answer(got *reply) {
	r.pair()
	if i := slices.IndexFunc(r.queue[:min(len(r.queue), maxSteps)], func(e *exchange) bool { return e.alone(got.code) }); i > 0 {
		for _, e := range r.queue[:i] {
			r.remark(e.line, noReply)
		}
		r.queue = r.queue[i:]
	}
	if e := r.queue[0]; e.verb == "DATA" && got.code < 300 && len(r.queue) > 1 {
		r.assume(e, 354)
	}
	e := r.queue[0]
	if e.kind == login && got.code == 334 {
		e.auth.challenges++
		return
	}
	// A server takes no line that is no command, but for one of its own.
	if e.stray() && got.code < 400 && !strings.HasPrefix(e.verb, "X") {
		r.remark(e.line, "left out with its reply: it is no command, and the reply is one of success")
		r.queue = r.queue[1:]
		return
	}
	if e.replies = append(e.replies, got); !e.awaits(r.cur) {
		r.queue = r.queue[1:]
		r.proceed(e, got)
	}
}

// proceed notes what an exchange that is complete means for those behind it.
func (r *reader) proceed(e *exchange, got *reply) {
	switch {
	case e.kind == message && len(e.replies) > 1 && e.replies[0].code == 353:
		e.replies = e.replies[1:] // the 353 of PRDR says that the others follow
	case e.verb == "MAIL":
		r.cur.prdr = strings.Contains(strings.ToUpper(e.sent)+" ", " PRDR ")
		r.accepted = 0
	case e.verb == "RCPT" && got.code < 300:
		r.accepted++
	case e.verb == "DATA" && got.code != 354:
		r.dropText()
	case e.verb == "DATA" && r.writing == nil && len(r.queue) == 0:
		r.writing = r.begin(&exchange{kind: message, line: got.line})
	case isHello(e.verb), e.verb == "RSET":
		r.accepted = 0
	case e.verb == "QUIT" && got.code == 221:
		r.hangUp(false)
	}
}

// assume takes the first line of the queue for answered where its reply is not
// shown.
func (r *reader) assume(e *exchange, code int) {
	r.remark(e.line, "the reply to this line is not shown; %d is expected", code)
	e.replies = []*reply{{line: e.line, code: code}}
	r.queue = r.queue[1:]
}

// pair looks, where replies begin, how many follow, and which of the lines that
// were sent they can be meant for if they are fewer. Lines that are no commands
// are remarks that somebody wrote into the session: a server that was sent such a
// line says 500. EHLO is never followed by a command before its reply came.
func (r *reader) pair() {
	if !r.asked {
		return
	}
	r.asked = false
	extra := len(r.queue) - r.repliesAhead()
	r.queue = slices.DeleteFunc(r.queue, func(e *exchange) bool {
		if extra <= 0 || !e.stray() {
			return false
		}
		extra--
		r.remark(e.line, "left out: it is no command, and the reply that follows is to another line")
		return true
	})
	if first := r.queue[0]; extra > 0 && len(r.queue) > 1 && isHello(first.verb) {
		r.assume(first, 250)
		r.groups++
		for _, e := range r.queue {
			e.group = r.groups
		}
	}
}

// repliesAhead counts the replies from here to the next line that was sent.
func (r *reader) repliesAhead() int {
	n := 1
	for _, s := range r.rest {
		if s.who == client || s.who == unmarked && r.format.bare() && strings.TrimSpace(s.text) != "" {
			break
		}
		if s.who == server && isReply(s.text) {
			if _, more, _ := replyLine(s.text); !more {
				n++
			}
		}
	}
	return n
}

// withoutNote cuts off what somebody wrote behind a line that was sent, set off
// by blanks and an arrow or a hash, and what Monolog puts there.
func withoutNote(text string) string {
	text = strings.TrimSuffix(text, " [] []")
	for _, sign := range []string{"<=", "<-", "->", "-->", "=>", "==>", "# ", "// "} {
		if i := strings.Index(text, "  "+sign); i >= 0 {
			text = strings.TrimRight(text[:i], " ")
		}
	}
	return text
}
