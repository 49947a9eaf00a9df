package peer

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"mxprobe/internal/ascii"
	"mxprobe/scenarios"
)

// offered returns the parameters of a keyword in the latest reply to EHLO,
// and whether it is there at all.
func (p *Peer) offered(name string) (params string, ok bool) {
	if p.Keywords == nil {
		return "", false
	}
	return p.Keywords.Lookup(name)
}

// Offers reports whether a keyword is in the latest reply to EHLO.
func (p *Peer) Offers(name string) bool {
	_, ok := p.offered(name)
	return ok
}

// remark is told what no server has to take; the line, or the text, has been
// sent or will be: a scenario may break rules on purpose.
type remark func(format string, args ...any)

// RemarkOn remarks on a MAIL or RCPT line.
func (p *Peer) RemarkOn(verb string, sent []byte, add remark) {
	if verb != "MAIL" && verb != "RCPT" {
		return
	}
	if bytes.IndexByte(sent, '=') >= 0 { // no parameter without a value has a fault
		if why := scenarios.ParamFault(strings.TrimRight(string(sent), "\r\n")); why != "" {
			add("%s", why)
		}
	}
	p.remarkOnUTF8(sent, add)
	if verb == "MAIL" {
		if limit := p.sizeLimit(); limit > 0 && p.Envelope.size > limit {
			add("SIZE=%d is over the %d that the server takes (RFC 1870 section 4)", p.Envelope.size, limit)
		}
	}
	// Both say what the server will take, so going on is of no use (RFC 9422
	// section 3).
	if limit := p.limit("MAILMAX"); verb == "MAIL" && limit > 0 && p.Envelope.Mails > limit {
		add("this is MAIL number %d of the session, and the server takes %d (LIMITS MAILMAX)", p.Envelope.Mails, limit)
	}
	if verb == "MAIL" && p.Envelope.requireTLS {
		p.remarkOnREQUIRETLS(add)
	}
	if limit := p.limit("RCPTMAX"); verb == "RCPT" && limit > 0 && len(p.Envelope.To) > limit {
		add("this is recipient number %d, and the server takes %d a message (LIMITS RCPTMAX)", len(p.Envelope.To), limit)
	}
}

// remarkOnREQUIRETLS notes what the parameter needs: TLS on this hop, and the
// keyword in the reply to EHLO under it (RFC 8689 sections 2 and 4).
func (p *Peer) remarkOnREQUIRETLS(add remark) {
	switch {
	case !p.Secure:
		add("REQUIRETLS before TLS: a server can only promise it for a hop that is encrypted (RFC 8689 section 4)")
	case !p.Offers("REQUIRETLS"):
		add("the server does not offer REQUIRETLS in its latest reply to EHLO (RFC 8689 section 2)")
	}
}

// remarkOnUTF8 notes an address outside ASCII that was not declared, or that
// the server never said it takes (RFC 6531 section 3.4).
func (p *Peer) remarkOnUTF8(line []byte, add remark) {
	if ascii.Only(line) {
		return
	}
	switch {
	case !p.Offers("SMTPUTF8"):
		add("the line is not ASCII, and the server does not offer SMTPUTF8: no other server would send it such a line (RFC 6531 section 3.4)")
	case !p.Envelope.utf8:
		add("the line is not ASCII, and the MAIL line does not say SMTPUTF8 (RFC 6531 section 3.4)")
	}
}

// sizeLimit is the largest message the server takes, 0 where it names none.
func (p *Peer) sizeLimit() int64 {
	params, _ := p.offered("SIZE")
	if params = strings.TrimSpace(params); params == "" {
		return 0
	}
	n, err := strconv.ParseInt(params, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// limit is one of the server's LIMITS, 0 where it names none.
func (p *Peer) limit(name string) int {
	params, _ := p.offered("LIMITS")
	for word := range strings.FieldsSeq(params) {
		if key, value, _ := strings.Cut(word, "="); strings.EqualFold(key, name) {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return n
			}
		}
	}
	return 0
}

// onlyASCII reports whether all parts of a text are ASCII.
func onlyASCII(parts [][]byte) bool {
	return !slices.ContainsFunc(parts, func(part []byte) bool { return !ascii.Only(part) })
}

// Misfit says what of a text, the first part of which has its header, the server never said it takes.
func (p *Peer) Misfit(parts ...[]byte) string {
	if onlyASCII(parts) {
		return ""
	}
	header, _ := HeaderOf(parts[0])
	switch {
	case !ascii.Only(header) && !p.Offers("SMTPUTF8"):
		return "the header of the message is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531 section 3.4)"
	case !p.Offers("8BITMIME") && !(p.Offers("BINARYMIME") && p.Envelope.Binary):
		return "the message has 8-bit text, and the server does not offer 8BITMIME (RFC 6152 section 3)"
	}
	return ""
}

// RemarkOnText notes where a text and what MAIL declared do not agree.
func (p *Peer) RemarkOnText(add remark, parts ...[]byte) {
	if !onlyASCII(parts) {
		if !p.Envelope.eightBit {
			add("the message has 8-bit text, and the MAIL line does not say BODY=8BITMIME (RFC 6152 section 3)")
		}
		if header, _ := HeaderOf(parts[0]); !ascii.Only(header) && !p.Envelope.utf8 {
			add("the header of the message is not ASCII, and the MAIL line does not say SMTPUTF8 (RFC 6531 section 3.4)")
		}
	}
	limit, declared := p.sizeLimit(), p.Envelope.size
	if limit == 0 && declared < 0 {
		return // whatever its size is
	}
	size := int64(0)
	for _, part := range parts {
		size += wireSize(part)
	}
	if limit > 0 && size > limit {
		add("the message has %d octets, and the server takes %d (SIZE, RFC 1870 section 4)", size, limit)
	}
	if declared >= 0 && size > declared && p.Offers("SIZE") {
		add("the message has %d octets, more than SIZE=%d of the MAIL line said", size, declared)
	}
}

// wireSize counts the octets of a text as SIZE does: line ends as CR LF, the
// dots that are doubled and the end mark left out (RFC 1870 section 5).
func wireSize(text []byte) int64 {
	n := int64(len(text))
	last := byte('\n')
	for i, b := range text {
		if b == '\n' && (i == 0 || text[i-1] != '\r') {
			n++
		}
		last = b
	}
	if last != '\n' {
		n += 2
	}
	return n
}

// HeaderOf returns the header section of a text, if it begins with one.
func HeaderOf(text []byte) (header []byte, ok bool) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	name, _, colon := bytes.Cut(first, []byte(":"))
	if !colon || len(name) == 0 || bytes.ContainsAny(name, " \t") {
		return nil, false
	}
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		if len(bytes.TrimRight(text[at:at+end], "\r")) == 0 {
			return text[:at], true
		}
		at += end + 1
	}
	return text, true
}
