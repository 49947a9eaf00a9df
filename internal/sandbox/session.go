package sandbox

import (
	"errors"
	"slices"
	"strings"
)

// errGone says that the client or the world is gone.
var errGone = errors.New("connection is gone")

// serve speaks with one client until either side has enough.
func (c *Conn) serve() {
	if c.srv.proxied && c.readProxyHeader() != nil {
		return
	}
	if c.srv.https != nil {
		c.serveHTTPS()
		return
	}
	if t := c.srv.tls; t != nil && t.Implicit {
		c.startTLS()
		if c.done {
			return
		}
	}
	c.play(event{stage: onConnect, key: c.key("")})
	for !c.done {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		e := c.command(line)
		if e.verb == "BDAT" && c.offers("CHUNKING") {
			if c.chunk, err = c.readChunk(line); err != nil {
				return
			}
		}
		c.play(e)
	}
}

// command makes the event of a command line.
func (c *Conn) command(line string) event {
	e := event{line: line, verb: verbOf(line)}
	switch e.verb {
	case "MAIL":
		from, _, _ := parsePath(afterVerb(line, "FROM:"))
		e.key = c.keyOf(from)
	case "RCPT":
		to, _, _ := parsePath(afterVerb(line, "TO:"))
		e.key = c.key(to)
	default:
		e.key = c.key(strings.Join(c.to, " "))
	}
	return e
}

// key is what greylisting looks at (RFC 6647 section 2.3): client, sender
// and recipients. The family of the address wanted is part of the client,
// because a world without IPv6 serves both over IPv4.
func (c *Conn) key(to string) string {
	return c.keyOf(c.from) + " " + strings.ToLower(to)
}

func (c *Conn) keyOf(from string) string {
	family := "4 "
	if c.addr.Addr().Is6() {
		family = "6 "
	}
	return family + c.client.Addr().String() + " <" + strings.ToLower(from) + ">"
}

// play answers an event as the rules say, or as usual.
func (c *Conn) play(e event) {
	r := c.srv.rules.pick(e)
	if r == nil {
		r = &Rule{}
	}
	if r.Func != nil {
		if c.flush() != nil {
			c.done = true
			return
		}
		r.Func(c, e.line)
		return
	}
	if r.Delay > 0 && (c.flush() != nil || !c.Sleep(r.Delay)) {
		c.done = true
		return
	}
	said := c.compose(e, r)
	if (e.stage == onEndOfData || c.chunk.last) && strings.HasPrefix(said, "2") {
		// Before it is said: a client that has its answer may look.
		c.body = append(c.body, c.chunk.octets...)
		if c.accept(Message{From: c.from, To: c.to, Data: c.body}) != nil {
			said = "451 4.3.0 The mailbox cannot be written\r\n"
		}
	}
	if c.say(e, said, r) != nil {
		c.done = true
		return
	}
	switch {
	case r.Reset:
		c.Reset()
	case r.Close:
		c.Close()
	case r.Hang:
		c.Hang()
	default:
		c.goOn(e, said, r.Raw != "")
	}
}

// compose returns what a rule, or the usual behaviour, has to say.
func (c *Conn) compose(e event, r *Rule) string {
	switch {
	case r.silent():
		return ""
	case r.Raw != "":
		return r.Raw
	case r.Reply != "":
		return string(replyBytes(r.Reply))
	}
	return string(replyBytes(c.usual(e)))
}

// say sends the answer and what nobody asked for.
func (c *Conn) say(e event, said string, r *Rule) error {
	if e.stage == onConnect && (r.Delay > 0 || r.Drip > 0) {
		c.listenEarly()
	}
	if err := c.send([]byte(said), r.Split, r.Drip); err != nil {
		return err
	}
	if r.Extra != "" && r.ExtraDelay > 0 {
		if c.flush() != nil || !c.Sleep(r.ExtraDelay) {
			return errGone
		}
		if e.stage == onConnect {
			c.listenEarly()
		}
	}
	c.out = append(c.out, r.Extra...)
	return nil
}

// goOn changes the state of the session as the answer says.
func (c *Conn) goOn(e event, said string, raw bool) {
	code := ""
	if len(said) >= 3 {
		code = said[:3]
	}
	good := strings.HasPrefix(code, "2")
	switch {
	case code == "421" && !raw, e.verb == "QUIT":
		c.Close()
	case e.stage == onConnect:
		c.unwelcome = !good // RFC 5321 section 3.1
	case e.stage == onEndOfData:
		c.reset()
	case e.verb == "BDAT" && c.offers("CHUNKING"):
		c.takeChunk(good)
	case e.verb == "XCLIENT" && good:
		c.reset()
		c.helo, c.keywords = "", nil
	case e.verb == "AUTH" && code == "334" && c.login != nil && !raw:
		c.exchange()
	case e.verb == "AUTH":
		if good {
			c.user = c.proved
		}
	case !good && code != "354":
	case e.verb == "EHLO", e.verb == "HELO", e.verb == "LHLO":
		c.reset()
		c.helo, c.keywords = argument(e.line), keywordsOf(e.verb, said)
	case e.verb == "STARTTLS" && code == "220" && c.srv.tls != nil:
		c.startTLS()
	case e.verb == "RSET":
		c.reset()
	case e.verb == "MAIL":
		c.reset()
		p, params, _ := parsePath(afterVerb(e.line, "FROM:"))
		c.mail, c.from, c.utf8, c.prdr = true, p, hasParam(params, "SMTPUTF8"), hasParam(params, "PRDR")
		c.reports.ofMail(params)
		c.binary = slices.ContainsFunc(params, func(p string) bool { return strings.EqualFold(p, "BODY=BINARYMIME") })
	case e.verb == "RCPT":
		to, params, _ := parsePath(afterVerb(e.line, "TO:"))
		c.to = append(c.to, to)
		c.reports.ofRcpt(to, params)
	case e.verb == "DATA" && code == "354":
		c.message()
	}
}

// keywordsOf returns what a reply to EHLO offered: a rule may offer something
// else than the server. HELO offers nothing.
func keywordsOf(verb, said string) []string {
	lines := strings.Split(strings.TrimRight(said, "\r\n"), "\n")
	if verb == "HELO" || len(lines) < 2 {
		return nil
	}
	var out []string
	for _, line := range lines[1:] {
		if len(line) > 4 {
			out = append(out, strings.TrimRight(line[4:], "\r"))
		}
	}
	return out
}

// reset forgets the transaction (RFC 5321 section 4.1.1.5).
func (c *Conn) reset() {
	c.mail, c.from, c.to, c.utf8 = false, "", nil, false
	c.body, c.tooBig, c.prdr, c.binary = nil, false, false, false
	c.chunk, c.chunking, c.chunkRefused = chunk{}, false, false
}
