package mailbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

// Limits on a report.
const (
	maxParts      = 10  // parts looked at
	maxRecipients = 100 // recipients kept
)

// Returned is what a report holds of the message it is about.
type Returned string

// What a report may return (RFC 3461 section 4.3).
const (
	Nothing Returned = ""
	Headers Returned = "headers"
	Whole   Returned = "message"
)

// Report is a delivery status notification (RFC 3464). Values are as they
// stand there, bounded, and foreign text.
type Report struct {
	// EnvelopeID is the ENVID of the message, decoded by the reporter (RFC
	// 3464 section 2.2.1); empty where the report has none.
	EnvelopeID string
	// By is the server that reports, without the type of its name.
	By         string
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
	// Diagnostic is the reply of the other server, if one said something.
	Diagnostic string
	// Remote is that other server.
	Remote string
}

// About reports whether this is about an address, as it was given or as it
// became; without case, as addresses are compared nearly everywhere.
func (r *Recipient) About(address string) bool {
	return strings.EqualFold(r.Original, address) || strings.EqualFold(r.Final, address)
}

// parseReport reads the body of a message with that Content-Type. It returns
// nil for what is no report.
func parseReport(contentType string, body []byte) *Report {
	kind, params := mediaType(contentType)
	if kind != "multipart/report" || params["boundary"] == "" {
		return nil
	}
	if t := params["report-type"]; t != "" && !strings.EqualFold(t, "delivery-status") {
		return nil
	}
	var report *Report
	returned, id := Nothing, ""
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for range maxParts {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		kind, _ := mediaType(part.Header.Get("Content-Type"))
		// A report that was cut off is used as far as it goes.
		content, _ := io.ReadAll(decoded(part))
		switch kind {
		case "message/delivery-status", "message/global-delivery-status":
			if report == nil {
				report = parseStatus(content)
			}
		case "message/rfc822", "message/global":
			returned, id = Whole, messageID(content)
		case "text/rfc822-headers", "message/global-headers":
			returned, id = Headers, messageID(content)
		}
	}
	if report == nil || len(report.Recipients) == 0 {
		return nil
	}
	report.Returned, report.MessageID = returned, id
	return report
}

// mediaType reads a Content-Type. A parameter that is not in order, or a remark,
// must not hide a report.
func mediaType(header string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(header)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(header, ";")
	kind, _, _ = strings.Cut(strings.ToLower(uncommented(kind)), " ")
	params = make(map[string]string)
	for part := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(uncommented(part), "=")
		if value = strings.Trim(strings.TrimSpace(value), `"`); value != "" {
			params[strings.ToLower(strings.TrimSpace(name))] = value
		}
	}
	return kind, params
}

// decoded undoes base64; the reader of parts undoes quoted-printable.
func decoded(part *multipart.Part) io.Reader {
	if strings.EqualFold(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")), "base64") {
		return base64.NewDecoder(base64.StdEncoding, part)
	}
	return part
}

func messageID(content []byte) string {
	for name, value := range fields(content) {
		if strings.EqualFold(name, "message-id") {
			return value
		}
	}
	return ""
}

// parseStatus reads groups of fields with empty lines between them: the first
// is about the message, each further one about a recipient (RFC 3464 section
// 2.1).
func parseStatus(text []byte) *Report {
	var r Report
	for n := 0; len(text) > 0 && len(r.Recipients) < maxRecipients; n++ {
		var group []byte
		group, text = split(bytes.TrimLeft(text, "\r\n"))
		if n == 0 {
			r.aboutMessage(group)
			continue
		}
		if to := parseRecipient(group); to.Action != "" {
			r.Recipients = append(r.Recipients, to)
		}
	}
	return &r
}

func (r *Report) aboutMessage(group []byte) {
	for name, value := range fields(group) {
		switch strings.ToLower(name) {
		case "original-envelope-id":
			first(&r.EnvelopeID, value)
		case "reporting-mta":
			first(&r.By, untyped(value))
		}
	}
}

func parseRecipient(group []byte) Recipient {
	var to Recipient
	for name, value := range fields(group) {
		switch strings.ToLower(name) {
		case "action":
			first(&to.Action, strings.ToLower(uncommented(value)))
		case "status":
			first(&to.Status, uncommented(value))
		case "final-recipient":
			first(&to.Final, address(value))
		case "original-recipient":
			first(&to.Original, address(value))
		case "diagnostic-code":
			first(&to.Diagnostic, untyped(value))
		case "remote-mta":
			first(&to.Remote, untyped(value))
		}
	}
	return to
}

// untyped returns what follows the type of an address, a name or a code:
// "rfc822; kate@example.org".
func untyped(value string) string {
	if _, rest, ok := strings.Cut(value, ";"); ok {
		value = rest
	}
	return strings.TrimSpace(value)
}

// address is that of a recipient, without the brackets that some put around it.
func address(value string) string {
	value = untyped(value)
	if inner, ok := strings.CutPrefix(value, "<"); ok {
		value = strings.TrimSuffix(inner, ">")
	}
	return value
}

// uncommented takes a remark off: "5.1.1 (no such user)".
func uncommented(value string) string {
	value, _, _ = strings.Cut(value, "(")
	return strings.TrimSpace(value)
}
