package bounce

import (
	"bytes"
	"strings"

	"mxprobe/internal/letter"
)

// standard reads the first part of the type message/delivery-status,
// whatever it stands in, whose fields say something of a recipient. A part of
// the message itself goes before one of a message within it.
func standard(m *letter.Message) *Report {
	for _, enclosed := range [...]bool{false, true} {
		for i := range m.Parts {
			p := &m.Parts[i]
			if p.Enclosed != enclosed || p.Type != "message/delivery-status" && p.Type != "message/global-delivery-status" {
				continue
			}
			if r := readStatus(p.Content()); len(r.Recipients) > 0 {
				r.Form = Standard
				return r
			}
		}
	}
	return nil
}

// readStatus reads groups of fields with empty lines between them: the first
// is about the message, each further one about a recipient (RFC 3464 section
// 2.1). Some write all of them as one group, some empty lines within one:
// so what a field says counts, and not where it stands. A recipient begins at
// its address, or at a field that the one before has already.
func readStatus(text []byte) *Report {
	var r Report
	var to Recipient
	flush := func() {
		to.settle()
		if to.Action != "" && len(r.Recipients) < MaxRecipients {
			r.Recipients = append(r.Recipients, to)
		}
		to = Recipient{}
	}
	for len(text) > 0 && len(r.Recipients) < MaxRecipients {
		var group letter.Header
		group, text = letter.ReadHeader(bytes.TrimLeft(text, "\r\n"))
		if to.Address() != "" && names(group) {
			flush()
		}
		for i := range group {
			name := strings.ToLower(group[i].Name)
			if r.aboutMessage(name, group[i].Value) {
				continue
			}
			if into, value := to.field(name, group[i].Value); into != nil {
				if again(name) && *into != "" {
					flush()
				}
				into, _ = to.field(name, value)
				first(into, value)
			}
		}
	}
	flush()
	return &r
}

// names reports whether a group names a recipient.
func names(group letter.Header) bool {
	return group.Has("Final-Recipient") || group.Has("Original-Recipient")
}

// again reports whether a field that comes a second time belongs to the next
// recipient.
func again(name string) bool {
	return name == "final-recipient" || name == "original-recipient" || name == "action"
}

func (r *Report) aboutMessage(name, value string) bool {
	switch name {
	case "original-envelope-id":
		first(&r.EnvelopeID, value)
	case "reporting-mta":
		first(&r.By, untyped(value))
	default:
		return false
	}
	return true
}

// field returns where the value of a field belongs, and what is kept of it;
// nil for a field that is not kept.
func (to *Recipient) field(name, value string) (into *string, kept string) {
	switch name {
	case "action":
		return &to.Action, strings.ToLower(uncommented(value))
	case "status":
		return &to.Status, uncommented(value)
	case "final-recipient":
		return &to.Final, address(value)
	case "original-recipient":
		return &to.Original, address(value)
	case "diagnostic-code":
		return &to.Diagnostic, untyped(value)
	case "remote-mta":
		return &to.Remote, untyped(value)
	}
	return nil, ""
}

// settle makes of what was written what should have been: an action of RFC 3464
// section 2.3.3, where another word or none stands in its place, and a status,
// where it stands in the reply alone.
func (to *Recipient) settle() {
	if statusIn(to.Status) == "" {
		if status := statusIn(to.Diagnostic); status != "" {
			to.Status = status
		}
	}
	switch {
	case to.Action == "" && to.Address() == "":
	case strings.HasPrefix(to.Action, "fail"), to.Action == "expired", to.Action == "undeliverable", to.Action == "bounced",
		to.Action == "" && strings.HasPrefix(to.Status, "5."):
		to.Action = "failed"
	case to.Action == "" && strings.HasPrefix(to.Status, "2."):
		to.Action = "delivered"
	}
	if to.Remote == "" {
		to.Remote = remoteIn(to.Diagnostic)
	}
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
		value, _, _ = strings.Cut(inner, ">")
	}
	return strings.TrimSuffix(strings.TrimSpace(value), ">")
}

// uncommented takes a remark off: "5.1.1 (no such user)".
func uncommented(value string) string {
	value, _, _ = strings.Cut(value, "(")
	return strings.TrimSpace(value)
}
