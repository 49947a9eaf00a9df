package bounce

import (
	"strings"

	"mxprobe/internal/letter"
)

// May reports whether a message with this header may be a bounce, so that the
// rest of it is worth reading.
func May(h letter.Header) bool {
	kind := strings.ToLower(strings.TrimSpace(h.Get("Content-Type")))
	return strings.HasPrefix(kind, "multipart/report") || strings.Contains(kind, "delivery-status") ||
		h.Has("X-Failed-Recipients") || fromNobody(h) || fromDaemon(h) || saysSubject(h) > 0
}

// fromNobody reports whether the reverse-path is null (RFC 5321 section 4.5.5).
func fromNobody(h letter.Header) bool {
	path := strings.ToLower(h.Get("Return-Path"))
	return strings.HasPrefix(path, "<>") || strings.Contains(path, "mailer-daemon")
}

// fromDaemon reports whether a mail system says that it wrote the message.
func fromDaemon(h letter.Header) bool {
	from := strings.ToLower(h.Get("From"))
	return from == "" || hasAny(from, "mailer-daemon", "mail delivery", "mail deliver", "delivery subsystem",
		"system administrator", "postmaster", "post_master", "mdaemon", "mail daemon")
}

// saysSubject says how clearly the subject is that of a bounce: 2 for words of
// mail systems, 1 for words that others use too.
func saysSubject(h letter.Header) int {
	subject := strings.ToLower(letter.DecodeWords(h.Get("Subject")))
	switch {
	case hasAny(subject, "undeliver", "failure notice", "delivery fail", "failed delivery", "failure delivery", "mail failure",
		"failed mail", "mail failed", "message failed", "returned mail", "returned to sender", "return to sender", "returning",
		"delivery status", "delivery problem", "delivery notification", "delivery report", "delivery error",
		"delivery has", "delivery delay", "delivery unsuccessful", "mail delivery", "message delay", "message status",
		"non-deliver", "nondeliver", "not delivered", "not be delivered", "n't be delivered", "not yet been delivered",
		"mail error", "mail system error", "error sending", "processing error", "could not send", "unable to deliver",
		"user unknown", "unzustellbar", "non remis"):
		return 2
	case hasAny(subject, "failure", "failed", "rejected", "warning", "delayed", "bounce"):
		return 1
	}
	return 0
}
