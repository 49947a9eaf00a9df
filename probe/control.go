package probe

import (
	"context"
	"net"

	"mxprobe/probe/result"
)

// control asks the control server, if there is one, whether a connection that
// could not be made is the fault of this side.
func (s *session) control(f fault, hint string) (_ fault, toDo string) {
	switch {
	case s.set.lineDown(s.ctx):
		f = faulty(result.Inconclusive, result.NoRoute, f.message+"; the control server does not answer either")
		hint = "look at the network of this machine, and whether it lets connections to these ports out; or name another server with --control, if that one is down"
	case s.set.Control != "" && f.reason == result.Timeout:
		hint = controlAnswers
	}
	return f, hint
}

// controlAnswers is the advice where the line is known to be well.
const controlAnswers = "the control server answers, so this machine is on the network: look at this server or the way to it; a firewall may drop what goes to this port"

// lineDown reports whether the control server was tried, once in a run, and
// did not answer.
func (s *Settings) lineDown(ctx context.Context) bool {
	if s.Control == "" {
		return false
	}
	s.control.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, s.connectTimeout())
		defer cancel()
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Control)
		if err != nil {
			s.controlDown = true
			return
		}
		_ = conn.Close()
	})
	return s.controlDown
}
