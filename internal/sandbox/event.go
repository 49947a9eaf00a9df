package sandbox

import (
	"bytes"
	"net/netip"
)

// Event is something that happens in a session, for Spec.Log.
type Event struct {
	// Session numbers the sessions of the world from 1.
	Session int
	// Server is the server's name.
	Server string
	// From is C for a line of the client, S for one of the server, and - for a
	// remark.
	From byte
	// Text is the line without its CR LF, as it came: nothing is hidden or
	// escaped. It is cut after 1 KiB.
	Text string
	// Message is true for a line that is no command: of a message, or of a login.
	Message bool
}

// maxEventText is how much of a line is told.
const maxEventText = 1 << 10

// teller tells of the events of one session.
type teller struct {
	log     func(Event)
	session int
	server  string
	rest    []byte // what the server sent of a line that is not complete
}

func (t *teller) tell(from byte, text string, message bool) {
	if t.log != nil {
		t.log(Event{t.session, t.server, from, text[:min(len(text), maxEventText)], message})
	}
}

// sent takes what the server sent, which may be any part of a line.
func (t *teller) sent(b []byte) {
	if t.log == nil {
		return
	}
	for line := range bytes.Lines(b) {
		t.rest = append(t.rest, line[:min(len(line), max(maxEventText-len(t.rest), 0))]...)
		if line[len(line)-1] == '\n' {
			t.flush()
		}
	}
}

// flush tells of what the server sent without a line end.
func (t *teller) flush() {
	if len(t.rest) > 0 {
		t.tell('S', string(bytes.TrimSuffix(bytes.TrimSuffix(t.rest, []byte("\n")), []byte("\r"))), false)
	}
	t.rest = t.rest[:0]
}

func connected(client, to netip.AddrPort) string {
	return client.String() + " connected to " + to.String()
}
