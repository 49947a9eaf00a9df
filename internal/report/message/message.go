// Package message writes what there is to know of one message: its way, the
// checks that were made of it, and, where it is a bounce, who did not get it
// and why. It writes text, JSON and a page.
//
// All of it is foreign text. It is made printable where a [Message] is made,
// so that no writer has to know; the page escapes what means something there.
package message

import (
	"strings"
	"time"

	"mxprobe/internal/bounce"
	"mxprobe/internal/dkim"
	"mxprobe/internal/letter"
	"mxprobe/internal/trace"
	"mxprobe/probe/result"
)

// Message is what is shown of a message.
type Message struct {
	// Name says where the message is, empty for standard input.
	Name                        string
	From, To, Subject, Date, ID string
	// Bounce is nil for a message that is none.
	Bounce     *bounce.Report
	Recipients []Recipient
	Trace      *trace.Trace
	// Signatures are the DKIM signatures, checked where Verified is set.
	Signatures []dkim.Result
	Verified   bool
	// FromDomain is that of From; Aligned are the domains that were verified
	// and go with it, as DMARC asks.
	FromDomain string
	Aligned    []Aligned
}

// Recipient is a recipient of a bounce and what it means.
type Recipient struct {
	bounce.Recipient
	Meaning
}

// Meaning says why a recipient did not get a message.
type Meaning struct {
	// Reply is that of the server, without what a reporter wrote around it.
	Reply string
	// Cause is a word of the table of causes, Whose matter it is.
	Cause, Whose string
	Temporary    bool
	// Hint is what to do, empty where nothing is known.
	Hint string
}

// Explain finds out what a recipient's status and diagnostic text mean.
type Explain func(status, diagnostic string) Meaning

// Aligned is a domain that a check verified and that goes with From.
type Aligned struct {
	// Method is spf or dkim, By who verified it.
	Method, Domain, By string
	Alignment          trace.Alignment
}

// Make reads a message. The results of its signatures are nil where no key was
// looked up.
func Make(name string, raw []byte, explain Explain, signatures []dkim.Result) *Message {
	read := letter.Read(raw)
	m := &Message{
		Name: clean(name), From: field(read, "From"), To: field(read, "To"), Subject: field(read, "Subject"),
		Date: field(read, "Date"), ID: field(read, "Message-ID"),
		Bounce: bounce.Read(read), Trace: trace.Read(read.Header), Signatures: signatures, Verified: signatures != nil,
	}
	m.clean()
	for i := range m.recipients() {
		to := m.Bounce.Recipients[i]
		m.Recipients = append(m.Recipients, Recipient{to, cleanMeaning(explain(to.Status, to.Diagnostic))})
	}
	if !m.Verified {
		for _, s := range m.Trace.Signatures {
			m.Signatures = append(m.Signatures, dkim.Result{Domain: s.Domain, Selector: s.Selector, Algorithm: s.Algorithm})
		}
	}
	m.align()
	return m
}

func (m *Message) recipients() []bounce.Recipient {
	if m.Bounce == nil {
		return nil
	}
	return m.Bounce.Recipients
}

// Type is what JSON calls the message.
func (m *Message) Type() string {
	if m.Bounce != nil {
		return "bounce"
	}
	return "message"
}

// align finds the domains that go with that of From, among what the uppermost
// Authentication-Results and the signatures say.
func (m *Message) align() {
	_, rest, ok := strings.Cut(m.From, "@")
	if !ok {
		return
	}
	m.FromDomain = strings.ToLower(strings.TrimRight(rest[:domainEnd(rest)], "."))
	add := func(method, domain, by string) {
		if a := trace.Align(m.FromDomain, domain); a != trace.NotAligned {
			m.Aligned = append(m.Aligned, Aligned{method, domain, by, a})
		}
	}
	if len(m.Trace.Checks) > 0 {
		check := &m.Trace.Checks[0]
		for i := range check.Results {
			r := &check.Results[i]
			switch {
			case r.Value != "pass":
			case r.Method == "spf":
				add("spf", r.Property("smtp.mailfrom"), check.Server)
			case r.Method == "dkim" && r.Property("header.d") != "":
				add("dkim", r.Property("header.d"), check.Server)
			case r.Method == "dkim":
				add("dkim", r.Property("header.i"), check.Server)
			}
		}
	}
	for _, s := range m.Signatures {
		if s.Value == dkim.Pass {
			add("dkim", s.Domain, "mxprobe")
		}
	}
}

func domainEnd(s string) int {
	if end := strings.IndexAny(s, "> \t,;)\""); end >= 0 {
		return end
	}
	return len(s)
}

// Delay is the time of a hop in milliseconds.
func delay(h *trace.Hop) int64 { return h.Delay.Milliseconds() }

// maxField is how much of a field is shown.
const maxField = 300

func field(m *letter.Message, name string) string {
	return clean(letter.DecodeWords(m.Header.Get(name)))
}

// clean makes foreign text printable, in one line of a bearable length.
func clean(s string) string { return result.Printable([]byte(s), maxField) }

func cleanMeaning(m Meaning) Meaning {
	m.Reply, m.Cause, m.Whose, m.Hint = clean(m.Reply), clean(m.Cause), clean(m.Whose), result.PrintableString(m.Hint)
	return m
}

// clean makes everything printable that came with the message.
func (m *Message) clean() {
	all := func(values ...*string) {
		for _, v := range values {
			*v = clean(*v)
		}
	}
	if b := m.Bounce; b != nil {
		all(&b.EnvelopeID, &b.By, &b.MessageID)
		for i := range b.Recipients {
			to := &b.Recipients[i]
			all(&to.Action, &to.Status, &to.Final, &to.Original, &to.Diagnostic, &to.Remote)
		}
	}
	t := m.Trace
	for i := range t.Hops {
		h := &t.Hops[i]
		all(&h.From, &h.HELO, &h.By, &h.With, &h.TLS, &h.Cipher, &h.ID, &h.For)
	}
	for i := range t.Checks {
		cleanCheck(&t.Checks[i], all)
	}
	for i := range t.Seals {
		s := &t.Seals[i]
		all(&s.Domain, &s.Selector, &s.Chain)
		cleanCheck(&s.Check, all)
	}
	for i := range t.Signatures {
		s := &t.Signatures[i]
		all(&s.Domain, &s.Selector, &s.Algorithm)
	}
	for i := range m.Signatures {
		s := &m.Signatures[i]
		all(&s.Domain, &s.Selector, &s.Algorithm, &s.Reason)
	}
	for i := range t.Filters {
		all(&t.Filters[i].Name, &t.Filters[i].Value)
	}
	for i := range t.Loops {
		all(&t.Loops[i])
	}
	for i := range t.Unsubscribe.Links {
		all(&t.Unsubscribe.Links[i])
	}
}

func cleanCheck(c *trace.Check, all func(...*string)) {
	all(&c.Server)
	for i := range c.Results {
		r := &c.Results[i]
		all(&r.Method, &r.Value, &r.Reason)
		for j := range r.Properties {
			all(&r.Properties[j].Name, &r.Properties[j].Value)
		}
	}
}

// when is a time as text shows it.
func when(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") }
