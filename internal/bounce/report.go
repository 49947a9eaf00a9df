// Package bounce reads what comes back for a message: delivery status
// notifications (RFC 3464, RFC 6533) as servers write them, and bounces of
// another form, which say in words alone what a report says in fields.
//
// What stands in them was sent by anybody: recipients and the bytes of a value
// are bounded, and nothing of it is trusted.
package bounce

import (
	"strings"

	"mxprobe/internal/letter"
)

// Limits on a report.
const (
	MaxRecipients = 100 // recipients kept
	MaxValue      = 500 // bytes kept of a value
)

// Form is how a bounce says what it says.
type Form string

// The forms.
const (
	// Standard is a part of the type message/delivery-status.
	Standard Form = "delivery-status"
	// Words is text for people: what is read from it may be wrong.
	Words Form = "words"
)

// Returned is what a report holds of the message it is about.
type Returned string

// What a report may return (RFC 3461 section 4.3).
const (
	Nothing Returned = ""
	Headers Returned = "headers"
	Whole   Returned = "message"
)

// Report is a delivery status notification, or a bounce of another form.
// Values are as they stand there, bounded, and foreign text.
type Report struct {
	Form Form
	// EnvelopeID is the ENVID of the message, decoded by the reporter (RFC
	// 3464 section 2.2.1); empty where the report has none.
	EnvelopeID string
	// By is the server that reports, without the type of its name.
	By string
	// Recipients are those the report is about. A bounce in words may name
	// none.
	Recipients []Recipient
	// Returned is what the report holds of the message, MessageID its
	// Message-ID, empty where it is not there.
	Returned  Returned
	MessageID string
}

// Recipient is what a report says about one recipient.
type Recipient struct {
	// Action is delivered, relayed, expanded, delayed or failed, in lower case.
	Action string
	// Status is an enhanced status code such as 5.1.1.
	Status string
	// Final and Original are the addresses, without their types.
	Final, Original string
	// Diagnostic is the reply of the other server, if one said something, or
	// what a bounce in words says of the recipient.
	Diagnostic string
	// Remote is that other server.
	Remote string
}

// About reports whether this is about an address, as it was given or as it
// became; without case, as addresses are compared nearly everywhere.
func (r *Recipient) About(address string) bool {
	return strings.EqualFold(r.Original, address) || strings.EqualFold(r.Final, address)
}

// Address is the recipient as the sender knows it.
func (r *Recipient) Address() string {
	if r.Original != "" {
		return r.Original
	}
	return r.Final
}

// Read returns what a message reports, nil where it is no bounce.
func Read(m *letter.Message) *Report {
	r := standard(m)
	if r == nil {
		r = inWords(m)
	} else {
		r.addWords(m)
	}
	if r != nil {
		r.addReturned(m)
	}
	return r
}

// addWords takes what the text for people says of a recipient where the fields
// do not: Exim and OpenSMTPD write no Diagnostic-Code for what they refuse
// themselves.
func (r *Report) addWords(m *letter.Message) {
	var bare []string
	for i := range r.Recipients {
		if to := &r.Recipients[i]; to.Diagnostic == "" && to.Action != "delivered" {
			bare = append(bare, to.Final)
		}
	}
	if bare == nil {
		return
	}
	text := readText(m, false)
	for _, said := range text.recipients(nil, bare) {
		for i := range r.Recipients {
			if to := &r.Recipients[i]; to.Diagnostic == "" && said.About(to.Final) {
				to.Diagnostic = said.Diagnostic
			}
		}
	}
}

// addReturned notes what the report holds of the message it is about.
func (r *Report) addReturned(m *letter.Message) {
	for i := range m.Parts {
		p := &m.Parts[i]
		if p.Enclosed {
			continue
		}
		switch p.Type {
		case "message/rfc822", "message/global":
			r.Returned = Whole
		case "text/rfc822-headers", "message/global-headers", "message/rfc822-headers":
			r.Returned = Headers
		default:
			continue
		}
		h, _ := letter.ReadHeader(p.Content())
		r.MessageID = keep(h.Get("Message-ID"))
		return
	}
}

// keep returns as much of a value as is kept.
func keep(value string) string { return value[:min(len(value), MaxValue)] }

// first keeps the first value that is not empty.
func first(into *string, value string) {
	if *into == "" {
		*into = keep(value)
	}
}
