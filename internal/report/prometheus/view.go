package prometheus

import (
	"strings"

	"mxprobe/probe/result"
)

// view is whether mail gets to a domain.
type view uint8

const (
	unknown  view = iota // nobody can say, or mail waits at its sender
	lost                 // no mail gets there
	degraded             // mail gets there, but a host or an address fails
	taken                // mail gets there at once
)

// viewOf is the view of a sending server.
func viewOf(d *result.Domain) view {
	if d.Sender == nil {
		return unknown
	}
	switch d.Sender.View {
	case result.ViewAtOnce:
		return taken
	case result.ViewDegraded:
		return degraded
	case result.ViewRefused, result.ViewDown, result.ViewReturned:
		return lost
	}
	return unknown
}

// offer is whether a server offered STARTTLS.
type offer uint8

const (
	notAsked offer = iota // no list of extensions was seen, or TLS came first
	absent
	offered
)

// offerOf looks for STARTTLS in the replies to EHLO of the last attempt that
// has any. Under TLS it must not be offered again (RFC 3207 section 4.2), so
// that one offer is enough. A server that knows HELO alone offers nothing.
func offerOf(c *result.Check) offer {
	if c.TLS != nil && c.TLS.Implicit {
		return notAsked
	}
	seen, attempt := notAsked, 0
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Code/100 != 2 || !s.IsHello() {
			continue
		}
		if s.Attempt != attempt {
			seen, attempt = absent, s.Attempt
		}
		for _, line := range s.Text[min(1, len(s.Text)):] { // the first is the server's name
			if words := strings.Fields(line); len(words) > 0 && strings.EqualFold(words[0], "STARTTLS") {
				seen = offered
			}
		}
	}
	return seen
}
