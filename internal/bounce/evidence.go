package bounce

import (
	"strings"

	"mxprobe/internal/letter"
)

// evidence is what speaks for a message being a bounce, and against it.
type evidence struct {
	points int
	// text reports whether the text says that something was not delivered.
	text bool
	// field reports whether a field names the recipients.
	field bool
}

// enough reports whether a message is a bounce, with that many recipients
// found in it.
func (e evidence) enough(recipients int) bool {
	if e.field && e.points >= 3 {
		return true
	}
	need := 4
	if recipients == 0 {
		need = 6
	}
	return e.points >= need && (e.text || recipients > 0)
}

func weigh(m *letter.Message, t text, recipients int) evidence {
	var e evidence
	h := m.Header
	add := func(points int, speaks bool) {
		if speaks {
			e.points += points
		}
	}
	daemon := fromDaemon(h)
	e.field = h.Has("X-Failed-Recipients")
	add(2, fromNobody(h))
	add(1, daemon)
	add(1, writtenByDaemon(h))
	e.points += saysSubject(h)
	add(2, e.field)
	add(3, strings.Contains(strings.ToLower(h.Get("Content-Type")), "delivery-status"))
	add(1, hasAny(strings.ToLower(h.Get("Auto-Submitted")), "auto-generated", "auto-replied"))
	add(1, t.returns)
	says, reply := t.failure()
	e.text = says
	add(1, says)
	add(1, reply)
	add(1, daemon && recipients > 0)
	add(-5, isAutomatic(h))
	add(-1, h.Has("In-Reply-To") && !e.field)
	add(-3, h.Has("List-Id") && !daemon)
	return e
}

// writtenByDaemon reports whether the address of From is that of a mail system.
func writtenByDaemon(h letter.Header) bool {
	from := strings.ToLower(h.Get("From"))
	for _, at := range addressesIn(from) {
		if isDaemon(from[at.from:at.to]) {
			return true
		}
	}
	return false
}

// failure reports whether the text says that something was not delivered, and
// whether there is the reply of a server in it.
func (t *text) failure() (says, reply bool) {
	before := ""
	for i, lower := range t.lower {
		if i >= 100 {
			break
		}
		if !says && saysFailure(before+" "+lower) {
			says = true
		}
		if _, code := replyIn(lower); code != "" && failing(lower) {
			reply = true
		}
		before = lower
	}
	return says, reply
}

// saysFailure reports whether a line says that the message did not arrive.
func saysFailure(lower string) bool {
	if !hasAny(lower, "deliver", "reach", "recipient", "address", "message", "mail", "user", "account", "host", "relay") {
		return false
	}
	return hasAny(lower, "not be delivered", "n't be delivered", "cannot be delivered", "not delivered", "not been delivered",
		"undeliver", "able to deliver", "not deliver", "n't deliver", "trouble delivering", "error", "fail", "permanent", "not reach",
		"unknown", "rejected", "delay", "refused", "not receive", "no such", "n't exist", "not exist", "aborted", "not found",
		"bounced", "problem", "not listed", "over quota", "is full", "expired", "not accept")
}

// isAutomatic reports whether a message is the answer of somebody who is away,
// or of a robot.
func isAutomatic(h letter.Header) bool {
	subject := strings.ToLower(letter.DecodeWords(h.Get("Subject")))
	if h.Has("X-Autoreply") || h.Has("X-Autorespond") || strings.Contains(strings.ToLower(h.Get("Precedence")), "auto_reply") ||
		strings.Contains(strings.ToLower(h.Get("Auto-Submitted")), "vacation") {
		return true
	}
	return hasAny(subject, "out of office", "out of the office", "automatic reply", "automatic response", "autoreply",
		"auto-reply", "auto reply", "auto response", "autorespon", "vacation", "away from", "abwesen", "on holiday", "read:")
}
