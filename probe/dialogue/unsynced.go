package dialogue

import "mxprobe/probe/result"

// unsynced is how an attempt ended in which the server lost its place in a
// group of commands; the attempts after it are made line by line.
type unsynced struct {
	verdict result.Check
}

// oneByOne reports whether a dialogue is to be played again at once, line by
// line on a new connection: the server offers PIPELINING and lost its place
// in a group (RFC 2920 section 3.2). That attempt tells whether the group or
// a line of it is to blame. It is made once, and never after the text of a
// message, which could arrive twice.
func (t *trial) oneByOne(s *session) bool {
	switch {
	case t.unsynced == nil && s.lost && s.textAt.IsZero() && s.ctx.Err() == nil:
		t.unsynced = &unsynced{verdict: t.result}
		t.serial = true
		return true
	case t.unsynced != nil:
		t.blame(s)
	}
	return false
}

// blame says what the attempt line by line has shown. Under pipeline: auto
// the groups were ours, so that what the lines are answered counts, with a
// warning. A scenario that sends a group itself asks for the group.
func (t *trial) blame(s *session) {
	r, first := &t.result, &t.unsynced.verdict
	if s.status > result.Warn {
		r.Notes = append(r.Notes, "a group of commands failed before ("+first.Message+"), and so did its lines one by one")
		return
	}
	const finding = "the server offers PIPELINING and loses its place in a group, while the same lines one by one are answered as expected"
	r.FailedStep, r.Reason, r.Message, r.Hint = first.FailedStep, first.Reason, first.Message, first.Hint
	r.Status = first.Status
	if t.dialogue.scenario.Grouped {
		r.Status = result.Warn
	}
	r.Notes = append(r.Notes, finding)
	r.Hint = finding + " (RFC 2920): senders that pipeline lose mail there or retry for long; look for a filter before the server"
}
