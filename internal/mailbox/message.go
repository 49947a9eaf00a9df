package mailbox

import (
	"bytes"
	"iter"
	"strings"
)

// Message is what is kept of a message in a mailbox.
type Message struct {
	// Place says where it is: a file, or the UID of IMAP.
	Place string
	// MessageID is that field, its brackets included, empty if it has none.
	MessageID string
	// Sender is the reverse-path of the final delivery, from Return-Path (RFC
	// 5321 section 4.4), with its brackets: "<>" is the null sender. Empty if
	// the field is missing.
	Sender string
	// Report is what a delivery status notification says, nil for a message
	// that is none.
	Report *Report

	id string // for Delete
}

// Parse reads a message, or as much of it as there is. Whatever cannot be read
// is left out; there is no message that is none.
func Parse(raw []byte) Message {
	var m Message
	var contentType string
	header, body := split(raw)
	for name, value := range fields(header) {
		switch strings.ToLower(name) {
		case "message-id":
			first(&m.MessageID, value)
		case "return-path":
			first(&m.Sender, value)
		case "content-type":
			first(&contentType, value)
		}
	}
	m.Report = parseReport(contentType, body)
	return m
}

// first keeps the value of the first field of a name: the last delivery, and
// the last server, put theirs on top.
func first(into *string, value string) {
	if *into == "" {
		*into = value
	}
}

// split returns the header of a message and what follows the empty line.
func split(raw []byte) (header, body []byte) {
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			break
		}
		if len(bytes.TrimRight(raw[at:at+end], "\r")) == 0 {
			return raw[:at], raw[at+end+1:]
		}
		at += end + 1
	}
	return raw, nil
}

// fields yields the fields of a header, folded lines joined, up to the end of
// text or an empty line. Lines that are no field are passed over.
func fields(text []byte) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		var name string
		var value []byte
		for line := range bytes.Lines(text) {
			line = bytes.TrimRight(line, "\r\n")
			if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
				value = keep(append(value, ' '), bytes.TrimSpace(line))
				continue
			}
			if name != "" && !yield(name, string(bytes.TrimSpace(value))) {
				return
			}
			name, value = "", value[:0]
			before, after, ok := bytes.Cut(line, []byte(":"))
			if len(line) == 0 {
				return
			}
			if ok {
				name, value = string(keep(nil, bytes.TrimSpace(before))), keep(value, after)
			}
		}
		if name != "" {
			yield(name, string(bytes.TrimSpace(value)))
		}
	}
}

// keep appends more up to the longest value that is kept.
func keep(value, more []byte) []byte {
	room := max(maxValue-len(value), 0)
	return append(value, more[:min(len(more), room)]...)
}

// Size is roughly what a message costs to keep, in bytes.
func (m *Message) Size() int {
	n := 200 + len(m.Place) + len(m.MessageID) + len(m.Sender)
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
	header, _ := split(raw)
	return messageID(header)
}
