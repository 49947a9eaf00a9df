package message

import (
	"fmt"
	"io"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/internal/trace"
)

// WriteText writes a message for people, in lines of at most width columns; 0
// is no limit.
func (m *Message) WriteText(w io.Writer, width int) error {
	p := &page{width: width}
	p.line(m.headline())
	p.row("file", m.Name)
	p.row("from", m.From)
	p.row("to", m.To)
	p.row("subject", m.Subject)
	p.bounce(m)
	p.hops(m.Trace)
	p.checks(m)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// headline says what the message is.
func (m *Message) headline() string {
	switch {
	case m.Bounce == nil:
		return "A message, and no bounce"
	case len(m.Recipients) == 0:
		return "A bounce that names no recipient"
	case len(m.Recipients) == 1:
		return m.Recipients[0].Address() + ": " + outcome(m.Recipients[0].Action)
	}
	return fmt.Sprintf("A report of %d recipients", len(m.Recipients))
}

// outcome puts an action of RFC 3464 section 2.3.3 into words.
func outcome(action string) string {
	switch action {
	case "failed":
		return "the message was not delivered"
	case "delayed":
		return "the message was not delivered yet, and is still being tried"
	case "delivered":
		return "the message was delivered"
	case "relayed":
		return "the message was handed to a server that reports nothing"
	case "expanded":
		return "the message was handed on to several addresses"
	}
	return "the report says " + action
}

// page is text that is being written.
type page struct {
	b     strings.Builder
	width int
}

// margin is where what stands behind a name begins.
const margin = 12

func (p *page) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
}

// row writes a value behind its name, later lines set in.
func (p *page) row(name, value string) {
	if value == "" {
		return
	}
	room := 0
	if p.width > 0 {
		room = max(p.width, 40) - margin
	}
	for i, line := range report.Wrap(value, room) {
		if i > 0 {
			name = ""
		}
		p.line(fmt.Sprintf("%-*s%s", margin, name, line))
	}
}

func (p *page) bounce(m *Message) {
	b := m.Bounce
	if b == nil {
		return
	}
	p.row("reported by", b.By)
	if b.Form == "words" {
		p.row("form", "in words: there is no report (RFC 3464) in it, and what is read here may be wrong")
	}
	about := b.MessageID
	if b.EnvelopeID != "" {
		about = strings.TrimSpace(about + " ENVID " + b.EnvelopeID)
	}
	p.row("about", about)
	for i := range m.Recipients {
		p.recipient(&m.Recipients[i])
	}
}

func (p *page) recipient(r *Recipient) {
	p.line("")
	p.row("recipient", r.Address())
	if r.Final != "" && r.Final != r.Address() {
		p.row("became", r.Final)
	}
	p.row("action", strings.TrimSpace(r.Action+" "+r.Status))
	p.row("remote", r.Remote)
	p.row("reply", r.Diagnostic)
	if r.Action != "failed" && r.Action != "delayed" {
		return
	}
	cause := r.Cause
	if cause != "" && r.Temporary {
		cause += ", temporary"
	}
	p.row("cause", cause)
	p.row("whose", r.Whose)
	p.row("what to do", r.Hint)
}

func (p *page) hops(t *trace.Trace) {
	p.line("")
	if len(t.Hops) == 0 {
		p.row("hops", "none: there is no Received field")
		return
	}
	head := fmt.Sprintf("%d", len(t.Hops))
	if t.Took > 0 {
		head += ", " + report.Duration(t.Took) + " in all"
	}
	if t.Slowest >= 0 {
		slow := &t.Hops[t.Slowest]
		head += fmt.Sprintf("; slowest: %s, %s", named(slow), report.Duration(slow.Delay))
	}
	p.row("hops", head)
	for i := range t.Hops {
		p.row(fmt.Sprintf("%4d", i+1), hopLine(&t.Hops[i]))
	}
	for i := range t.Hops {
		if h := &t.Hops[i]; h.Skewed() {
			p.row("clock", fmt.Sprintf("hop %d is %s before hop %d: one of the two clocks is wrong, and with it the delays", i+1, report.Duration(-h.Delay), i))
		}
	}
	for _, loop := range t.Loops {
		p.row("loop", loop)
	}
}

// named is the server of a hop.
func named(h *trace.Hop) string {
	if h.By == "" {
		return "a server without a name"
	}
	return h.By
}

// hopLine is a hop on one line.
func hopLine(h *trace.Hop) string {
	var parts []string
	from := h.From
	if h.Address.IsValid() && from != h.Address.String() {
		from = strings.TrimSpace(from + " [" + h.Address.String() + "]")
	}
	if from != "" {
		from += " -> "
	}
	parts = append(parts, from+named(h))
	if h.HELO != "" {
		parts = append(parts, "HELO "+h.HELO)
	}
	if with := strings.TrimSpace(h.With + " " + h.TLS); with != "" {
		parts = append(parts, with)
	}
	if h.Software != "" {
		parts = append(parts, h.Software)
	}
	switch {
	case h.At.IsZero():
		parts = append(parts, "no date")
	case h.ZoneMissing:
		parts = append(parts, when(h.At)+" (no zone)")
	default:
		parts = append(parts, when(h.At)+" UTC")
	}
	if h.Timed {
		sign := "+"
		if h.Delay < 0 {
			sign = ""
		}
		parts = append(parts, sign+report.Duration(h.Delay))
	}
	return strings.Join(parts, ", ")
}
