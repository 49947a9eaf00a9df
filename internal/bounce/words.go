package bounce

import (
	"strings"

	"mxprobe/internal/letter"
)

// inWords reads a bounce that says in words what a report says in fields, as
// qmail, Exim, Exchange and many gateways write them; nil where a message is
// none. Each writes its own text, and changes it: so nothing here knows a text
// by heart. What counts is who sent it and how (see evidence), where a line has
// an address (see shape), and what servers say in replies.
func inWords(m *letter.Message) *Report {
	if isOther(m) {
		return nil
	}
	text := readText(m, true)
	named := text.recipients(ownAddresses(m), failedField(m))
	if !weigh(m, text, len(named)).enough(len(named)) {
		return nil
	}
	r := &Report{Form: Words, By: text.reporter(m), Recipients: named, MessageID: text.messageID}
	if text.messageID != "" {
		r.Returned = Headers
	}
	return r
}

// isOther reports whether a message says of itself that it is something else:
// a complaint (RFC 5965), a read receipt (RFC 8098).
func isOther(m *letter.Message) bool {
	for i := range m.Parts {
		p := &m.Parts[i]
		switch p.Type {
		case "message/feedback-report", "message/disposition-notification":
			return !p.Enclosed
		}
	}
	_, kind, _ := strings.Cut(strings.ToLower(m.Header.Get("Content-Type")), "report-type=")
	kind = strings.TrimLeft(kind, `"' `)
	return strings.HasPrefix(kind, "feedback-report") || strings.HasPrefix(kind, "disposition-notification")
}

// failedField returns the addresses in X-Failed-Recipients, which Exim and
// those who follow it write.
func failedField(m *letter.Message) []string {
	var list []string
	for value := range m.Header.All("X-Failed-Recipients") {
		for _, at := range addressesIn(value) {
			if len(list) < MaxRecipients {
				list = append(list, value[at.from:at.to])
			}
		}
	}
	return list
}

// ownAddresses are those of the two ends of the bounce itself.
func ownAddresses(m *letter.Message) map[string]bool {
	own := make(map[string]bool)
	for _, name := range [...]string{"From", "To", "Return-Path", "Sender", "Reply-To"} {
		value := m.Header.Get(name)
		for _, at := range addressesIn(value) {
			own[strings.ToLower(value[at.from:at.to])] = true
		}
	}
	return own
}

// text is what a bounce says in words, up to the message that it returns.
type text struct {
	lines []string
	// lower are the lines in lower case.
	lower []string
	// returns reports whether a message follows, messageID is its Message-ID.
	returns   bool
	messageID string
}

// Limits on the text that is read.
const (
	maxLines = 2000
	maxLine  = 1000
)

// readText gathers the text for people; with status, also that of parts whose
// fields could not be read.
func readText(m *letter.Message, status bool) text {
	var t text
	html := -1
	for i := range m.Parts {
		p := &m.Parts[i]
		switch {
		case p.Enclosed:
		case p.HoldsMessage(), p.Type == "text/rfc822-headers":
			t.returns = true
		case p.Type == "text/html":
			if html < 0 {
				html = i
			}
		case strings.HasPrefix(p.Type, "text/"), strings.HasPrefix(p.Type, "multipart/"), status && p.Type == "message/delivery-status":
			t.read(p.Plain())
		}
	}
	if html >= 0 && !t.says() {
		t.read(m.Parts[html].Plain())
	}
	return t
}

// says reports whether there is an address in the text.
func (t *text) says() bool {
	for _, line := range t.lines {
		if len(addressesIn(line)) > 0 {
			return true
		}
	}
	return false
}

// read adds the text of a part, up to where it goes on with the message that
// is returned.
func (t *text) read(part string) {
	if t.messageID != "" {
		return
	}
	for part != "" && len(t.lines) < maxLines {
		line, rest, _ := strings.Cut(part, "\n")
		line = strings.TrimRight(line, " \t\r")
		if len(line) > maxLine {
			line = line[:maxLine]
		}
		lower := strings.ToLower(strings.TrimSpace(line))
		if beginsMessage(lower, rest) || announces(lower) {
			t.returned(part)
			return
		}
		t.lines = append(t.lines, line)
		t.lower = append(t.lower, lower)
		part = rest
	}
}

// returned looks at the message that follows for its Message-ID.
func (t *text) returned(rest string) {
	t.returns = true
	for range 20 {
		h, body := letter.ReadHeader([]byte(rest))
		if id := h.Get("Message-ID"); id != "" {
			t.messageID = keep(id)
			return
		}
		if len(body) == 0 {
			return
		}
		rest = string(body)
	}
}

// beginsMessage reports whether a line is the first of a header.
func beginsMessage(lower, rest string) bool {
	name, _, ok := strings.Cut(lower, ":")
	if !ok {
		return false
	}
	switch strings.TrimLeft(name, "> ") {
	case "received", "return-path", "dkim-signature", "domainkey-signature", "delivered-to", "x-originating-ip":
		return true
	case "message-id", "mime-version", "date", "from", "subject":
		return traced(rest)
	}
	return false
}

// traced reports whether fields follow that programs write and people do not.
func traced(rest string) bool {
	for range 8 {
		line, more, _ := strings.Cut(rest, "\n")
		name, _, ok := strings.Cut(strings.ToLower(line), ":")
		switch {
		case strings.TrimSpace(line) == "":
			return false
		case ok && (name == "received" || name == "message-id" || name == "mime-version" || name == "x-mailer"):
			return true
		}
		rest = more
	}
	return false
}

// announces reports whether a line says that the message follows that is
// returned. It says so with a mark that is no prose.
func announces(lower string) bool {
	if len(lower) > 120 || !strings.Contains(lower, "-") && !strings.HasSuffix(lower, ":") && !strings.HasSuffix(lower, ".") && !strings.Contains(lower, "*") {
		return false
	}
	for _, words := range [...][2]string{
		{"is a copy of", "message"},
		{"copy of the message", "including"},
		{"original", "follows"},
		{"message", "text follows"},
		{"unsent", "follows"},
		{"header of", "original"},
		{"header", "follow"},
		{"copy of", "header"},
		{"original", "message -"},
		{"original", "message:"},
		{"copy of", "mail"},
		{"returned", "follows"},
		{"-- original", "header"},
		{"included is", "copy"},
	} {
		if i := strings.Index(lower, words[0]); i >= 0 && strings.Contains(lower[i:], words[1]) {
			return strings.Contains(lower, "--") || strings.Contains(lower, "***") || strings.Contains(lower, "follow") || strings.HasSuffix(lower, ":")
		}
	}
	return false
}

// reporter is the server that says so: a name after "program at", "system at
// host", or else the domain of From.
func (t *text) reporter(m *letter.Message) string {
	for i, lower := range t.lower {
		for _, mark := range [...]string{"program at ", "mail system at host ", "program at host ", "message from "} {
			if _, rest, ok := strings.Cut(lower, mark); ok && i < 10 {
				if name := hostAtStart(rest); strings.Contains(name, ".") {
					return keep(name)
				}
			}
		}
	}
	from := m.Header.Get("From")
	for _, at := range addressesIn(from) {
		_, domain, _ := strings.Cut(from[at.from:at.to], "@")
		return keep(domain)
	}
	return ""
}

// hostAtStart returns the name of a host that a text begins with.
func hostAtStart(s string) string {
	end := 0
	for end < len(s) && (isAlnum(s[end]) || s[end] == '.' || s[end] == '-' || s[end] == '_') {
		end++
	}
	return strings.Trim(s[:end], ".-")
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
