package dialogue

import (
	"crypto/tls"
	"strings"

	"mxprobe/probe/judge"
	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// drain reads to the end of what the server says under TLS.
func drain(client *tls.Conn) error {
	buf := make([]byte, 512)
	for range 1000 {
		if _, err := client.Read(buf); err != nil {
			return err
		}
	}
	return nil
}

// soonAfterHandshake attributes the end of a connection to TLS if the server
// has not said a word under it yet: an alert may be lost, or never be sent.
func (s *session) soonAfterHandshake(j *judge.Judgement) {
	if !s.tls.unproven || (j.Reason != result.EOF && j.Reason != result.Reset && j.Reason != result.TLS) {
		return
	}
	j.Message += ", right after the handshake"
	if j.Reason != result.TLS {
		j.Reason = result.TLS
	}
	if h := s.tls.last; h.asked && !h.answered {
		j.Message += "; the server had asked for a client certificate"
		j.Hint = "the server asks for a client certificate: give one with client_cert, or --client-cert"
	} else if h.asked {
		j.Hint = "the server may not have liked the client certificate: its log says more"
	}
}

// compareKeywords notes what the handshake changed in what is offered.
func (s *session) compareKeywords() {
	before, now := s.tls.clear, s.keywords
	if !s.tls.on || now == nil {
		return
	}
	if _, ok := now.Lookup("STARTTLS"); ok {
		s.note("STARTTLS is offered again under TLS, against RFC 3207 section 4.2")
	}
	if before == nil {
		return
	}
	s.tls.clear = nil
	if added := missingFrom(before, now); added != "" {
		s.note("offered under TLS only: " + added)
	}
	if removed := missingFrom(now, before); removed != "" {
		s.note("offered without TLS only: " + removed)
	}
}

// missingFrom returns the keywords of other that k does not have in the same
// way; STARTTLS has to differ.
func missingFrom(k, other *smtpwire.Keywords) string {
	var out []string
	for name, params := range other.All() {
		if had, ok := k.Lookup(name); (!ok || had != params) && !strings.EqualFold(name, "STARTTLS") {
			out = append(out, strings.TrimSpace(name+" "+params))
		}
	}
	return result.PrintableString(strings.Join(out, ", "))
}
