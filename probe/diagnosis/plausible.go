package diagnosis

// plausible reports whether a cause can be meant at a stage: a server that has
// heard of no sender refuses none, and words that seem to say so are about
// something else.
func plausible(c Cause, at Stage) bool {
	switch at {
	case Greeting, EHLO, STARTTLS, AUTH:
		return !aboutRecipient(c) && !aboutContent(c) && !aboutSender(c)
	case MAIL:
		return !aboutRecipient(c) && (!aboutContent(c) || c == ContentSize || c == ContentConversion)
	case EndOfData:
		return c != RecipientSyntax && c != CommandOrder && c != HeloRefused
	}
	return true
}

// aboutRecipient leaves out relaying: some servers refuse to relay as soon as
// they see the client.
func aboutRecipient(c Cause) bool { return c.Whose() == Recipient && c != RelayDenied }

// aboutSender leaves out what is said of a user who logs in.
func aboutSender(c Cause) bool { return c.Whose() == Sender && c != SenderNotAllowed }

func aboutContent(c Cause) bool { return c.Whose() == Message }

// atStage returns what a cause is called at a stage: a server that has heard
// of the sender alone means the sender. It is [Unknown] for what it cannot
// mean.
func atStage(c Cause, at Stage) Cause {
	switch {
	case at == EHLO && c == CommandSyntax:
		return HeloRefused // the name is all that stands there
	case at == MAIL && c == RecipientSyntax:
		return SenderSyntax
	case at == MAIL && c == RecipientDomainUnknown:
		return SenderDomainUnknown
	case !plausible(c, at):
		return Unknown
	}
	return c
}
