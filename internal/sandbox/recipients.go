package sandbox

import "strings"

// endOfData answers the end of a message: once, or once for each recipient
// (LMTP, RFC 2033 section 4.2), or both (PRDR).
func (c *Conn) endOfData() {
	final := event{stage: onEndOfData, body: c.body, key: c.key(strings.Join(c.to, " "))}
	if !c.srv.lmtp && !c.prdr {
		c.play(final)
		return
	}
	var said strings.Builder
	var taken []string
	for _, to := range c.to {
		e := event{stage: onEndOfData, body: c.body, rcpt: to, key: c.key(to)}
		r := c.srv.rules.pick(e)
		if r == nil {
			r = &Rule{}
		}
		reply := c.compose(e, r)
		said.WriteString(reply)
		if r.Close {
			c.leaveAt(said.String())
			return
		}
		if strings.HasPrefix(reply, "2") {
			taken = append(taken, to)
		}
	}
	c.to = taken
	if c.prdr {
		c.out = append(c.out, "353 PRDR content analysis has started\r\n"+said.String()...)
		c.play(final)
		return
	}
	answer := said.String()
	if len(taken) > 0 && c.accept(Message{From: c.from, To: taken, Data: c.body}) != nil {
		answer = strings.Repeat("451 4.3.0 The mailbox cannot be written\r\n", strings.Count(answer, "\n"))
	}
	c.out = append(c.out, answer...)
	c.reset()
}

// leaveAt ends the session after the replies for some recipients.
func (c *Conn) leaveAt(said string) {
	if c.prdr {
		said = "353 PRDR content analysis has started\r\n" + said
	}
	c.out = append(c.out, said...)
	_ = c.flush()
	c.Close()
}

// usualEnd answers the end of a message for one recipient, or for all.
func (c *Conn) usualEnd(e event) string {
	switch {
	case c.tooBig:
		return "552 5.3.4 Message size exceeds fixed limit"
	case e.rcpt != "":
		return "250 2.1.5 <" + e.rcpt + "> Ok"
	case c.prdr && len(c.to) == 0:
		return "550 5.7.1 No recipient takes the message"
	}
	return ""
}
