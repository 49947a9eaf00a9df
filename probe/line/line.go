// Package line is the connection to a server, and how far what was said on it
// fits together: whether it is still open, whether a reply is owed, whether one
// came too many.
package line

import (
	"context"
	"errors"
	"net"
	"time"

	"mxprobe/probe/fault"
	"mxprobe/probe/handshake"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
	"mxprobe/scenarios"
)

// Line is the connection, and how far what was said on it fits together.
type Line struct {
	Ctx  context.Context
	Ends *Ends          // that tells of the end of Ctx
	Conn *smtpwire.Conn // nil while there is none
	TLS  secured
	// Temporary is how temporary answers count; speaksFirst is true where the
	// scenario speaks before the greeting.
	Temporary   result.Verdict
	SpeaksFirst bool

	Greeted  bool
	Gone     bool // nothing more can be said on the connection
	AuthOpen bool // the server waits for an answer in a login
	DataOpen bool // the server waits for message text
	// Announced is true if the server has said 421, expected or not.
	Announced bool
	// FarewellCode is the 421 with which the server ends the session, where the
	// scenario had expected something else.
	FarewellCode int
	// Loose is set once a reply was left unread on purpose: from then on a
	// byte in the buffer is no surprise.
	Loose bool
	// Grouped is set once commands were sent in a group, and lost once the
	// server lost its place in one: both only where it offers PIPELINING.
	Grouped, Lost bool
	// Owed are the command words whose replies were left to later steps.
	Owed []string
	// Misread is set once a line got its reply while an earlier one was
	// owed: if that one did come, every reply since is another line's.
	Misread  bool
	QuitSaid bool               // by the scenario itself
	QuitSeen *judge.Observation // the answer to a QUIT of the scenario's own

	memory
}

// memory is what a line leaves to the one after it.
type memory struct {
	closed  bool             // by Close: nobody else speaks over Conn
	replies []smtpwire.Reply // see kept
	spare   *smtpwire.Conn   // that the next connection is spoken over
	held    *held            // until Close
}

// Open takes a connection over. The end of the run moves its deadline into the
// past, so that nothing waits any longer; TLS may be put over it, but the
// deadline is its own.
func (l *Line) Open(nc net.Conn, record *smtpwire.Recorder) {
	if l.Conn = l.spare; l.Conn == nil {
		l.Conn = new(smtpwire.Conn)
	}
	l.spare = nil
	l.Conn.Begin(nc, smtpwire.Options{Record: record})
	l.hold(nc)
}

// hold has the end of the run end the connection.
func (l *Line) hold(nc net.Conn) {
	if l.held == nil {
		l.held = new(held)
	}
	l.Ends.of(l.Ctx).hold(l.held, nc)
}

// Close closes the connection, whatever was said on it.
func (l *Line) Close() {
	if l.Conn != nil {
		if !l.Gone { // else HangUp has closed it
			_ = l.Conn.Close()
		}
		l.held.let()
		l.closed = true
	}
}

// Unused reports whether nothing is spoken over the connection any more, or
// there never was one.
func (l *Line) Unused() bool { return l.Conn == nil || l.closed }

// Settles reports whether a dialogue ended with everything said and answered, so
// that the connection may be used for another one.
func (l *Line) Settles() bool {
	open := l.Conn != nil && !l.Gone && !l.AuthOpen && !l.DataOpen && !l.QuitSaid && !l.Announced && l.FarewellCode == 0
	return open && !l.Loose && !l.Lost && !l.Misread && len(l.Owed) == 0 && l.Ctx.Err() == nil
}

// Next is the line for a further dialogue over the connection of this one, which
// settles. What goes over it is told to another recorder.
func (l *Line) Next(record *smtpwire.Recorder) Line {
	l.Conn.RecordTo(record)
	return Line{Ctx: l.Ctx, Ends: l.Ends, Conn: l.Conn, TLS: l.TLS, Temporary: l.Temporary, Greeted: true, memory: memory{held: l.held}}
}

// Again is a line for another connection in place of this one, which is closed.
func (l *Line) Again() Line {
	l.Close()
	return Line{Ctx: l.Ctx, Ends: l.Ends, Temporary: l.Temporary, SpeaksFirst: l.SpeaksFirst, memory: memory{replies: l.replies, spare: l.Conn, held: l.held}}
}

// Forget makes a line that is unused an empty one again. Its memory is kept, but
// nothing that was said: the replies of Read are not to be used any more.
func (l *Line) Forget() {
	conn := l.Conn
	if conn == nil {
		conn = l.spare
	}
	if conn != nil {
		conn.Begin(nil, smtpwire.Options{})
	}
	clear(l.replies[:cap(l.replies)])
	*l = Line{memory: memory{replies: l.replies[:0], spare: conn, held: l.held}}
}

// secured is what a session knows of its TLS.
type secured struct {
	Last  *handshake.Handshake // the latest handshake, nil before it
	State *result.TLSState     // what it agreed on, for the report
	// Held is what its certificate was held against, nil before that; Failed is
	// the alert with which the server ended a handshake, if it did so.
	Held   *handshake.Verification
	Failed string
	// Unproven is true until the server said something under TLS. Servers
	// with TLS 1.3 judge the client's certificate after the client is done
	// (RFC 8446 section 4.4.2), so that the end may come late.
	Unproven bool
	// Tried is true once a handshake was begun.
	Tried bool
	// BrokenOff is true if it was the server that ended a handshake.
	BrokenOff bool
	// Trailed is true if a command went out in clear behind STARTTLS, until
	// the server said something under TLS.
	Trailed bool
}

// Learn takes up what a reply tells of the state of the line.
func (l *Line) Learn(seen *judge.Observation) {
	l.AuthOpen = seen.Reply.Code == 334
	if seen.Verb == "DATA" {
		l.DataOpen = seen.Reply.Class() == 3
	}
}

// Read waits for one reply.
func (l *Line) Read(limit time.Duration) judge.Observation {
	if l.Gone {
		return judge.Observation{Fault: fault.Fault{Status: result.Fail, Reason: result.EOF, Message: "the connection had ended before this step", Closed: true}}
	}
	begun := l.Within(limit)
	reply, err := l.Conn.ReadReply()
	seen := judge.Observation{Took: time.Since(begun)}
	if err != nil {
		seen.Fault = fault.ReadFault(l.Ctx, err, limit)
		seen.Silent = seen.Fault.Reason == result.Timeout && l.Conn.Buffered() == 0
		var broken *smtpwire.ReplyError
		seen.Partial = errors.As(err, &broken)
		return seen
	}
	l.TLS.Unproven = false
	seen.Reply = l.kept(&reply)
	return seen
}

// kept is a reply for as long as the session. Those that wait have had one or two,
// and most others no more than ten; a long one is not held by the others.
func (l *Line) kept(reply *smtpwire.Reply) *smtpwire.Reply {
	if len(reply.Raw) > 1<<10 {
		long := *reply
		return &long
	}
	if len(l.replies) == cap(l.replies) {
		l.replies = make([]smtpwire.Reply, 0, min(2+3*cap(l.replies), 8))
	}
	l.replies = append(l.replies, *reply)
	return &l.replies[len(l.replies)-1]
}

// Within bounds the next read and write, and returns the time from which limit
// counts; the end of the run bounds them as well, whichever comes first.
func (l *Line) Within(limit time.Duration) (now time.Time) {
	now = time.Now()
	if l.Conn.Within(now, limit) && l.Ctx.Err() != nil { // the run may have ended before
		_ = l.Conn.SetDeadline(past())
	}
	return now
}

// HangUp closes a connection on which nothing more can be said.
func (l *Line) HangUp() {
	l.Gone = true
	_ = l.Conn.Close()
}

// Write sends a flight in one write. Before it, the line must be quiet: a
// byte that nobody asked for means that replies and commands are out of
// step, and every verdict after it would be wrong.
// It returns nil where the flight was sent, else why it was not.
func (l *Line) Write(verb string, b []byte, limit time.Duration) *judge.Judgement {
	if l.Gone || l.FarewellCode != 0 {
		return l.unsaid()
	}
	if j := l.Quiet(verb); j != nil {
		return j
	}
	l.Within(limit)
	if err := l.Conn.WriteRaw(b); err != nil {
		return l.unwritten(err, verb, limit)
	}
	return nil
}

// unsaid is NothingToSayTo, in a frame of its own.
//
//go:noinline
func (l *Line) unsaid() *judge.Judgement {
	j := l.NothingToSayTo()
	return &j
}

// unwritten is WriteFailed, in a frame of its own.
//
//go:noinline
func (l *Line) unwritten(err error, verb string, limit time.Duration) *judge.Judgement {
	j := l.WriteFailed(err, verb, limit)
	return &j
}

// NothingToSayTo is the judgement on a line for a connection that has ended
// in an earlier step, as that step had expected.
func (l *Line) NothingToSayTo() judge.Judgement {
	if l.Announced {
		return l.SaidGoodbye()
	}
	return judge.Judgement{Status: result.Fail, Reason: result.EOF, Message: "the connection had ended before this step"}
}

// SaidGoodbye is the judgement on a step after a server has hung up as it had
// announced with 421.
func (l *Line) SaidGoodbye() judge.Judgement {
	return judge.Judgement{Status: l.Temporary, Reason: result.Temporary, Message: "the server had ended the session with 421"}
}

// WriteFailed looks for the server's last words before it blames the write:
// a server that ends the session with 421 closes its side at once.
func (l *Line) WriteFailed(err error, verb string, limit time.Duration) judge.Judgement {
	reply, readErr := l.Conn.ReadReply()
	if readErr == nil {
		seen := judge.Observation{Verb: verb, Reply: &reply}
		j := judge.Failed(scenarios.Pos{}, "the server closed the connection with %s", seen.Shown())
		j.Code = reply.Code
		if judge.IsTemporary(verb, reply.Code) {
			j.Status, j.Reason = l.Temporary, result.Temporary
		}
		j.Explain(&seen)
		l.HangUp()
		return j
	}
	f := fault.ReadFault(l.Ctx, err, limit)
	if readErr != nil && fault.IsTLSFault(readErr) {
		f = fault.TLSFault(readErr)
	}
	l.HangUp()
	j := judge.Judgement{Status: f.Status, Reason: f.Reason, Message: f.Message, Closed: f.Closed}
	j.Explain(&judge.Observation{Verb: verb, Fault: f})
	l.SoonAfterHandshake(&j)
	return j
}

// NextOwed is the command word of the line whose reply is read next, if a
// step left that reply unread.
func (l *Line) NextOwed() string {
	if len(l.Owed) == 0 {
		return ""
	}
	verb := l.Owed[0]
	l.Owed = l.Owed[1:]
	return verb
}

// SoonAfterHandshake attributes the end of a connection to TLS if the server
// has not said a word under it yet: an alert may be lost, or never be sent.
func (l *Line) SoonAfterHandshake(j *judge.Judgement) {
	if !l.TLS.Unproven || (j.Reason != result.EOF && j.Reason != result.Reset && j.Reason != result.TLS) {
		return
	}
	j.Message += ", right after the handshake"
	j.Reason = result.TLS
	if h := l.TLS.Last; h.WithoutAnswer() {
		j.Message += "; the server had asked for a client certificate"
		j.Hint = "the server asks for a client certificate: give one with client_cert, or --client-cert"
	} else if h.Asked {
		j.Hint = "the server may not have liked the client certificate: its log says more"
	}
}
