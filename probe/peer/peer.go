// Package peer holds what is known of the server that is spoken to: what it
// offers, the envelope it holds, whether the connection is secure. It learns from
// lines and replies, and says what does not fit together. It speaks with nobody.
package peer

import (
	"net/netip"
	"strings"

	"mxprobe/probe/result"
	"mxprobe/probe/smtpwire"
)

// Peer is what is known of the server that is spoken to.
type Peer struct {
	Ip       netip.Addr
	Keywords *smtpwire.Keywords // of the latest EHLO, nil before it
	// clear are the keywords from before TLS, nil where nothing is to be
	// compared.
	clear    *smtpwire.Keywords
	Envelope envelope
	Secure   bool // the connection is under TLS now
	// OwnSender is true if the scenario gave a reverse-path of its own.
	OwnSender bool
	// AskedHELO and AskedSender are true if the scenario lets the EHLO or HELO
	// line, or the MAIL line, be refused.
	AskedHELO, AskedSender bool
	// Greeting is what the server said first, nil before that.
	Greeting *smtpwire.Reply
	// Authenticated is true after a login, until TLS begins or ends.
	Authenticated bool
}

// Learn takes up what a reply tells of the server, and returns what is worth a
// note.
func (p *Peer) Learn(verb string, reply *smtpwire.Reply) []string {
	var notes []string
	positive := reply.Class() == 2
	// 235 is the yes to a login and to nothing else (RFC 4954 section 6).
	p.Authenticated = p.Authenticated || reply.Code == 235
	if positive {
		switch verb {
		case "EHLO", "LHLO":
			notes = p.learnKeywords(reply)
		case "HELO":
			p.Keywords = nil // afterwards no extension may be used
		case "XCLIENT": // a new greeting: the session begins again
			p.Keywords = nil
			p.Envelope = envelope{Mails: p.Envelope.Mails, size: -1}
		}
	}
	p.Envelope.Learn(verb, positive)
	return notes
}

func (p *Peer) learnKeywords(reply *smtpwire.Reply) []string {
	k := smtpwire.ParseEHLO(reply)
	p.Keywords = &k
	notes := p.compareKeywords()
	if n := k.Notes(); n != 0 {
		notes = append(notes, n.String())
	}
	if smtpwire.LooksRewritten(reply) {
		notes = append(notes, "keywords of the EHLO reply were crossed out: a firewall or filter (a middlebox) sits before the server")
	}
	return notes
}

// Begins takes over a connection on which TLS has begun. What was known from
// before counts no more (RFC 3207 section 4.2). implicit is true where nothing
// was said before.
func (p *Peer) Begins(implicit bool) {
	*p = Peer{Ip: p.Ip, Secure: true, clear: p.Keywords, OwnSender: p.OwnSender, AskedSender: p.AskedSender, Greeting: p.Greeting}
	if implicit {
		p.clear = nil
	}
}

// Ends takes over a connection on which TLS has ended.
func (p *Peer) Ends() { p.Secure, p.Keywords, p.Authenticated = false, nil, false }

// compareKeywords says what the handshake changed in what is offered.
func (p *Peer) compareKeywords() []string {
	var notes []string
	before, now := p.clear, p.Keywords
	if !p.Secure {
		return nil
	}
	if _, ok := now.Lookup("STARTTLS"); ok {
		notes = append(notes, "STARTTLS is offered again under TLS, against RFC 3207 section 4.2")
	}
	if before == nil {
		return notes
	}
	p.clear = nil
	if added := missingFrom(before, now); added != "" {
		notes = append(notes, "offered under TLS only: "+added)
	}
	if removed := missingFrom(now, before); removed != "" {
		notes = append(notes, "offered without TLS only: "+removed)
	}
	return notes
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
