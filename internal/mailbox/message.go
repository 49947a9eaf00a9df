package mailbox

import (
	"time"

	"mxprobe/internal/bounce"
	"mxprobe/internal/letter"
	"mxprobe/internal/trace"
)

// Message is what is kept of a message in a mailbox.
type Message struct {
	// Place says where it is: a file, or the UID of IMAP.
	Place string
	// Folder is the folder beside the mailbox that holds it, such as that for
	// spam; empty for the mailbox itself.
	Folder string
	// MessageID is that field, its brackets included, empty if it has none.
	MessageID string
	// Sender is the reverse-path of the final delivery, from Return-Path (RFC
	// 5321 section 4.4), with its brackets: "<>" is the null sender. Empty if
	// the field is missing.
	Sender string
	// Mark is MarkField, empty for a message that mxprobe did not send. Sent is
	// its Date, zero where it has none that can be read.
	Mark string
	Sent time.Time
	// Report is what a delivery status notification says, nil for a message
	// that is none.
	Report *bounce.Report

	id string // for Delete
}

// Parse reads a message, or as much of it as there is. Whatever cannot be read
// is left out; there is no message that is none.
func Parse(raw []byte) Message {
	read := letter.Read(raw)
	return Message{
		MessageID: short(read.Header.Get("Message-ID")),
		Sender:    short(read.Header.Get("Return-Path")),
		Mark:      short(read.Header.Get(MarkField)),
		Sent:      dateOf(read.Header),
		Report:    bounce.Read(read),
	}
}

// MarkField is the field that mxprobe puts into every message it composes.
const MarkField = "X-Mxprobe"

func dateOf(h letter.Header) time.Time {
	at, _, _ := trace.ParseDate(h.Get("Date"))
	return at
}

// short returns as much of a field as is kept.
func short(value string) string { return value[:min(len(value), maxValue)] }

// Size is roughly what a message costs to keep, in bytes.
func (m *Message) Size() int {
	n := 200 + len(m.Place) + len(m.Folder) + len(m.Mark) + len(m.MessageID) + len(m.Sender)
	if r := m.Report; r != nil {
		n += len(r.EnvelopeID) + len(r.By) + len(r.MessageID)
		for i := range r.Recipients {
			to := &r.Recipients[i]
			n += 100 + len(to.Action) + len(to.Status) + len(to.Final) + len(to.Original) + len(to.Diagnostic) + len(to.Remote)
		}
	}
	return n
}

// MessageID returns the Message-ID of a message as Parse does, empty if it has
// none.
func MessageID(raw []byte) string {
	header, _ := letter.ReadHeader(raw)
	return short(header.Get("Message-ID"))
}

// mayReport reports whether a header is that of what may be a report, so that
// the rest of the message is worth reading.
func mayReport(raw []byte) bool {
	header, _ := letter.ReadHeader(raw)
	return bounce.May(header)
}
