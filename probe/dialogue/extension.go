package dialogue

import (
	"fmt"
	"strconv"
	"strings"

	"mxprobe/internal/ascii"
	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// offered returns the parameters of a keyword in the latest reply to EHLO,
// and whether it is there at all.
func (s *session) offered(name string) (params string, ok bool) {
	if s.keywords == nil {
		return "", false
	}
	return s.keywords.Lookup(name)
}

func (s *session) offers(name string) bool {
	_, ok := s.offered(name)
	return ok
}

// remarkOn notes at a MAIL or RCPT line what no server has to take. The line
// has been sent: a scenario may break rules on purpose.
func (s *session) remarkOn(st *result.Step, l line, sent []byte) {
	if l.verb != "MAIL" && l.verb != "RCPT" {
		return
	}
	add := func(format string, args ...any) {
		st.Notes = append(st.Notes, result.PrintableString(fmt.Sprintf(format, args...)))
	}
	if why := scenarios.ParamFault(strings.TrimRight(string(sent), "\r\n")); why != "" {
		add("%s", why)
	}
	s.remarkOnUTF8(sent, add)
	if l.verb == "MAIL" {
		if limit := s.sizeLimit(); limit > 0 && s.envelope.size > limit {
			add("SIZE=%d is over the %d that the server takes (RFC 1870 section 4)", s.envelope.size, limit)
		}
	}
	// Both say what the server will take, so going on is of no use (RFC 9422
	// section 3).
	if limit := s.limit("MAILMAX"); l.verb == "MAIL" && limit > 0 && s.envelope.mails > limit {
		add("this is MAIL number %d of the session, and the server takes %d (LIMITS MAILMAX)", s.envelope.mails, limit)
	}
	if l.verb == "MAIL" && s.envelope.requireTLS {
		s.remarkOnREQUIRETLS(add)
	}
	if limit := s.limit("RCPTMAX"); l.verb == "RCPT" && limit > 0 && len(s.envelope.to) > limit {
		add("this is recipient number %d, and the server takes %d a message (LIMITS RCPTMAX)", len(s.envelope.to), limit)
	}
}

// remarkOnREQUIRETLS notes what the parameter needs: TLS on this hop, and the
// keyword in the reply to EHLO under it (RFC 8689 sections 2 and 4).
func (s *session) remarkOnREQUIRETLS(add func(format string, args ...any)) {
	switch {
	case !s.tls.on:
		add("REQUIRETLS before TLS: a server can only promise it for a hop that is encrypted (RFC 8689 section 4)")
	case !s.offers("REQUIRETLS"):
		add("the server does not offer REQUIRETLS in its latest reply to EHLO (RFC 8689 section 2)")
	}
}

// remarkOnUTF8 notes an address outside ASCII that was not declared, or that
// the server never said it takes (RFC 6531 section 3.4).
func (s *session) remarkOnUTF8(line []byte, add func(format string, args ...any)) {
	if ascii.Only(line) {
		return
	}
	switch {
	case !s.offers("SMTPUTF8"):
		add("the line is not ASCII, and the server does not offer SMTPUTF8: no other server would send it such a line (RFC 6531 section 3.4)")
	case !s.envelope.utf8:
		add("the line is not ASCII, and the MAIL line does not say SMTPUTF8 (RFC 6531 section 3.4)")
	}
}

// sizeLimit is the largest message the server takes, 0 where it names none.
func (s *session) sizeLimit() int64 {
	params, _ := s.offered("SIZE")
	n, err := strconv.ParseInt(strings.TrimSpace(params), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// limit is one of the server's LIMITS, 0 where it names none.
func (s *session) limit(name string) int {
	params, _ := s.offered("LIMITS")
	for word := range strings.FieldsSeq(params) {
		if key, value, _ := strings.Cut(word, "="); strings.EqualFold(key, name) {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return n
			}
		}
	}
	return 0
}

// fits reports whether a message can go to this server. One that is written
// out to the last byte goes as it is, with a note; another is stopped before
// DATA, because what would arrive could be something else.
func (s *session) fits(st *result.Step, step *scenarios.Step, text []byte) (judge.Judgement, bool) {
	asIs := step.AsIs || step.Action == scenarios.Body
	if step.Action != scenarios.BDAT && s.envelope.binary {
		st.Notes = append(st.Notes, "the MAIL line says BODY=BINARYMIME, which goes with bdat and not with DATA (RFC 3030 section 3)")
	}
	if why := s.misfit(text); why != "" {
		if asIs {
			st.Notes = append(st.Notes, why)
			return judge.Judgement{}, true
		}
		return judge.Judgement{
			Status: result.Fail, Reason: result.Reply, Message: why + ": it was not sent",
			Hint: "encode the text in ASCII (RFC 2045 section 6.7), or set as_is: true to send it as it is",
		}, false
	}
	s.remarkOnText(st, text)
	return judge.Judgement{}, true
}

// misfit says what of a text the server never said it takes.
func (s *session) misfit(text []byte) string {
	if ascii.Only(text) {
		return ""
	}
	header, _ := headerOf(text)
	switch {
	case !ascii.Only(header) && !s.offers("SMTPUTF8"):
		return "the header of the message is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531 section 3.4)"
	case !s.offers("8BITMIME") && !(s.offers("BINARYMIME") && s.envelope.binary):
		return "the message has 8-bit text, and the server does not offer 8BITMIME (RFC 6152 section 3)"
	}
	return ""
}

// remarkOnText notes where a text and what MAIL declared do not agree.
func (s *session) remarkOnText(st *result.Step, text []byte) {
	if !ascii.Only(text) {
		if !s.envelope.eightBit {
			st.Notes = append(st.Notes, "the message has 8-bit text, and the MAIL line does not say BODY=8BITMIME (RFC 6152 section 3)")
		}
		if header, _ := headerOf(text); !ascii.Only(header) && !s.envelope.utf8 {
			st.Notes = append(st.Notes, "the header of the message is not ASCII, and the MAIL line does not say SMTPUTF8 (RFC 6531 section 3.4)")
		}
	}
	size := wireSize(text)
	if limit := s.sizeLimit(); limit > 0 && size > limit {
		st.Notes = append(st.Notes, fmt.Sprintf("the message has %d octets, and the server takes %d (SIZE, RFC 1870 section 4)", size, limit))
	}
	if declared := s.envelope.size; declared >= 0 && size > declared && s.offers("SIZE") {
		st.Notes = append(st.Notes, fmt.Sprintf("the message has %d octets, more than SIZE=%d of the MAIL line said", size, declared))
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
