package diagnosis

import (
	"strings"

	"mxprobe/internal/ascii"
	"mxprobe/probe/causes"
)

// answer is a reply, read for the table.
type answer struct {
	at       Stage
	code     int
	enhanced string
	words    []string
	links    []string
}

// read makes the words of a reply ready for the table.
func read(seen Seen) answer {
	a := answer{at: seen.At, code: seen.Code, enhanced: seen.Enhanced}
	var text strings.Builder
	for _, line := range seen.Lines {
		line = strings.TrimSpace(line)
		for {
			rest, found := a.cutCode(line)
			if !found {
				break
			}
			line = rest
		}
		text.WriteString(line)
		text.WriteByte(' ')
		if text.Len() > maxText {
			break
		}
	}
	s := text.String()
	if a.enhanced == "" {
		a.enhanced = hiddenCode(s)
	}
	a.words, a.links = wordsOf(s)
	return a
}

// cutCode takes an enhanced status code or a repeated reply code from the
// beginning of a line. The first enhanced status code counts.
func (a *answer) cutCode(line string) (rest string, found bool) {
	trimmed := strings.TrimLeft(line, " #([:-'\"")
	end := strings.IndexAny(trimmed, " \t)]:;,-'\"")
	if end < 0 {
		end = len(trimmed)
	}
	switch word := trimmed[:end]; {
	case isEnhanced(word):
		if a.enhanced == "" {
			a.enhanced = word
		}
	case len(word) == 3 && ascii.Digits(word) && word[0] >= '4' && word[0] <= '5':
		n := int(word[0]-'0')*100 + int(word[1]-'0')*10 + int(word[2]-'0')
		if a.code == 0 {
			a.code = n
		} else if a.code != n {
			return line, false
		}
	default:
		return line, false
	}
	return strings.TrimLeft(trimmed[end:], " \t)]:;,-"), true
}

// isEnhanced reports whether a word is an enhanced status code of a failure.
func isEnhanced(s string) bool {
	if len(s) < 5 || len(s) > 9 || s[0] != '4' && s[0] != '5' || s[1] != '.' {
		return false
	}
	subject, detail, ok := strings.Cut(s[2:], ".")
	return ok && ascii.Digits(subject) && ascii.Digits(detail) && len(subject) <= 3 && len(detail) <= 3
}

// hiddenCode finds an enhanced status code where qmail and its kin put it:
// behind the text, as in "(#5.1.1)".
func hiddenCode(s string) string {
	for at := 0; at < len(s); {
		i := strings.IndexByte(s[at:], '#')
		if i < 0 {
			break
		}
		at += i + 1
		end := at
		for end < len(s) && (s[end] == '.' || '0' <= s[end] && s[end] <= '9') {
			end++
		}
		if code := strings.TrimRight(s[at:end], "."); isEnhanced(code) {
			return code
		}
	}
	return ""
}

// class is 4 or 5, the first digit of the reply code, or else of the enhanced
// status code; 0 if there is neither.
func (a *answer) class() int {
	if a.code != 0 {
		return a.code / 100
	}
	if a.enhanced != "" {
		return int(a.enhanced[0] - '0')
	}
	return 0
}

// temporary reports whether the same may succeed later: the server says so by
// the class of its code (RFC 5321 section 4.2.1).
func (a *answer) temporary(c causes.Cause) bool {
	if class := a.class(); class != 0 {
		return class == 4
	}
	return c.Passes()
}

// ofCode returns what a reply code says by itself, where no word of the text
// is known.
func ofCode(a *answer) causes.Cause {
	switch a.code {
	case 454:
		switch a.at {
		case STARTTLS:
			return causes.TLSBroken
		case AUTH:
			return causes.AuthUnavailable
		}
	case 500:
		if a.at&(EHLO|STARTTLS|AUTH|Other) != 0 {
			return causes.CommandUnknown
		}
	case 501:
		switch a.at {
		case EHLO:
			return causes.HeloRefused
		case AUTH:
			return causes.AuthExchange
		}
	case 502:
		return causes.CommandUnknown
	case 503:
		return causes.CommandOrder
	case 504:
		switch a.at {
		case EHLO:
			return causes.HeloRefused
		case AUTH:
			return causes.AuthMechanism
		}
	case 517: // Courier's code for the domain of the sender
		return causes.SenderDomainUnknown
	case 521:
		if a.at == Greeting {
			return causes.ServerNoMail
		}
	case 530:
		return causes.AuthRequired
	case 534:
		return causes.AuthWeak
	case 535:
		return causes.AuthWrong
	case 538:
		return causes.AuthEncryption
	case 554:
		if a.at == Greeting {
			return causes.ServerNoService
		}
	case 555:
		return causes.ParameterUnsupported
	case 556:
		return causes.NullMX
	}
	return causes.Unknown
}

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
