// Package letter takes a message apart: its fields, its parts, and what they
// hold once their encoding is undone. It reads messages as they are written,
// not only as they should be: bare LF and bare CR, lines in a header that are
// no field, boundaries that are missing or never close, a charset that is not
// the one that was announced.
//
// What it reads was sent by anybody. Fields, parts, depth and the bytes of a
// value are bounded, the work grows with the size of the message and no
// faster, and there is no message that is none.
package letter

import (
	"bytes"
	"strings"
)

// Limits on a message. What is beyond them is left out.
const (
	MaxValue  = 16 << 10 // bytes kept of a field
	maxFields = 1000     // fields of a header
	maxParts  = 200      // parts of a message
	maxDepth  = 10       // parts within parts
)

// Message is a message that was taken apart.
type Message struct {
	Header Header
	// Parts are the parts in the order in which they stand, those without
	// parts of their own; what a message/rfc822 part holds follows it.
	Parts []Part
	// Whole is the text of the message, its lines as they came.
	Whole []byte
}

// Part is one part of a message.
type Part struct {
	Header Header
	// Type is the media type in lower case; "text/plain" where none is given.
	Type string
	// Params are the parameters of Content-Type, their names in lower case.
	Params map[string]string
	// Depth is how many parts it is within; 0 for a message of one part.
	Depth int
	// Enclosed reports whether the part belongs to a message within the
	// message.
	Enclosed bool

	body []byte
}

// Read takes a message apart, or as much of it as there is.
func Read(raw []byte) *Message {
	raw = withoutEnvelope(withLineFeeds(raw))
	m := &Message{Whole: raw}
	w := walker{message: m}
	m.Header, _ = ReadHeader(raw)
	w.walk(raw, "text/plain", 0, false)
	return m
}

// withLineFeeds gives a message whose lines end with CR alone the usual ends.
func withLineFeeds(raw []byte) []byte {
	feeds := bytes.Count(raw, []byte("\n"))
	if returns := bytes.Count(raw, []byte("\r")); returns <= feeds+feeds/2 {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// withoutEnvelope takes off the line that mbox puts before a message, and the
// empty lines that some programs do.
func withoutEnvelope(raw []byte) []byte {
	raw = bytes.TrimLeft(raw, "\r\n")
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	for bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, rest, ok := bytes.Cut(raw, []byte("\n"))
		if !ok {
			return nil
		}
		raw = rest
	}
	return raw
}

// walker collects the parts of a message.
type walker struct {
	message *Message
}

// walk takes one part apart: its header, an empty line, its body. fallback is
// the type of a part that names none.
func (w *walker) walk(raw []byte, fallback string, depth int, enclosed bool) {
	if len(w.message.Parts) >= maxParts {
		return
	}
	p := Part{Depth: depth, Enclosed: enclosed}
	p.Header, p.body = ReadHeader(raw)
	p.Type, p.Params = mediaType(p.Header.Get("Content-Type"))
	if !strings.Contains(p.Type, "/") {
		p.Type = fallback
	}
	if strings.HasPrefix(p.Type, "multipart/") && depth < maxDepth {
		if parts := split(p.Content(), p.Params["boundary"]); parts != nil {
			inner := "text/plain"
			if p.Type == "multipart/digest" {
				inner = "message/rfc822"
			}
			for _, part := range parts {
				w.walk(part, inner, depth+1, enclosed)
			}
			return
		}
	}
	w.message.Parts = append(w.message.Parts, p)
	if p.HoldsMessage() && depth < maxDepth {
		w.walk(withoutEnvelope(p.Content()), "text/plain", depth+1, true)
	}
}

// HoldsMessage reports whether the part is a message of its own.
func (p *Part) HoldsMessage() bool {
	return p.Type == "message/rfc822" || p.Type == "message/global"
}

// IsMessage reports whether a text begins as a message does: with two fields
// that mail programs write.
func IsMessage(begin []byte) bool {
	h, _ := ReadHeader(withoutEnvelope(withLineFeeds(begin)))
	known := make(map[string]bool)
	for i := range h {
		name := strings.ToLower(h[i].Name)
		switch name {
		case "received", "return-path", "delivered-to", "from", "to", "cc", "subject", "date", "message-id", "mime-version",
			"content-type", "dkim-signature", "authentication-results", "arc-seal", "reply-to", "sender", "x-original-to", "envelope-to":
			known[name] = true
		}
	}
	return len(known) >= 2 && (len(h) > 0 && BeginsWithField(begin))
}

// BeginsWithField reports whether a text begins with a header field, behind the
// line of a mailbox file where there is one: what stands before a message makes
// it something else.
func BeginsWithField(begin []byte) bool {
	begin = withoutEnvelope(begin)
	return nameLength(begin[:min(len(begin), 2*maxName)]) > 0
}
