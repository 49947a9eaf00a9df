package cli

import (
	"fmt"
	"io"
	"strings"

	"mxprobe/internal/report"
	"mxprobe/probe/result"
)

// briefly writes one line of at most 80 columns for each address.
type briefly struct {
	w     io.Writer
	color bool
}

func (b *briefly) domain(d *result.Domain) error {
	var out strings.Builder
	if len(d.Hosts) == 0 {
		text := lastPart(d.Message)
		if d.Reason == result.NullMX {
			text = "takes no mail (null MX)"
		}
		b.line(&out, d.Status, d.Domain, "", text)
	}
	for p := range d.Played() {
		b.line(&out, p.Check.Status, p.Host.Name, p.Address.IP, inShort(p.Check))
	}
	_, err := io.WriteString(b.w, out.String())
	return err
}

// lastPart is what a message comes to, without what it is about.
func lastPart(message string) string {
	return strings.TrimSpace(message[strings.LastIndex(message, ": ")+1:])
}

func (b *briefly) line(out *strings.Builder, v result.Verdict, name, ip, text string) {
	if name = fmt.Sprintf("%-27s", name); ip != "" {
		name += fmt.Sprintf(" %-14s", ip)
	}
	line := fmt.Sprintf("%-12s %s %s", strings.ToUpper(v.String()), name, result.PrintableString(text))
	if runes := []rune(line); len(runes) > 80 {
		line = string(runes[:77]) + "..."
	}
	if b.color {
		line = colorOf(v) + line[:12] + "\x1b[0m" + line[12:]
	}
	out.WriteString(line + "\n")
}

// inShort says what became of a dialogue: the reply that decided it, where
// there is one.
func inShort(c *result.Check) string {
	switch {
	case c.Status == result.Pass && c.Attempts > 1:
		return fmt.Sprintf("attempt %d, %s", c.Attempts, report.Duration(c.Millis.Duration()))
	case c.Status == result.Pass:
		return report.Duration(c.Millis.Duration())
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Status == c.Status && s.Code != 0 {
			return fmt.Sprintf("%d %s", s.Code, strings.Join(s.Text, " "))
		}
	}
	return c.Message
}

func colorOf(v result.Verdict) string {
	switch v {
	case result.Fail:
		return "\x1b[31m"
	case result.Pass:
		return "\x1b[32m"
	}
	return "\x1b[33m"
}
