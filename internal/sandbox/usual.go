package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/ascii"
)

// DefaultEHLO returns the keywords of a Server that has none of its own;
// SIZE comes with the server's limit.
func DefaultEHLO() []string {
	return []string{"PIPELINING", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "SMTPUTF8", "HELP"}
}

// maxLine is the longest command taken: 512 octets, and what the offered
// extensions add (RFC 5321 section 4.5.3.1.4, RFC 3461 section 4.1).
const maxLine = 2048

// usual returns what a sound server answers, as lines separated by LF. It
// changes nothing: what is said decides how the session goes on.
func (c *Conn) usual(e event) string {
	switch {
	case e.stage == onConnect:
		return "220 " + c.srv.hostname + " ESMTP mxprobe sandbox"
	case e.stage == onEndOfData && c.usualEnd(e) != "":
		return c.usualEnd(e)
	case e.stage == onEndOfData:
		return fmt.Sprintf("250 2.0.0 Ok: queued as %08X", c.srv.queued.Add(1))
	case e.verb == "QUIT":
		return "221 2.0.0 " + c.srv.hostname + " closing connection"
	case c.unwelcome:
		return "503 5.5.1 No mail service here" // RFC 5321 section 3.1
	case strings.HasSuffix(e.line, "\n"):
		return "500 5.5.2 Line does not end in CR LF" // RFC 5321 section 2.3.8
	case len(e.line) > maxLine && !(e.verb == "AUTH" && c.srv.auth != nil):
		return "500 5.5.2 Line too long"
	}
	return c.usualCommand(e)
}

func (c *Conn) usualCommand(e event) string {
	switch e.verb {
	case "EHLO", "HELO", "LHLO":
		if c.srv.lmtp != (e.verb == "LHLO") {
			return "500 5.5.2 Command unrecognized" // RFC 2033 section 4.1
		}
		return c.usualHello(e)
	case "MAIL":
		return c.usualMail(e)
	case "RCPT":
		return c.usualRcpt(e)
	case "DATA":
		return c.usualData(e)
	case "RSET":
		return c.bare(e, "250 2.0.0 Ok")
	case "NOOP":
		return "250 2.0.0 Ok"
	case "HELP":
		return "214 2.0.0 See RFC 5321"
	case "VRFY":
		if argument(e.line) == "" {
			return "501 5.5.4 VRFY needs an argument"
		}
		return "252 2.0.0 Cannot VRFY user, but will accept message and attempt delivery"
	case "STARTTLS":
		return c.usualStartTLS(e)
	case "AUTH":
		return c.usualAuth(e)
	case "EXPN", "BDAT", "ETRN", "TURN", "XCLIENT", "XFORWARD":
		if answer := c.usualExtension(e); answer != "" {
			return answer
		}
		return "502 5.5.1 Command not implemented"
	}
	return "500 5.5.2 Command unrecognized"
}

// bare refuses arguments where RFC 5321 section 4.1.1 has none.
func (c *Conn) bare(e event, reply string) string {
	if argument(e.line) != "" {
		return "501 5.5.4 " + e.verb + " takes no argument"
	}
	return reply
}

func (c *Conn) usualHello(e event) string {
	name := argument(e.line)
	if strings.HasPrefix(name, "[") && !validDomain(name) || !strings.HasPrefix(name, "[") && !validDomain(strings.TrimSuffix(name, ".")) {
		return "501 5.5.4 Invalid domain name"
	}
	if e.verb == "HELO" {
		return "250 " + c.srv.hostname
	}
	lines := []string{c.srv.hostname + " greets " + name}
	lines = append(lines, c.withAuth(c.withStartTLS(c.srv.keywords))...)
	return multiline("250", lines)
}

// multiline puts the code before each line (RFC 5321 section 4.2.1).
func multiline(code string, lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		b.WriteString(code + sep + line + "\n")
	}
	return b.String()
}

// offers reports whether the keyword is offered in this session.
func (c *Conn) offers(keyword string) bool {
	return slices.ContainsFunc(c.keywords, func(k string) bool {
		name, _, _ := strings.Cut(k, " ")
		return strings.EqualFold(name, keyword)
	})
}

func (c *Conn) usualMail(e event) string {
	path, params, ok := parsePath(afterVerb(e.line, "FROM:"))
	switch {
	case c.helo == "":
		return "503 5.5.1 Send EHLO or HELO first"
	case c.srv.tls != nil && c.srv.tls.Required && c.tls == nil:
		return "530 5.7.0 Must issue a STARTTLS command first" // RFC 3207 section 4
	case c.srv.auth != nil && c.srv.auth.Required && c.user == "":
		return "530 5.7.0 Authentication required" // RFC 4954 section 6
	case c.mail:
		return "503 5.5.1 Sender already given"
	case !ok:
		return "501 5.5.4 Syntax: MAIL FROM:<address>"
	case path != "" && !validPath(path):
		return "501 5.1.7 Bad sender address syntax"
	}
	if refusal := c.refuseMailParams(params); refusal != "" {
		return refusal
	}
	if !ascii.Only(path) && !hasParam(params, "SMTPUTF8") {
		return "553 5.6.7 SMTPUTF8 required"
	}
	if c.srv.badSender == BadSenderAtMail && badSender(path) {
		return "550 5.1.8 Sender address rejected: domain not found"
	}
	return "250 2.1.0 Ok"
}

// badSender reports whether no mail can ever go back to the sender.
func badSender(path string) bool {
	_, domain := splitPath(strings.ToLower(path))
	return domain == "invalid" || strings.HasSuffix(domain, ".invalid")
}

func (c *Conn) usualRcpt(e event) string {
	path, params, ok := parsePath(afterVerb(e.line, "TO:"))
	local, domain := splitPath(path)
	postmaster := strings.EqualFold(local, "postmaster")
	switch {
	case !c.mail:
		return "503 5.5.1 Need MAIL first"
	case !ok:
		return "501 5.5.4 Syntax: RCPT TO:<address>"
	case !validPath(path) && !(postmaster && domain == ""):
		return "501 5.1.3 Bad recipient address syntax"
	}
	if refusal := c.refuseRcptParams(params); refusal != "" {
		return refusal
	}
	switch {
	case !ascii.Only(path) && !c.utf8:
		return "553 5.6.7 SMTPUTF8 required"
	case len(c.to) >= c.srv.recipients:
		return "452 4.5.3 Too many recipients" // RFC 5321 section 4.5.3.1.10
	case c.srv.badSender == BadSenderAtRcpt && badSender(c.from):
		return "550 5.1.8 Sender address rejected: domain not found"
	case postmaster && (domain == "" || c.srv.local(domain)):
		return "250 2.1.5 Ok" // RFC 5321 section 4.5.1
	case !c.srv.local(domain) && !c.srv.relay:
		return "554 5.7.1 Relay access denied"
	case c.srv.local(domain) && !c.srv.knows(path):
		return "550 5.1.1 User unknown"
	}
	return "250 2.1.5 Ok"
}

func (c *Conn) usualData(e event) string {
	switch {
	case argument(e.line) != "":
		return "501 5.5.4 DATA takes no argument"
	case !c.mail:
		return "503 5.5.1 Need MAIL first"
	case c.chunking || c.binary:
		return "503 5.5.1 DATA does not go with BDAT and BINARYMIME" // RFC 3030 sections 2 and 3
	case len(c.to) == 0:
		return "554 5.5.1 No valid recipients"
	}
	return "354 End data with <CR><LF>.<CR><LF>"
}

// sizeKeyword is SIZE as the server offers it, empty for none.
func sizeKeyword(size int64) string {
	if size < 0 {
		return ""
	}
	return "SIZE " + strconv.FormatInt(size, 10)
}
