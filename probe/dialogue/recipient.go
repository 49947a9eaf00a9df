package dialogue

import (
	"strings"

	"mxprobe/probe"
)

// recipient returns the n-th recipient of a target, counted from 1.
func (s *Settings) recipient(t probe.Target, n int) string {
	to := s.To
	if n > 1 {
		to = s.FurtherTo[n-2]
	}
	if to == "" {
		return onWire("postmaster@" + t.Domain)
	}
	return onWire(strings.ReplaceAll(to, "${domain}", t.Domain))
}

// turns returns where the recipient whose turn it is stands among the
// variables, nil where there is only one.
func (s *Settings) turns() map[string]string {
	if len(s.FurtherTo) == 0 {
		return nil
	}
	return make(map[string]string, 1)
}

// take makes it the turn of the n-th recipient, of nobody for 0.
func (s *Settings) take(turn map[string]string, t probe.Target, n int) {
	if turn == nil {
		return
	}
	delete(turn, "to")
	if n > 0 {
		turn["to"] = s.recipient(t, n)
	}
}
