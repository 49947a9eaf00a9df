package peer

import "mxprobe/scenarios"

// LeftOutBy says why a step or scenario does not apply, or nothing if it does.
func (p *Peer) LeftOutBy(conditions, exceptions []scenarios.Condition) string {
	for i := range conditions {
		if !p.holds(&conditions[i]) {
			return absence(&conditions[i])
		}
	}
	for i := range exceptions {
		if !p.holds(&exceptions[i]) {
			return ""
		}
	}
	if len(exceptions) > 0 {
		return presence(&exceptions[0])
	}
	return ""
}

func absence(c *scenarios.Condition) string {
	switch c.Word {
	case "":
		return "host does not offer " + c.String()
	case "ipv4", "ipv6":
		return "the address is not " + c.String()
	}
	return "the session is not " + c.String()
}

func presence(c *scenarios.Condition) string {
	switch c.Word {
	case "":
		return "host offers " + c.String()
	case "ipv4", "ipv6":
		return "the address is " + c.String()
	}
	return "the session is " + c.String()
}

// holds judges a condition by the latest answer to EHLO.
func (p *Peer) holds(c *scenarios.Condition) bool {
	switch c.Word {
	case "ipv4":
		return p.Ip.Is4()
	case "ipv6":
		return p.Ip.Is6()
	case "tls":
		return p.Secure
	case "authenticated":
		return p.Authenticated
	}
	if p.Keywords == nil {
		return c.Keyword.Offered("", false)
	}
	params, ok := p.Keywords.Lookup(c.Keyword.Name)
	return c.Keyword.Offered(params, ok)
}
