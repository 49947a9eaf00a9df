package peer

import (
	"bytes"
	"strconv"
	"strings"

	"mxprobe/dnsmx"
	"mxprobe/internal/ascii"
	"mxprobe/probe/diagnosis"
	"mxprobe/probe/smtpwire"
)

// envelope is the transaction as far as it is known.
type envelope struct {
	From     string // the reverse-path
	To       []string
	Accepted int
	// Rcpts are the recipients whose RCPT was accepted, in order.
	Rcpts []string
	// What the MAIL line declared: 8-bit text (RFC 6152), UTF-8 in addresses
	// and header (RFC 6531), the size in octets (-1 where none).
	eightBit, Binary, utf8, Prdr, requireTLS bool
	size                                     int64
	// Envid is ENVID of the MAIL line, decoded (RFC 3461 section 4.4), messageID
	// that field of the text; empty where there is none.
	Envid, MessageID string
	// pending are the recipients whose RCPT has no reply yet.
	pending []string
	// Answered is the recipient whose RCPT was answered last.
	Answered string
	// Mails counts the transactions of the session.
	Mails int
}

// Sent keeps what a MAIL or RCPT line says.
func (e *envelope) Sent(verb string, line []byte) {
	switch verb {
	case "MAIL":
		// What was accepted before stays until the server says that this
		// begins a new transaction: it may refuse to.
		*e = envelope{
			From: pathOf(line), Accepted: e.Accepted, Rcpts: e.Rcpts, pending: e.pending, Mails: e.Mails + 1, size: -1,
		}
		for name, value := range paramsOf(line) {
			e.declare(name, value)
		}
	case "RCPT":
		path := pathOf(line)
		e.To, e.pending = append(e.To, path), append(e.pending, path)
	}
}

func (e *envelope) declare(name, value string) {
	switch name {
	case "BODY":
		e.Binary = strings.EqualFold(value, "BINARYMIME")
		e.eightBit = e.Binary || strings.EqualFold(value, "8BITMIME")
	case "SMTPUTF8":
		e.utf8 = true
	case "REQUIRETLS":
		e.requireTLS = true
	case "ENVID":
		e.Envid = value
		if id, err := smtpwire.DecodeXtext(value); err == nil {
			e.Envid = id
		}
	case "PRDR":
		e.Prdr = true
	case "SIZE":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
			e.size = n
		}
	}
}

// Learn takes a reply up. MAIL, RSET, EHLO and the end of a message begin a
// new transaction.
func (e *envelope) Learn(verb string, positive bool) {
	switch verb {
	case "MAIL":
		if positive {
			e.Accepted, e.Rcpts = 0, nil
		}
	case "RCPT":
		to := ""
		if len(e.pending) > 0 {
			to, e.pending = e.pending[0], e.pending[1:]
		}
		e.Answered = to
		if positive {
			e.Accepted++
			e.Rcpts = append(e.Rcpts, to)
		}
	case "RSET", "EHLO", "HELO", "LHLO", diagnosis.DataEnd:
		if positive || verb == diagnosis.DataEnd {
			*e = envelope{Mails: e.Mails, pending: e.pending, size: -1}
		}
	}
}

// pathOf returns the address between the angle brackets of a line.
func pathOf(line []byte) string {
	_, rest, ok := bytes.Cut(line, []byte("<"))
	if !ok {
		return ""
	}
	address, _, ok := bytes.Cut(rest, []byte(">"))
	if !ok {
		return ""
	}
	return string(address)
}

// paramsOf yields the parameters behind the path of a MAIL or RCPT line,
// their names in upper case.
func paramsOf(line []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		end := bytes.LastIndexByte(line, '>')
		for word := range strings.FieldsSeq(string(line[end+1:])) {
			name, value, _ := strings.Cut(word, "=")
			if end >= 0 && !yield(strings.ToUpper(name), value) {
				return
			}
		}
	}
}

// OnWire returns an address as it goes over the wire: a local part in ASCII
// needs no SMTPUTF8 if its domain is in A-labels (RFC 6531 section 3.7.1).
func OnWire(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || !ascii.Only(address[:at]) {
		return address
	}
	domain := dnsmx.ASCII(address[at+1:])
	if domain == address[at+1:] {
		return address
	}
	return address[:at+1] + domain
}
