package dialogue

import (
	"context"
	"net"

	"mxprobe/probe/diagnosis"
	"mxprobe/probe/result"
)

// control asks the control server, if there is one, whether a connection that
// could not be made is the fault of this side.
func (s *session) control(f diagnosis.Fault, hint string) (_ diagnosis.Fault, toDo string) {
	switch {
	case s.set.lineDown(s.ctx):
		return diagnosis.Control(f, false)
	case s.set.Control != "" && f.Reason == result.Timeout:
		s.controlAnswered = true
		return diagnosis.Control(f, true)
	}
	return f, hint
}

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
