package diagnosis

import (
	"strings"

	"mxprobe/probe/causes"
)

// unlessElse returns the cause that a code or a vague word names, or
// [causes.Unknown] where the text speaks of somebody else's matter: servers say
// 5.2.1 and "rejected" of senders and addresses too, and what they mean by the
// rest of the text nobody knows.
func (a *answer) unlessElse(c causes.Cause) causes.Cause {
	whose := c.Whose()
	for _, w := range a.words {
		s := subjectOf(w)
		if s == causes.WhoseUnknown || s == whose {
			continue
		}
		switch whose {
		case causes.Recipient, causes.Server:
			if s != causes.Recipient {
				return causes.Unknown
			}
		case causes.Message, causes.Client:
			return causes.Unknown
		case causes.Sender:
			if s != causes.Recipient {
				return causes.Unknown
			}
		}
	}
	return c
}

// subjectOf returns whose matter a word is about.
func subjectOf(word string) causes.Whose {
	switch word {
	case "ip", "ips", "ipaddress", "ptr", "rdns", "reverse", "reputation", "helo", "ehlo", "rbl", "dnsbl", "spamhaus", anIP:
		return causes.Client
	case "sender", "senders", "spf", "dkim", "dmarc", "mailfrom", "from":
		return causes.Sender
	case "spam", "virus", "attachment", "attachments", "content", "header", "headers", "url", "urls":
		return causes.Message
	case "recipient", "recipients", "mailbox", "mailboxes", "user", "users", "account", "accounts", "quota", "inbox":
		return causes.Recipient
	}
	if strings.HasPrefix(word, "blacklist") || strings.HasPrefix(word, "blocklist") {
		return causes.Client
	}
	return causes.WhoseUnknown
}

// speaksOfServer reports whether a word is about the state of a server.
func speaksOfServer(word string) bool {
	switch word {
	case "service", "system", "server", "host", "shutting", "shutdown", "closing", "down", "unavailable", "accepting", "maintenance", "stopped", "network":
		return true
	}
	return false
}
