package message

import (
	"fmt"
	"io"
	"strings"

	"mxprobe/internal/report"
)

// WriteLine writes a message on one line, as for one of many.
func (m *Message) WriteLine(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: %s\n", m.Name, m.summary())
	return err
}

func (m *Message) summary() string {
	if m.Bounce != nil {
		var all []string
		for i := range m.Recipients {
			r := &m.Recipients[i]
			all = append(all, strings.Join(strings.Fields(r.Address()+" "+r.Action+" "+r.Status+" "+r.Cause), " "))
		}
		if all == nil {
			all = append(all, "no recipient is named")
		}
		return "bounce: " + strings.Join(all, "; ")
	}
	t := m.Trace
	s := fmt.Sprintf("message from %s, hops %d", m.From, len(t.Hops))
	if t.Took > 0 {
		s += ", " + report.Duration(t.Took)
	}
	if t.Slowest >= 0 {
		s += fmt.Sprintf(", slowest %s %s", named(&t.Hops[t.Slowest]), report.Duration(t.Hops[t.Slowest].Delay))
	}
	if len(t.Loops) > 0 {
		s += ", a loop"
	}
	return s
}
