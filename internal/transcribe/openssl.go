package transcribe

import "strings"

// tlsTool is what is known of openssl s_client, which says much between the
// lines of the dialogue, and takes lines that begin with R, Q or k for keys.
type tlsTool struct {
	on     bool
	header bool // no reply was seen since the handshake
	ticket bool // inside of what it says of a session
}

// toolNoise takes in a line of openssl s_client, and reports whether it was
// one.
func (r *reader) toolNoise(l *line, text string) bool {
	t := &r.tls
	if isTLSNoise(text) {
		if strings.HasPrefix(text, "CONNECTED(") && r.cur != nil {
			host, port := r.host, r.port
			r.hangUp(false)
			r.host, r.port = host, port
		}
		if r.cur == nil {
			t.on, t.header = true, true
		}
		return t.on
	}
	switch {
	case !t.on:
		return false
	case t.header && !isReply(text):
	case text == "---":
		t.ticket = false
	case t.ticket || strings.HasPrefix(text, "Post-Handshake New Session Ticket"), strings.HasPrefix(text, "SSL-Session:"):
		t.ticket = true
	case text == "read R BLOCK", text == "read W BLOCK":
	case text == "RENEGOTIATING", text == "KEYUPDATE":
		r.takenForKey()
	case text == "DONE":
		r.hangUp(false)
	case text == "closed":
		r.hangUp(true)
	default:
		return false
	}
	return true
}

// isTLSNoise reports whether a line is one that openssl s_client alone says,
// at any time.
func isTLSNoise(text string) bool {
	for _, begin := range []string{"CONNECTED(", "depth=", "verify error:", "verify return:", "Can't use SSL_get_servername", "Connecting to "} {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	i := strings.Index(text, ":error:")
	return i > 0 && i <= 16
}

// takenForKey forgets the line that was not sent.
func (r *reader) takenForKey() {
	n := len(r.queue)
	if n == 0 {
		return
	}
	e := r.queue[n-1]
	r.remark(e.line, "left out: openssl took its first letter for a key and sent nothing; -quiet or small letters help")
	r.queue = r.queue[:n-1]
	r.remove(e)
}

// greet takes the first reply that openssl shows: the end of the reply to its
// own EHLO with -starttls smtp, else the greeting.
func (t *tlsTool) greet(r *reader, s *session, got *reply) bool {
	if !t.on {
		return false
	}
	t.header = false
	if got.code != 250 {
		s.implicit, s.greeting = true, got
		return true
	}
	s.greeting = &reply{line: got.line, code: 220}
	for _, e := range []*exchange{
		{line: got.line, verb: "EHLO", sent: ownEHLO, replies: []*reply{got}},
		{line: got.line, verb: "STARTTLS", sent: "STARTTLS", replies: []*reply{{line: got.line, code: 220}}},
	} {
		e.group = r.nextGroup()
		s.exchanges = append(s.exchanges, e)
	}
	return true
}

// ownEHLO marks the EHLO that openssl said by itself, under a name that it
// does not show.
const ownEHLO = "EHLO \x00"
