package bounce

import (
	"strings"

	"mxprobe/internal/ascii"
)

// rank says how surely an address on a line is one that was not delivered to.
type rank int

const (
	notOne   rank = iota
	inProse       // somewhere in a sentence about a failure
	labelled      // after a label, a reply code or RCPT TO
	leading       // at the beginning of the line
	fielded       // in X-Failed-Recipients
)

// named is an address of a line.
type named struct {
	address string
	line    int
	at      span
	rank    rank
}

// shape says what an address is that stands at a place of a line.
func shape(line string, at span) rank {
	before, after := strings.ToLower(line[:at.from]), strings.ToLower(line[at.to:])
	after = strings.TrimPrefix(after, ">")
	before = strings.TrimRight(before, "<\"'[( \t")
	if strings.HasSuffix(before, "smtp=") { // an X.400 address that holds one
		return leading
	}
	if hasAny(before[max(0, len(before)-20):], "generated from") {
		return inProse
	}
	bare := strings.TrimLeft(before, " \t>*-|#.:\"'(<[+=")
	if bare == "" || isNumber(bare) || strings.TrimSuffix(bare, "mailto:") == "" {
		return led(before, after)
	}
	if isElse(bare, after) {
		return notOne
	}
	if hasAny(bare, "rcpt to", "final-recipient", "original-recipient") {
		return labelled
	}
	if _, code := replyIn(bare[:min(len(bare), 12)]); code != "" && strings.Index(bare, code) <= 4 {
		return labelled
	}
	if label, ok := strings.CutSuffix(strings.TrimSpace(bare), ":"); ok {
		if hasAny(label, "recipient", "address", "user", "mailbox", "fail", "deliver", "unknown", "account", "reach", "attempts", "error", "following") {
			return labelled
		}
		return inProse
	}
	if failing(bare) || failing(after) {
		return inProse
	}
	return notOne
}

// led ranks an address that a line begins with.
func led(before, after string) rank {
	after = strings.TrimLeft(after, " \t\"'])")
	if strings.HasPrefix(after, "wrote") {
		return notOne
	}
	if after == "" || strings.IndexByte(":.,;([<-|/", after[0]) >= 0 || ascii.Digit(after[0]) {
		return leading
	}
	if failing(after) || onDay(after) {
		return leading
	}
	return inProse
}

// onDay reports whether a date follows, as where Exchange lists recipients.
func onDay(after string) bool {
	rest, ok := strings.CutPrefix(after, "on ")
	return ok && len(rest) > 4 && (rest[3] == ',' || ascii.Digit(rest[0]))
}

// isNumber reports whether there is nothing but the number of an item.
func isNumber(s string) bool {
	s = strings.TrimRight(s, ".) ")
	return len(s) <= 2 && strings.Trim(s, "0123456789") == ""
}

// isElse reports whether the words around an address say that it is somebody
// else's.
func isElse(before, after string) bool {
	tail := before[max(0, len(before)-60):]
	if hasAny(tail, "mail from", "contact", "assistance", "help", "please", "report", "return-path", "message-id", "sender",
		"envelope-from", "relay=", "visit", "reply", "questions", "abuse", "administrator", "webmaster", "http", "from:") {
		return true
	}
	tail = strings.TrimSpace(tail)
	return strings.HasSuffix(tail, "from") || strings.HasSuffix(tail, "sent by") || strings.HasPrefix(after, "> to ")
}

// failing reports whether words say that something was not delivered.
func failing(lower string) bool {
	return hasAny(lower, "deliver", "fail", "unknown", "reject", "not exist", "n't exist", "no such", "not found", "unable",
		"invalid", "refused", "full", "disabled", "unavailable", "gateway for", "error", "could not", "couldn't", "not reach",
		"not listed", "unrouteable", "bounced", "timed out", "not a valid", "not accept", "denied", "blocked", "quota",
		"deferred", "expired")
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
