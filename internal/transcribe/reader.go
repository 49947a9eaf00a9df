package transcribe

import (
	"slices"
	"strings"
)

// reader follows a session line by line.
type reader struct {
	frame
	sessions []*session
	cur      *session // nil outside of a connection
	next     target   // of the next connection, from the words of a program
	remarks  []Remark
	tells    []tell
	rest     []said // what is still to come

	replies, commands int

	queue    []*exchange // sent and not answered yet, in order
	asked    bool        // nothing was answered since the last line that was sent
	groups   int
	partial  *reply    // a reply that goes on
	writing  *exchange // the message or chunk that is being sent
	accepted int       // recipients of this transaction

	refused bool   // DATA was refused, and its text sent all the same
	blank   int    // the line before this one was empty: its number
	report  bool   // this is a report of mxprobe
	heading string // the command in a heading of mxprobe's report
	openssl bool   // openssl s_client speaks
	quiet   string // what ends the lines of openssl: "reply" or "---"
}

// said is a line with whose it is.
type said struct {
	line int
	who  side
	text string // without its mark
	raw  string
}

const (
	noReply = "left out: there is no reply to this line"
	noBegin = "left out: no reply begins like this"
	noLine  = "left out: the PROXY protocol is no line of the dialogue; --proxy-protocol v1 and --proxy-source play it"
	noEnd   = "this reply has no last line"
)

// read follows the lines to their end.
func (r *reader) read(lines []line) {
	r.report = slices.ContainsFunc(lines, func(l line) bool { return isVerdict(columns(l.text)[0]) })
	for r.rest = r.heard(lines); len(r.rest) > 0; {
		s := r.rest[0]
		r.rest = r.rest[1:]
		r.take(s)
	}
	r.hangUp(false)
}

// heard says whose each line is. A line of the session may stand for several
// that were sent or received.
func (r *reader) heard(lines []line) []said {
	var out []said
	for len(lines) > 0 {
		l := lines[0]
		who, text := r.format.side(l.text)
		s := said{l.number, who, text, l.text}
		lines = lines[1:]
		switch {
		case r.format.quoted && (who == client || who == server):
			shown, ok := unquoted(text)
			for n := 0; !ok && len(lines) > 0 && n < maxWrapped; n++ { // wrapped by a terminal or an editor
				if next, _ := r.format.side(lines[0].text); next != unmarked {
					break
				}
				text += lines[0].text
				lines = lines[1:]
				shown, ok = unquoted(text)
			}
			if !ok {
				r.remark(l.number, "left out: this string has no end")
				continue
			}
			for s.text = range strings.SplitSeq(shown, "\n") {
				out = append(out, s)
			}
		case who != unmarked && (strings.HasSuffix(text, `\r\n`) || strings.Contains(text, `\r\n, `)): // as a web server logs it
			parts := strings.Split(text, `\r\n`)
			for _, s.text = range parts[:len(parts)-1] {
				out = append(out, s)
			}
		default:
			out = append(out, s)
		}
	}
	return out
}

const maxWrapped = 100 // lines that one string may go over

// take takes in one line.
func (r *reader) take(s said) {
	own := strings.TrimSpace(s.text)
	if s.who == unmarked && r.partial != nil && isReply(own) && codeOf(own) == r.partial.code {
		s.who, s.text = server, own // only the first line of a reply bears a mark
	}
	blank := r.blank
	r.blank = 0
	switch {
	// In a message that was typed a line may look like a reply; what was sent
	// ahead of the 354 ends where the replies begin.
	case r.writing != nil && (s.who != server || r.format.typed() && len(r.queue) == 0):
		r.content(s)
	case s.who == server && isReply(s.text):
		r.quiet = ""
		r.replyLine(s, blank)
	case own == "" && s.who != client:
		if s.who == unmarked {
			r.blank = s.line
		}
	case r.quiet == "---":
		if own == "---" {
			r.quiet = ""
		}
	case (s.who != client || r.cur == nil) && r.tell(own), r.quiet != "", s.who == info:
	case s.who == server:
		r.remark(s.line, noBegin)
	case s.who == client:
		r.command(s.line, strings.TrimLeft(s.text, " ")) // marks are padded
	case r.format.bare():
		r.typedLine(s)
	default:
		r.outside(s)
	}
}

// typedLine takes in a line where none bears a mark, and that is no reply.
func (r *reader) typedLine(s said) {
	known := isVerb(verb(s.text))
	switch {
	case r.partial != nil && !known:
		r.remark(s.line, noBegin)
	case r.cur != nil || known:
		r.command(s.line, s.text)
	case verb(s.text) == "PROXY":
		r.remark(s.line, noLine)
	case !isPrompt(s.text):
		r.remark(s.line, "left out: it belongs to no connection")
	}
}

// outside takes a line without a mark among lines with marks.
func (r *reader) outside(s said) {
	parts := columns(s.text)
	switch {
	case len(parts) > 2 && isVerdict(parts[1]):
		// The dialogue does not repeat the command that a heading shows, such as
		// "   1  PASS  EHLO probe.test  42 ms".
		if isVerb(verb(parts[2])) {
			r.heading = parts[2]
		}
	case isVerdict(parts[0]):
		r.hangUp(false)
	case !r.report:
		r.remark(s.line, "left out: it bears no mark of either side")
	}
}

// columns are the parts of a line of mxprobe's report, one at least.
func columns(text string) []string {
	parts := slices.DeleteFunc(strings.Split(text, "  "), func(part string) bool { return strings.Trim(part, " ") == "" })
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " ")
	}
	return append(parts, "")
}

func isVerdict(word string) bool {
	return slices.Contains([]string{"PASS", "WARN", "FAIL", "INCONCLUSIVE", "SKIP", "NOT RUN"}, word)
}

// session returns the connection that is open, or begins one.
func (r *reader) session(line int) *session {
	if r.cur == nil {
		r.cur = &session{line: line, target: r.next}
		r.sessions = append(r.sessions, r.cur)
		r.next.implicit, r.accepted = false, 0
	}
	return r.cur
}

// replyLine takes in a line of a reply.
func (r *reader) replyLine(s said, blank int) {
	code, more, rest := replyLine(s.text)
	if r.partial != nil && r.partial.code != code {
		r.remark(r.partial.line, noEnd)
		r.settle(s.line, 0)
	}
	if r.partial == nil {
		mark := strings.TrimSuffix(s.raw, s.text)
		r.partial = &reply{line: s.line, code: code, tls: r.format.tls != "" && strings.Contains(mark, r.format.tls)}
	}
	if e := enhancedCode(code, rest); e != "" {
		r.partial.enhanced = e
	}
	if !more {
		r.settle(s.line, blank)
	}
}

// settle gives a reply that is complete to what it answers.
func (r *reader) settle(line, blank int) {
	got := r.partial
	r.partial = nil
	r.replies++
	if len(r.queue) == 0 && r.heading != "" && r.cur != nil && r.cur.greeting != nil {
		r.command(line, r.heading)
	}
	r.heading = ""
	if r.writing != nil && len(r.queue) == 0 { // the server did not wait for the lone dot
		r.cutShort(got.line)
	}
	if len(r.queue) > 0 {
		r.answer(got)
		return
	}
	if r.cur != nil && got.code == 220 && len(r.cur.exchanges) > 0 {
		r.hangUp(false)
	}
	s := r.session(line)
	switch {
	case s.greeting == nil && len(s.exchanges) == 0:
		r.greet(s, got)
	case r.refused:
		r.remark(got.line, "left out: a reply to the text of a message that was refused before")
	case blank > 0 && got.code >= 500:
		r.begin(&exchange{line: blank, replies: []*reply{got}})
	case got.code < 400:
		r.remark(got.line, "left out: no line before it asked for this reply")
	default:
		r.remark(got.line, "no line before it asked for this reply; the scenario waits for it")
		r.begin(&exchange{kind: listen, line: got.line, replies: []*reply{got}})
	}
}

// ownEHLO marks the EHLO that openssl said by itself, under a name that it
// does not show.
const ownEHLO = "EHLO \x00"

// greet takes the first reply. What openssl shows first with -starttls smtp is
// the end of the reply to its own EHLO.
func (r *reader) greet(s *session, got *reply) {
	s.implicit = s.implicit || got.tls
	switch {
	case !r.openssl:
		s.greeting = got
	case got.code != 250:
		s.implicit, s.greeting = true, got
	default:
		s.greeting = &reply{line: got.line, code: 220}
		r.begin(&exchange{line: got.line, verb: "EHLO", sent: ownEHLO, replies: []*reply{got}})
		r.begin(&exchange{line: got.line, verb: "STARTTLS", sent: "STARTTLS", replies: []*reply{s.greeting}})
	}
}

// hangUp ends a connection; the server closed it, or nothing more is known.
func (r *reader) hangUp(closed bool) {
	if r.cur != nil && r.partial != nil {
		r.settle(r.partial.line, 0)
	}
	if r.cur == nil { // there was none, or that was the answer to QUIT
		r.partial = nil
		return
	}
	if r.writing != nil {
		r.remark(r.writing.line, "left out: this text has no end in the session")
	}
	for i, e := range r.queue {
		if e.closed = closed && i == 0 && e.verb != "QUIT"; !e.closed && e.verb != "QUIT" {
			r.remark(e.line, noReply)
		}
	}
	r.cur.exchanges = slices.DeleteFunc(r.cur.exchanges, func(e *exchange) bool { return !e.answered() })
	r.cur, r.queue, r.writing, r.next, r.openssl, r.quiet = nil, nil, nil, target{}, false, ""
}
