package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// usualExtension answers the commands of extensions, empty for one that is
// not offered.
func (c *Conn) usualExtension(e event) string {
	if e.verb == "BDAT" {
		return c.usualChunk()
	}
	if !c.offers(e.verb) {
		return ""
	}
	switch e.verb {
	case "ETRN":
		return c.usualETRN(e)
	case "XCLIENT":
		for word := range strings.FieldsSeq(argument(e.line)) {
			if name, value := param(word); value == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				return "501 5.5.4 Bad XCLIENT attribute " + name
			}
		}
		if c.mail {
			return "503 5.5.1 Mail transaction in progress"
		}
		return "220 " + c.srv.hostname + " ESMTP mxprobe sandbox"
	}
	return ""
}

// usualETRN starts the queue of a domain of this server (RFC 1985 section 5).
func (c *Conn) usualETRN(e event) string {
	domain := strings.TrimLeft(argument(e.line), "@#")
	switch {
	case c.mail:
		return "503 5.5.1 Not during a transaction"
	case !validDomain(domain):
		return "501 5.5.4 Syntax: ETRN domain"
	case !c.srv.local(domain):
		return "459 4.7.1 Not for that domain"
	}
	return "250 2.0.0 Queuing started"
}

// extensionParam says whether a parameter of MAIL is known and its value
// right, for the extensions that sandbox servers do nothing else about.
func (c *Conn) extensionParam(name, value string) (known, good bool) {
	switch name {
	case "PRDR", "REQUIRETLS":
		return c.offers(name), value == ""
	case "BY": // RFC 2852 section 4: BY=120;R
		seconds, mode, ok := strings.Cut(value, ";")
		_, err := strconv.ParseInt(seconds, 10, 32)
		mode = strings.TrimSuffix(strings.ToUpper(mode), "T")
		return c.offers("DELIVERBY"), ok && err == nil && (mode == "R" || mode == "N")
	case "MT-PRIORITY": // RFC 6710 section 4: -9 to 9
		n, err := strconv.Atoi(value)
		return c.offers(name), err == nil && n >= -9 && n <= 9
	case "HOLDFOR": // RFC 4865 section 4
		n, err := strconv.Atoi(value)
		return c.offers("FUTURERELEASE"), err == nil && n > 0
	case "HOLDUNTIL":
		return c.offers("FUTURERELEASE"), validTime(value)
	}
	return false, false
}

// validTime holds a value to the form of RFC 3339, which may have an action
// behind a semicolon (RFC 7293 section 3).
func validTime(value string) bool {
	value, _, _ = strings.Cut(value, ";")
	_, err := time.Parse(time.RFC3339, value)
	return err == nil
}
