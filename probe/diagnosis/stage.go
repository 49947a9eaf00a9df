package diagnosis

import (
	"strings"

	"mxprobe/probe/causes"
)

// Stage is what a server answered: a command, or a moment of the session.
type Stage uint16

// The stages of a session. They are bits, so that a row of the table can name
// several.
const (
	Greeting Stage = 1 << iota
	EHLO           // HELO and LHLO too
	STARTTLS
	AUTH
	MAIL
	RCPT
	DATA      // the command itself, or BDAT with a chunk that is not the last
	EndOfData // the message: the final dot, or the last chunk
	QUIT
	Other // any other command, such as NOOP, VRFY or ETRN

	anyStage  Stage = 0
	inMail          = MAIL | RCPT | DATA | EndOfData
	inMessage       = DATA | EndOfData
)

func (s Stage) String() string {
	switch s {
	case Greeting:
		return "greeting"
	case EHLO:
		return "EHLO"
	case STARTTLS:
		return "STARTTLS"
	case AUTH:
		return "AUTH"
	case MAIL:
		return "MAIL"
	case RCPT:
		return "RCPT"
	case DATA:
		return "DATA"
	case EndOfData:
		return "end-of-data"
	case QUIT:
		return "QUIT"
	case Other:
		return "other"
	}
	return ""
}

// StageNames returns the names that [ParseStage] takes, in the order of a
// session.
func StageNames() []string {
	return []string{"greeting", "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "end-of-data", "QUIT"}
}

// ParseStage returns the stage with a name of [StageNames], or of a verb of
// SMTP in any case; ok is false for a word that is neither.
func ParseStage(name string) (s Stage, ok bool) {
	switch strings.ToUpper(strings.TrimSpace(name)) {
	case "GREETING", "BANNER", "CONNECT":
		return Greeting, true
	case "EHLO", "HELO", "LHLO":
		return EHLO, true
	case "STARTTLS":
		return STARTTLS, true
	case "AUTH":
		return AUTH, true
	case "MAIL", "MAIL FROM":
		return MAIL, true
	case "RCPT", "RCPT TO":
		return RCPT, true
	case "DATA":
		return DATA, true
	case "END-OF-DATA", "END OF DATA", "BDAT", "DOT", ".":
		return EndOfData, true
	case "QUIT":
		return QUIT, true
	case "NOOP", "RSET", "VRFY", "EXPN", "HELP", "ETRN":
		return Other, true
	}
	return anyStage, false
}

// plausible reports whether a cause can be meant at a stage: a server that has
// heard of no sender refuses none, and words that seem to say so are about
// something else.
func plausible(c causes.Cause, at Stage) bool {
	switch at {
	case Greeting, EHLO, STARTTLS, AUTH:
		return !aboutRecipient(c) && !aboutContent(c) && !aboutSender(c)
	case MAIL:
		return !aboutRecipient(c) && (!aboutContent(c) || c == causes.ContentSize || c == causes.ContentConversion)
	case EndOfData:
		return c != causes.RecipientSyntax && c != causes.CommandOrder && c != causes.HeloRefused
	}
	return true
}

// aboutRecipient leaves out relaying: some servers refuse to relay as soon as
// they see the client.
func aboutRecipient(c causes.Cause) bool {
	return c.Whose() == causes.Recipient && c != causes.RelayDenied
}

// aboutSender leaves out what is said of a user who logs in.
func aboutSender(c causes.Cause) bool {
	return c.Whose() == causes.Sender && c != causes.SenderNotAllowed
}

func aboutContent(c causes.Cause) bool { return c.Whose() == causes.Message }

// atStage returns what a cause is called at a stage: a server that has heard
// of the sender alone means the sender. It is [Unknown] for what it cannot
// mean.
func atStage(c causes.Cause, at Stage) causes.Cause {
	switch {
	case at == EHLO && c == causes.CommandSyntax:
		return causes.HeloRefused // the name is all that stands there
	case (at == MAIL || at == RCPT) && c == causes.AuthWrong:
		return causes.AuthRequired // nobody has tried
	case at == MAIL && c == causes.RecipientSyntax:
		return causes.SenderSyntax
	case at == MAIL && c == causes.RecipientDomainUnknown:
		return causes.SenderDomainUnknown
	case !plausible(c, at):
		return causes.Unknown
	}
	return c
}
