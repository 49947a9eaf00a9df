package message

import (
	"fmt"
	"strings"

	"mxprobe/internal/trace"
)

// checks writes what was found out of where the message comes from.
func (p *page) checks(m *Message) {
	t := m.Trace
	if len(t.Checks)+len(t.Seals)+len(m.Signatures)+len(t.Filters)+len(t.Unsubscribe.Links) > 0 {
		p.line("")
	}
	for i := range t.Checks {
		c := &t.Checks[i]
		p.row("checked by", strings.TrimSuffix(c.Server+": "+results(c), ": "))
	}
	for i := range t.Seals {
		s := &t.Seals[i]
		p.row(fmt.Sprintf("ARC %d", s.Instance), strings.TrimSuffix(fmt.Sprintf("%s, chain %s: %s", s.Domain, s.Chain, results(&s.Check)), ": "))
	}
	for _, s := range m.Signatures {
		value := fmt.Sprintf("%s, selector %s, %s", s.Domain, s.Selector, s.Algorithm)
		if s.Value != "" {
			value += ": " + string(s.Value)
		} else {
			value += ": not checked (--dns looks the key up)"
		}
		if s.Reason != "" {
			value += ", " + s.Reason
		}
		p.row("DKIM", value)
	}
	p.row("DMARC", m.alignment())
	if u := t.Unsubscribe; len(u.Links) > 0 {
		how := ""
		if u.OneClick {
			how = " (one click)"
		}
		p.row("list", "unsubscribe: "+strings.Join(u.Links, ", ")+how)
	}
	for _, f := range t.Filters {
		p.row("filter", f.Name+": "+f.Value)
	}
}

// alignment says which verified domains go with From.
func (m *Message) alignment() string {
	if m.FromDomain == "" || len(m.Trace.Checks) == 0 && !m.Verified {
		return ""
	}
	if len(m.Aligned) == 0 {
		return "nothing that was verified goes with From, " + m.FromDomain
	}
	var all []string
	for _, a := range m.Aligned {
		all = append(all, fmt.Sprintf("%s %s (%s, says %s)", a.Method, a.Domain, a.Alignment, a.By))
	}
	return m.FromDomain + " goes with " + strings.Join(all, ", ")
}

// results is a check on one line.
func results(c *trace.Check) string {
	if len(c.Results) == 0 {
		return "nothing checked"
	}
	var all []string
	for i := range c.Results {
		r := &c.Results[i]
		s := r.Method + "=" + r.Value
		if r.Reason != "" {
			s += " (" + r.Reason + ")"
		}
		for _, p := range r.Properties {
			s += " " + p.Name + "=" + p.Value
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}
